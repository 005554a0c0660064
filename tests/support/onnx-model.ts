// Small ONNX models for tests of the runtime, node by node, with no help from op schemas. In: a list of nodes. Out: the bytes of a model.
import type { DType } from '../../src/core/dtype.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { DEFAULT_OPSET, Graph, type Value } from '../../src/graph/graph.ts';
import { writeOnnx } from '../../src/graph/onnx/write.ts';
import type { Attrs, AttrType, AttrValue, Shape } from '../../src/graph/types.ts';

export { DEFAULT_OPSET };

/** Type and shape of a tensor; float32 unless said otherwise. */
export type Type = Shape | { readonly dtype: DType; readonly shape: Shape };

export interface ModelNode {
  readonly op: string;
  readonly domain?: string;
  readonly name?: string;
  /** Names of inputs, constants or earlier outputs; `''` leaves an optional one out. */
  readonly inputs: readonly string[];
  /** Every output, with its type; `{}` keys give the names. */
  readonly outputs: Readonly<Record<string, Type>>;
  /** Whole numbers are written as INT and other numbers as FLOAT; `floats` names those that are FLOAT though whole. */
  readonly attrs?: Attrs;
  readonly floats?: readonly string[];
}

export interface ModelSpec {
  readonly inputs?: Readonly<Record<string, Type>>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly ModelNode[];
  /** Names to return; default: the outputs of the last node. */
  readonly outputs?: readonly string[];
  readonly opset?: number;
}

export function onnxModel({ inputs = {}, constants = {}, nodes, outputs, opset = 17 }: ModelSpec): Uint8Array {
  const graph = new Graph('test', [['', opset]]);
  const values = new Map<string, Value>();
  for (const [name, type] of Object.entries(inputs)) values.set(name, graph.input(name, typed(type).dtype, typed(type).shape));
  for (const [name, data] of Object.entries(constants)) values.set(name, graph.constant(data, name));
  for (const { op, domain = '', name, inputs: from, outputs: to, attrs = {}, floats = [] } of nodes) {
    const node = graph.append(
      op,
      from.map((input) => (input === '' ? undefined : values.get(input))),
      attrs,
      {
        domain,
        ...(name !== undefined && { name }),
        outputs: Object.keys(to),
        types: Object.values(to).map(typed),
        attrTypes: Object.fromEntries(Object.entries(attrs).flatMap(([key, value]) => kind(key, value, floats))),
      },
    );
    for (const output of node.outputs) if (output) values.set(output.name, output);
  }
  for (const name of outputs ?? Object.keys(nodes.at(-1)?.outputs ?? {})) graph.output(name, values.get(name) as Value);
  return writeOnnx(graph);
}

function typed(type: Type): { dtype: DType; shape: Shape } {
  return 'dtype' in type ? type : { dtype: 'float32', shape: type };
}

function kind(key: string, value: AttrValue, floats: readonly string[]): [string, AttrType][] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (all.some((item) => typeof item !== 'number')) return [];
  const stem = floats.includes(key) || !all.every(Number.isInteger) ? 'float' : 'int';
  return [[key, Array.isArray(value) ? `${stem}s` : stem]];
}
