// The graph: values, nodes in topological order, typed as they are appended. Builders, gradients, lowerings and the ONNX files all work on it.
import { type DType, isFloat } from '../core/dtype.ts';
import { fail, GraftError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { type Elements, elementsOf, foldElements, numbersIn } from './elements.ts';
import { schemaOf } from './schema/index.ts';
import { type InferContext, resolveAttrs } from './schema/schema.ts';
import type { Attrs, AttrType, Shape, TensorType } from './types.ts';

/**
 * What a value is. `parameter`: trainable in principle. `buffer`: state that is not trained (running statistics).
 * `random`: drawn anew for each step by the trainer. `constant`: known now. `result`: output of a node.
 */
export type ValueKind = 'input' | 'parameter' | 'buffer' | 'random' | 'constant' | 'result';

/** How the trainer fills a `random` value. `dropout`: 0 with probability `rate`, else 1 / (1 - rate). `normal`: standard normal numbers. */
export type RandomSpec = { readonly distribution: 'dropout'; readonly rate: number } | { readonly distribution: 'normal' };

/** A tensor of a graph, known by its type before anything is computed; made by the methods of {@link Graph}. */
export interface Value extends TensorType {
  /** Unique within the graph; what the ONNX file calls it. */
  readonly name: string;
  readonly kind: ValueKind;
  /** Graft's own identity of a parameter or buffer; stays when a file or a pass renames the value. */
  readonly id?: string;
  /** A constant's value; a parameter's or buffer's initial one. */
  readonly data?: Tensor;
  /** What is known of a small result's elements before it is computed; see elements.ts. */
  readonly elements?: Elements;
  /** How a `random` value is drawn. */
  readonly random?: RandomSpec;
  /** Producer of a `result`. */
  readonly node?: Node;
}

/** One computation of a graph: an op with its inputs, outputs and attributes; made by `append`. */
export interface Node {
  readonly name: string;
  readonly domain: string;
  readonly op: string;
  /** `undefined` where an optional input is left out. */
  readonly inputs: readonly (Value | undefined)[];
  /** `undefined` where an optional output is not wanted. */
  readonly outputs: readonly (Value | undefined)[];
  /** As given; `attrsOf` adds the defaults. */
  readonly attrs: Attrs;
  /** ONNX kinds of the attributes of an op without schema, as its file had them. */
  readonly attrTypes?: Readonly<Record<string, AttrType>>;
}

/** What `append` lets a caller choose; names are made up where none are given. */
export interface NodeOptions {
  /** Default `''`, ONNX's own. */
  domain?: string;
  name?: string;
  /** Names of the outputs; `''` leaves one out. Without it, the schema's required outputs. */
  outputs?: readonly string[];
  /** Types of the outputs; needed only for an op without schema. */
  types?: readonly TensorType[];
  /** ONNX kinds of the attributes; needed only for numbers of an op without schema, which may be ints or floats. */
  attrTypes?: Readonly<Record<string, AttrType>>;
}

/** The opset that Graft builds with. Files of other opsets are brought to it when they are read. */
export const DEFAULT_OPSET = 21;

/** A computation as ONNX describes it: declared values and nodes, typed as they are appended. Grows by its methods and is never rewired in place. */
export class Graph {
  readonly name: string;
  /** Opset by domain; `''` is ONNX's own. */
  readonly opsets: Map<string, number>;
  /** In topological order. */
  readonly nodes: Node[] = [];
  /** By name, in the order they were made. */
  readonly values = new Map<string, Value>();
  /** Graph outputs by the name a caller asks for them; the value may have another name of its own. */
  readonly outputs = new Map<string, Value>();
  /** Key-value pairs of the ONNX file. */
  readonly metadata = new Map<string, string>();
  readonly #counters = new Map<string, number>();
  readonly #nodeNames = new Set<string>();
  readonly #reserved = new Set<string>();
  #scope = '';

  constructor(name = 'graft', opsets: Iterable<readonly [string, number]> = [['', DEFAULT_OPSET]]) {
    this.name = name;
    this.opsets = new Map(opsets);
  }

  /** Values of one kind, in the order of their declaration. */
  ofKind(kind: ValueKind): Value[] {
    return [...this.values.values()].filter((value) => value.kind === kind);
  }

  /** The value called `name`. @throws GraftError `invalid-argument` when there is none. */
  value(name: string): Value {
    return this.values.get(name) ?? fail('invalid-argument', `Graph \`${this.name}\` has no value named \`${name}\`.`);
  }

  /** Declares a tensor that each run is fed; names in its shape (`'N'`) stand for sizes known only then. */
  input(name: string, dtype: DType, shape: Shape): Value {
    return this.#declare({ name, kind: 'input', dtype, shape });
  }

  /** Declares a trainable tensor. `id` defaults to the name. Its shape and type are those of `data`. */
  parameter(name: string, data: Tensor, id = name): Value {
    if (!isFloat(data.dtype)) fail('invalid-dtype', `Parameter \`${name}\` is ${data.dtype}; only floating-point tensors can be trained.`);
    return this.#declare({ name, kind: 'parameter', dtype: data.dtype, shape: data.dims, data, id });
  }

  /** Declares state that training may update but gradients do not reach. */
  buffer(name: string, data: Tensor, id = name): Value {
    return this.#declare({ name, kind: 'buffer', dtype: data.dtype, shape: data.dims, data, id });
  }

  /** Declares a tensor that the trainer draws anew for each step. */
  random(name: string, shape: Shape, random: RandomSpec): Value {
    return this.#declare({ name, kind: 'random', dtype: 'float32', shape, random });
  }

  /** Declares a tensor whose value is part of the graph; shapes and axes that ops take as inputs must be such. */
  constant(data: Tensor, name = this.fresh('const')): Value {
    return this.#declare({ name, kind: 'constant', dtype: data.dtype, shape: data.dims, data });
  }

  /** Makes `value` an output under `name`. */
  output(name: string, value: Value): Value {
    this.#owned(value, `output \`${name}\``);
    this.outputs.set(name, value);
    return value;
  }

  /** Names made inside `body` start with `prefix/`. */
  scope<T>(prefix: string, body: () => T): T {
    const outer = this.#scope;
    this.#scope = `${outer}${prefix}/`;
    try {
      return body();
    } finally {
      this.#scope = outer;
    }
  }

  /** A name that no value and no node has: the scope, `stem`, and a number where needed. Deterministic. */
  fresh(stem: string): string {
    return this.#unused(`${this.#scope}${stem}`);
  }

  /** Leaves the names of another graph's values and nodes to what will be copied from there: `fresh` makes none of them. */
  reserve(source: Graph): void {
    for (const name of source.values.keys()) this.#reserved.add(name);
    for (const name of source.#nodeNames) this.#reserved.add(name);
  }

  #unused(base: string): string {
    let count = this.#counters.get(base) ?? 0;
    let name = count === 0 ? base : `${base}_${count}`;
    while (this.values.has(name) || this.#nodeNames.has(name) || this.#reserved.has(name)) name = `${base}_${++count}`;
    this.#counters.set(base, count + 1);
    return name;
  }

  /**
   * Appends a node and infers the types of its outputs. A name that another node has gets a number: ONNX Runtime refuses two nodes of one name.
   * @throws GraftError `unsupported-op` for an op without schema and without `types`; `invalid-shape` and the like from its shape function.
   */
  append(op: string, inputs: readonly (Value | undefined)[], attrs: Attrs = {}, options: NodeOptions = {}): Node {
    const domain = options.domain ?? '';
    const given = options.name ?? this.fresh(op);
    const name = this.#nodeNames.has(given) ? this.#unused(given) : given;
    const place = `${domain && `${domain}:`}${op} node \`${name}\``;
    for (const value of inputs) if (value) this.#owned(value, place);
    const schema = schemaOf(domain, op);
    const names =
      options.outputs ?? (schema?.outputs ?? ['Y']).filter((o) => !/[?*]$/.test(o)).map((_, i) => this.fresh(i === 0 ? op : `${op}.${i}`));
    const types = options.types ?? this.#infer(domain, op, name, inputs, attrs, names.length);
    const outputs: (Value | undefined)[] = [];
    const node: Node = { name, domain, op, inputs: [...inputs], outputs, attrs, ...(options.attrTypes && { attrTypes: options.attrTypes }) };
    names.forEach((output, i) => {
      const { dtype, shape } = types[i] ?? fail('internal', `The shape function of ${place} gives no type for output ${i}.`);
      const elements = domain === '' ? foldElements(op, inputs, attrs, { dtype, shape }, i) : undefined;
      outputs.push(output === '' ? undefined : this.#declare({ name: output, kind: 'result', dtype, shape, node, ...(elements && { elements }) }));
    });
    this.nodes.push(node);
    this.#nodeNames.add(name);
    if (!this.opsets.has(domain)) this.opsets.set(domain, 1);
    return node;
  }

  #infer(domain: string, op: string, name: string, inputs: readonly (Value | undefined)[], attrs: Attrs, outputs: number): readonly TensorType[] {
    const place = `${domain && `${domain}:`}${op} node \`${name}\``;
    const schema = schemaOf(domain, op) ?? fail('unsupported-op', `${place}: Graft does not know this op and cannot tell its output's shape.`);
    const required = schema.inputs.filter((input) => !/[?*]$/.test(input)).length;
    const most = schema.inputs.at(-1)?.endsWith('*') ? Number.POSITIVE_INFINITY : schema.inputs.length;
    if (inputs.length < required || inputs.length > most) {
      fail('invalid-argument', `${place} takes ${schema.inputs.join(', ') || 'no inputs'}, but ${inputs.length} inputs were given.`);
    }
    const context: InferContext = {
      inputs,
      attrs: resolveAttrs(schema, attrs, place),
      outputs,
      constant: (i) => numbersIn(inputs[i]),
      elements: (i) => elementsOf(inputs[i]),
      type: (i) => inputs[i] ?? fail('invalid-argument', `${place}: input ${schema.inputs[i] ?? i} is missing.`),
      unknown: (key) => `${name}.${key}`,
      place,
      fail: (message) => fail('invalid-shape', `${place}: ${message}`),
    };
    for (let i = 0; i < required; i++) context.type(i);
    return schema.infer(context as never);
  }

  #declare(value: Value): Value {
    if (value.name === '') fail('invalid-argument', 'A value needs a name.');
    if (this.values.has(value.name))
      fail('invalid-argument', `Graph \`${this.name}\` already has a value named \`${value.name}\`; names are unique.`);
    this.values.set(value.name, value);
    return value;
  }

  #owned(value: Value, place: string): void {
    if (this.values.get(value.name) !== value) {
      throw new GraftError('invalid-argument', `${place} uses \`${value.name}\`, which belongs to another graph. Look it up in this one by name.`);
    }
  }
}

/** A node's attributes with the schema's defaults filled in. */
export function attrsOf(node: Node): Attrs {
  const schema = schemaOf(node.domain, node.op);
  return schema ? resolveAttrs(schema, node.attrs, `${node.op} node \`${node.name}\``) : node.attrs;
}
