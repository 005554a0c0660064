// Graph -> bytes of an ONNX file. Called by sessions, which feed parameters as inputs, and by exports, which store them.
import { create, toBinary } from '@bufbuild/protobuf';
import { fail } from '../../core/errors.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { Graph, Node, Value } from '../graph.ts';
import { GRAFT_DOMAIN, schemaOf } from '../schema/index.ts';
import { formatShape } from '../types.ts';
import { kindOf, writeAttribute } from './attribute-proto.ts';
import { fileNames } from './names.ts';
import { type GraphProto, GraphProtoSchema, ModelProtoSchema, type NodeProto, NodeProtoSchema } from './onnx_pb.ts';
import { tensorToProto } from './tensor-proto.ts';
import { valueInfo } from './type-proto.ts';

/** Version of the file format that came with an opset: a runtime that knows the opset reads it. */
function irVersion(opset: number): bigint {
  return opset >= 21 ? 10n : opset >= 19 ? 9n : 8n;
}

/** How a graph is written. */
export interface WriteOnnxOptions {
  /**
   * What a file stores for a parameter or buffer; `undefined` makes it an input of the file's graph, fed at each run. Default: its initial value.
   * Called once for each, in the order of declaration.
   */
  readonly stored?: (value: Value) => Tensor | undefined;
  /** What the file says of its producer and of itself; default nothing. */
  readonly producerVersion?: string;
  readonly docString?: string;
  /** The graph's nodes in another topological order, to be written so. */
  readonly nodes?: readonly Node[];
}

/**
 * Writes `graph` as an ONNX model. The file's inputs are the graph's, then parameters and buffers that are not stored and `random` values, as declared;
 * constants and stored values are initialisers. A result that is an output is called by the output's name; all other values keep theirs.
 * @throws GraftError `unsupported-op` for composite ops, which `lower` replaces first; `invalid-shape` when a stored tensor has another type or shape
 *   than its value; `invalid-argument` for attributes whose kind cannot be told.
 */
export function writeOnnx(graph: Graph, options: WriteOnnxOptions = {}): Uint8Array {
  const own = graph.opsets.get('') ?? fail('invalid-model', `Graph \`${graph.name}\` has no opset for ONNX's own domain.`);
  // A graph may hold ops that are younger than what it was built with.
  const opset = graph.nodes.reduce((newest, { domain, op }) => Math.max(newest, domain === '' ? (schemaOf(domain, op)?.since ?? 0) : 0), own);
  const opsets = new Map([['', opset]]);
  for (const { domain } of graph.nodes) if (domain !== '') opsets.set(domain, graph.opsets.get(domain) ?? 1);
  const model = create(ModelProtoSchema, {
    irVersion: irVersion(opset),
    producerName: 'graft',
    producerVersion: options.producerVersion ?? '',
    docString: options.docString ?? '',
    opsetImport: Array.from(opsets, ([domain, version]) => ({ domain, version: BigInt(version) })),
    metadataProps: Array.from(graph.metadata, ([key, value]) => ({ key, value })),
    graph: graphProto(graph, options.stored ?? ((value) => value.data), options.nodes ?? graph.nodes),
  });
  return toBinary(ModelProtoSchema, model);
}

function graphProto(graph: Graph, stored: (value: Value) => Tensor | undefined, nodes: readonly Node[]): GraphProto {
  const names = fileNames(graph);
  const nameOf = (value: Value): string => names.of.get(value) ?? fail('internal', `\`${value.name}\` has no name in the file.`);
  const proto = create(GraphProtoSchema, { name: graph.name });
  const declared = [...graph.values.values()].filter((value) => value.kind !== 'result');
  for (const value of [...graph.ofKind('input'), ...declared.filter((value) => value.kind !== 'input')]) {
    const data = contentOf(value, stored);
    if (data) proto.initializer.push(tensorToProto(data, nameOf(value)));
    else proto.input.push(valueInfo(nameOf(value), value));
  }
  for (const node of nodes) {
    proto.node.push(nodeProto(node, nameOf));
    // Whoever reads the file cannot infer these types. Outputs state theirs anyway.
    if (schemaOf(node.domain, node.op)) continue;
    for (const value of node.outputs) if (value && !graph.outputs.has(nameOf(value))) proto.valueInfo.push(valueInfo(nameOf(value), value));
  }
  for (const [output, value] of names.copies) {
    proto.node.push(create(NodeProtoSchema, { name: output, opType: 'Identity', input: [nameOf(value)], output: [output] }));
  }
  for (const [output, value] of graph.outputs) proto.output.push(valueInfo(output, value));
  return proto;
}

/** The tensor that the file stores for a declared value; `undefined` for what is fed. */
function contentOf(value: Value, stored: (value: Value) => Tensor | undefined): Tensor | undefined {
  if (value.kind === 'constant') return value.data;
  if (value.kind !== 'parameter' && value.kind !== 'buffer') return undefined;
  const data = stored(value);
  if (data && (data.dtype !== value.dtype || data.dims.length !== value.shape.length || data.dims.some((dim, i) => dim !== value.shape[i]))) {
    const [got, wanted] = [`${data.dtype} ${formatShape(data.dims)}`, `${value.dtype} ${formatShape(value.shape)}`];
    fail('invalid-shape', `The tensor to store for the ${value.kind} \`${value.name}\` is ${got}, but the graph declares ${wanted}.`);
  }
  return data;
}

function nodeProto(node: Node, nameOf: (value: Value) => string): NodeProto {
  const place = `${node.op} node \`${node.name}\``;
  if (node.domain === GRAFT_DOMAIN) fail('unsupported-op', `${place} is a composite op, which no file may hold. Call lower() before writing.`);
  const inputs = node.inputs.map((value) => (value ? nameOf(value) : ''));
  while (inputs.at(-1) === '') inputs.pop();
  const schema = schemaOf(node.domain, node.op);
  return create(NodeProtoSchema, {
    name: node.name,
    domain: node.domain,
    opType: node.op,
    input: inputs,
    output: node.outputs.map((value) => (value ? nameOf(value) : '')),
    attribute: Object.entries(node.attrs).map(([name, value]) => {
      const type = schema?.attrs[name]?.type ?? node.attrTypes?.[name] ?? kindOf(value);
      return writeAttribute(
        name,
        value,
        type ?? fail('invalid-argument', `${place}: say in \`attrTypes\` whether \`${name}\` is an int or a float.`),
        place,
      );
    }),
  });
}
