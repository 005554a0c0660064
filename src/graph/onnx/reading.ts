// One reading of a file: the graph under way, the model's functions, and how tensors are taken. Made by readOnnx, carried through the reader's parts.
import type { DType } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { Builder } from '../builder.ts';
import type { Value } from '../graph.ts';
import type { FunctionProto, NodeProto, TensorProto, ValueInfoProto } from './onnx_pb.ts';
import { define, graphName, type Scope } from './scope.ts';

/** What the parts of the reader share. */
export interface Reading {
  readonly g: Builder;
  readonly dequantise: boolean;
  /** Functions of the model, by `functionKey`. */
  readonly functions: ReadonlyMap<string, FunctionProto>;
  /** Types that the file declares for results, by name. */
  readonly declared: ReadonlyMap<string, ValueInfoProto>;
  /** Names that any node or list of outputs uses. */
  readonly used: ReadonlySet<string>;
  /** Names of nodes so far; the names of unknown sizes are made from them. */
  readonly nodeNames: Set<string>;
  /** Nodes of functions and branches so far. */
  inlined: number;
  /** The tensor as the graph takes it. */
  tensor(proto: TensorProto): Tensor;
  /** The element type as the graph takes it. */
  dtype(dtype: DType): DType;
  kindOf(name: string, data: Tensor): 'parameter' | 'buffer' | 'constant';
  /** Reads nodes into the graph, with what they mean in `scope`. */
  nodes(nodes: readonly NodeProto[], scope: Scope): void;
}

/** ONNX's own domain has two names. */
export function ownDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** Names a function of a model. */
export function functionKey({ domain, overload }: { domain: string; overload: string }, name: string): string {
  return JSON.stringify([ownDomain(domain), name, overload]);
}

/** Declares stored tensors as what `kindOf` says they are. */
export function declareStored(r: Reading, stored: readonly TensorProto[], scope: Scope): void {
  for (const proto of stored) {
    const value = declareAs(r, proto.name, graphName(scope, proto.name, r.g), r.tensor(proto));
    define(scope, proto.name, value, 'The list of initialisers');
  }
}

/** Declares the tensor that the file calls `stored`, which the graph calls `name`. */
export function declareAs(r: Reading, stored: string, name: string, data: Tensor): Value {
  if (name === '') return fail('invalid-model', 'An initialiser has no name.');
  const kind = r.kindOf(stored, data);
  return kind === 'constant' ? r.g.constant(data, name) : r.g[kind](name, data);
}
