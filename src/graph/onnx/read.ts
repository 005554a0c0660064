// Bytes of an ONNX file -> Graph. Called for source models and for everything that Graft wrote itself.
import { fromBinary } from '@bufbuild/protobuf';
import { fail, GraftError } from '../../core/errors.ts';
import { type Tensor, tensorOf } from '../../core/tensor.ts';
import { Graph, type Value } from '../graph.ts';
import { schemaOf } from '../schema/index.ts';
import type { AttrType, AttrValue, TensorType } from '../types.ts';
import { type ReadAttr, readAttribute } from './attribute-proto.ts';
import { type GraphProto, type ModelProto, ModelProtoSchema, type NodeProto, type ValueInfoProto } from './onnx_pb.ts';
import { type ExternalData, tensorFromProto } from './tensor-proto.ts';
import { typeFromInfo } from './type-proto.ts';

/** How a file is read. */
export interface ReadOnnxOptions {
  /** What an initialiser is; the default makes it a constant. Parameters and buffers take their name as their id. */
  readonly kindOf?: (name: string, data: Tensor) => 'parameter' | 'buffer' | 'constant';
  /** Reads the tensors that the model keeps in other files. */
  readonly externalData?: ExternalData;
}

/**
 * Reads an ONNX model. Inputs, outputs, values and nodes keep their names; `Constant` nodes become constants; doc strings and training info are dropped.
 * Tensors may be views of `bytes`, which must not change afterwards.
 * @throws GraftError `invalid-model` when the bytes are no ONNX model, or one with functions, subgraphs, sparse tensors or values that are not tensors;
 *   `unsupported-op` for ops that are older than Graft knows them, or unknown and without declared output types.
 */
export function readOnnx(bytes: Uint8Array, options: ReadOnnxOptions = {}): Graph {
  const model = parse(bytes);
  const proto = model.graph ?? fail('invalid-model', 'The bytes are not an ONNX model: they hold no graph.');
  if (model.functions.length > 0) {
    const names = model.functions.map(({ name }) => `\`${name}\``).join(', ');
    fail('invalid-model', `The model defines functions of its own (${names}). Inline them first, with onnx.inliner for instance.`);
  }
  if (proto.sparseInitializer.length > 0) fail('invalid-model', 'The model has sparse initialisers; save them as dense tensors.');
  const graph = new Graph(
    proto.name || 'graph',
    model.opsetImport.map(({ domain, version }) => [ownDomain(domain), Number(version)] as const),
  );
  for (const { key, value } of model.metadataProps) graph.metadata.set(key, value);
  declare(graph, proto, options);
  const declaredTypes = new Map([...proto.valueInfo, ...proto.output].map((info) => [info.name, info]));
  for (const node of proto.node) appendNode(graph, node, declaredTypes, options);
  for (const { name } of proto.output) graph.output(name, valueNamed(graph, name, 'The list of outputs'));
  return graph;
}

function parse(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new GraftError('invalid-model', `The bytes are not an ONNX model, or are cut off: ${(cause as Error).message}.`, { cause });
  }
}

/** Old files list initialisers among the inputs too; they are no inputs. */
function declare(graph: Graph, proto: GraphProto, { kindOf = () => 'constant', externalData }: ReadOnnxOptions): void {
  const stored = new Set(proto.initializer.map(({ name }) => name));
  for (const info of proto.input) {
    if (stored.has(info.name)) continue;
    const { dtype, shape } = typeFromInfo(info);
    graph.input(info.name, dtype, shape);
  }
  for (const initializer of proto.initializer) {
    const data = tensorFromProto(initializer, externalData);
    const kind = kindOf(initializer.name, data);
    if (kind === 'constant') graph.constant(data, initializer.name);
    else graph[kind](initializer.name, data);
  }
}

function appendNode(graph: Graph, proto: NodeProto, declaredTypes: ReadonlyMap<string, ValueInfoProto>, { externalData }: ReadOnnxOptions): void {
  const domain = ownDomain(proto.domain);
  const op = proto.opType;
  const place = `${domain && `${domain}:`}${op} node \`${proto.name || (proto.output[0] ?? '')}\``;
  const schema = schemaOf(domain, op);
  const opset =
    graph.opsets.get(domain) ?? fail('invalid-model', `${place}: the model does not say which opset of the domain \`${domain}\` it uses.`);
  if (schema && opset < schema.since) {
    fail(
      'unsupported-op',
      `${place} is of opset ${opset}; Graft knows ${op} from opset ${schema.since} on. Convert the model with onnx.version_converter.`,
    );
  }
  const read = proto.attribute.map((attribute): [string, ReadAttr] => {
    const expected = schema?.attrs[attribute.name]?.type;
    return [attribute.name, readAttribute(attribute, place, { expected, externalData })];
  });
  const attrs: Record<string, AttrValue> = Object.fromEntries(read.map(([name, { value }]) => [name, value]));
  if (domain === '' && op === 'Constant') {
    graph.constant(constantOf(attrs, place), proto.output[0] ?? fail('invalid-model', `${place} has no output.`));
    return;
  }
  const attrTypes: Record<string, AttrType> = Object.fromEntries(read.map(([name, { type }]) => [name, type]));
  graph.append(
    op,
    proto.input.map((name) => (name === '' ? undefined : valueNamed(graph, name, place))),
    attrs,
    {
      domain,
      outputs: proto.output,
      ...(proto.name && { name: proto.name }),
      ...(!schema && { attrTypes, types: proto.output.map((name) => typeOf(name, declaredTypes, place)) }),
    },
  );
}

/** Type of an output that no schema tells. One that is left out has none; it gets the placeholder that `append` asks for. */
function typeOf(name: string, declaredTypes: ReadonlyMap<string, ValueInfoProto>, place: string): TensorType {
  if (name === '') return { dtype: 'float32', shape: [] };
  const info = declaredTypes.get(name);
  if (info) return typeFromInfo(info);
  return fail(
    'unsupported-op',
    `${place}: Graft does not know this op, and the file does not declare the type of \`${name}\`. Run ONNX shape inference on the model.`,
  );
}

function constantOf(attrs: Readonly<Record<string, AttrValue>>, place: string): Tensor {
  const { value, value_float: float, value_floats: floats, value_int: int, value_ints: ints } = attrs;
  if (typeof value === 'object' && 'dtype' in value) return value;
  if (float !== undefined || floats !== undefined) return tensorOf('float32', (float ?? floats) as number | readonly number[]);
  if (int !== undefined || ints !== undefined) return tensorOf('int64', (int ?? ints) as number | readonly number[]);
  return fail('invalid-model', `${place} holds ${Object.keys(attrs).join(', ') || 'nothing'}; Graft reads numbers only.`);
}

function valueNamed(graph: Graph, name: string, place: string): Value {
  return (
    graph.values.get(name) ?? fail('invalid-model', `${place} uses \`${name}\`, which nothing before it defines. Nodes must be in topological order.`)
  );
}

/** ONNX's own domain has two names. */
function ownDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}
