// Bytes of an ONNX file -> Graph. Called for source models and for everything that Graft wrote itself.
import { fromBinary } from '@bufbuild/protobuf';
import type { DType } from '../../core/dtype.ts';
import { fail, GraftError } from '../../core/errors.ts';
import type { Tensor } from '../../core/tensor.ts';
import { Builder } from '../builder.ts';
import { DEFAULT_OPSET, type Graph } from '../graph.ts';
import { schemaOf } from '../schema/index.ts';
import type { Dim } from '../types.ts';
import { checkSize } from './check-size.ts';
import { asFloat32, toFloat32 } from './float32.ts';
import { type GraphProto, type ModelProto, ModelProtoSchema, type NodeProto, type TensorProto } from './onnx_pb.ts';
import { readNodes } from './read-node.ts';
import { declareStored, functionKey, ownDomain, type Reading } from './reading.ts';
import { define, type Scope, valueNamed } from './scope.ts';
import { noteStoredTypes } from './stored-types.ts';
import { type ExternalData, tensorFromProto } from './tensor-proto.ts';
import { typeFromInfo } from './type-proto.ts';

/** How a file is read. */
export interface ReadOnnxOptions {
  /** What an initialiser is; the default makes it a constant. Parameters and buffers take their name as their id. */
  readonly kindOf?: (name: string, data: Tensor) => 'parameter' | 'buffer' | 'constant';
  /** Reads the tensors that the model keeps in other files; `readOnnxFile` brings its own. */
  readonly externalData?: ExternalData;
  /** Sizes of inputs by their names in the file: `{ batch: 8 }`. Needed where the model's branches depend on them. */
  readonly sizes?: Readonly<Record<string, number>>;
  /**
   * `'float32'`, the default, turns every float of another width into float32: weights, constants, inputs and casts. Which initialisers were
   * stored otherwise is kept in the graph's metadata. `'stored'` leaves them as they are.
   */
  readonly floats?: 'float32' | 'stored';
  /** Turns quantised weights into floats; such models are refused otherwise. Default false. */
  readonly dequantise?: boolean;
}

/** The oldest opset that is read, and the newest whose meaning is known. */
const OPSETS = [7, 28] as const;

/**
 * Reads an ONNX model of opset 7 to 28 and brings it to the opset that Graft works with. Inputs, initialisers and outputs keep their names, other values
 * and nodes where they can; `Constant` nodes become constants; functions are inlined, and branches whose condition is known; doc strings and
 * training info are dropped. Tensors may be views of `bytes`, which must not change afterwards.
 * @throws GraftError `invalid-model` when the bytes are no ONNX model, or one with sparse tensors or values that are not tensors;
 *   `unsupported-op` for loops, branches that depend on data, quantised weights, and ops that Graft does not know and whose output types are not declared.
 */
export function readOnnx(bytes: Uint8Array, options: ReadOnnxOptions = {}): Graph {
  const model = parse(bytes);
  try {
    return readModel(model, options);
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    throw new GraftError('invalid-model', `The model is not well formed: ${(cause as Error).message}.`, { cause });
  }
}

function readModel(model: ModelProto, options: ReadOnnxOptions): Graph {
  const proto = model.graph ?? fail('invalid-model', 'The bytes are not an ONNX model: they hold no graph.');
  if (proto.sparseInitializer.length > 0) fail('invalid-model', 'The model has sparse initialisers; save them as dense tensors.');
  const opsets = new Map(model.opsetImport.map(({ domain, version }) => [ownDomain(domain), Number(version)]));
  checkOpset(opsets.get(''));
  const r = reading(model, proto, options);
  const scope: Scope = { values: new Map(), opsets, attributes: new Map(), prefix: '', given: new Map(), depth: 0 };
  for (const { key, value } of model.metadataProps) r.g.metadata.set(key, value);
  declareInputs(r, proto, scope, options.sizes ?? {});
  declareStored(r, proto.initializer, scope);
  if (options.floats !== 'stored') noteStoredTypes(r.g, proto.initializer);
  r.nodes(proto.node, scope);
  for (const { name } of proto.output) r.g.output(name, valueNamed(scope, name, 'The list of outputs'));
  for (const { domain, op } of r.g.nodes) {
    if (domain === '') r.g.opsets.set('', Math.max(r.g.opsets.get('') ?? 0, schemaOf('', op)?.since ?? 0));
  }
  return r.g;
}

function parse(bytes: Uint8Array): ModelProto {
  try {
    checkSize(bytes, ModelProtoSchema);
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    throw new GraftError('invalid-model', `The bytes are not an ONNX model, or are cut off: ${(cause as Error).message}.`, { cause });
  }
}

function checkOpset(opset: number | undefined): void {
  const [oldest, newest] = OPSETS;
  if (opset !== undefined && (opset < oldest || opset > newest)) {
    fail(
      'unsupported-op',
      `The model is of opset ${opset}; Graft reads ${oldest} to ${newest}. Convert it with onnx.version_converter, or export it with another opset.`,
    );
  }
}

function reading(model: ModelProto, proto: GraphProto, { externalData, kindOf = () => 'constant', ...options }: ReadOnnxOptions): Reading {
  const narrow = options.floats !== 'stored';
  const r: Reading = {
    g: new Builder(proto.name || 'graph', [['', DEFAULT_OPSET]]),
    dequantise: options.dequantise ?? false,
    functions: new Map(model.functions.map((fn) => [functionKey(fn, fn.name), fn])),
    declared: new Map([...proto.valueInfo, ...proto.output].map((info) => [info.name, info])),
    used: namesUsed(model, proto),
    nodeNames: new Set(),
    inlined: 0,
    tensor: (tensor: TensorProto) => (narrow ? toFloat32(tensorFromProto(tensor, externalData)) : tensorFromProto(tensor, externalData)),
    dtype: (dtype: DType) => (narrow ? asFloat32(dtype) : dtype),
    kindOf,
    nodes: (nodes, scope) => readNodes(r, nodes, scope),
  };
  return r;
}

/** Every name that a node, a branch or a function reads, or that is an output. Too many do no harm. */
function namesUsed(model: ModelProto, proto: GraphProto): Set<string> {
  const used = new Set<string>();
  const ofGraph = (graph: GraphProto): void => {
    for (const { name } of graph.output) used.add(name);
    ofNodes(graph.node);
  };
  const ofNodes = (nodes: readonly NodeProto[]): void => {
    for (const node of nodes) {
      for (const name of node.input) used.add(name);
      for (const { g } of node.attribute) if (g) ofGraph(g);
    }
  };
  ofGraph(proto);
  for (const fn of model.functions) {
    for (const name of fn.output) used.add(name);
    ofNodes(fn.node);
  }
  used.delete('');
  return used;
}

/** Old files list initialisers among the inputs too; they are no inputs. */
function declareInputs(r: Reading, proto: GraphProto, scope: Scope, sizes: Readonly<Record<string, number>>): void {
  const stored = new Set(proto.initializer.map(({ name }) => name));
  const bind = (dim: Dim): Dim => (typeof dim === 'string' && Object.hasOwn(sizes, dim) ? (sizes[dim] as number) : dim);
  for (const info of proto.input) {
    if (stored.has(info.name)) continue;
    const { dtype, shape } = typeFromInfo(info);
    define(scope, info.name, r.g.input(info.name, r.dtype(dtype), shape.map(bind)), 'The list of inputs');
  }
}
