// A node of a file with its names resolved, and as adapters see it. Made and used by the reader of nodes.
import { fail } from '../../core/errors.ts';
import { elementsOf, numbersOf } from '../elements.ts';
import type { Value } from '../graph.ts';
import { schemaOf } from '../schema/index.ts';
import type { Attrs, AttrType, AttrValue } from '../types.ts';
import type { FileNode } from './adapt/adapter.ts';
import { adapterOf } from './adapt/index.ts';
import { type ReadAttr, readAttribute } from './attribute-proto.ts';
import { attributesOf } from './call.ts';
import { AttributeProto_AttributeType, type NodeProto } from './onnx_pb.ts';
import { declareAs, type Reading } from './reading.ts';
import { graphName, inputNamed, type Scope } from './scope.ts';

/** A node of a file, resolved. */
export interface Resolved {
  readonly domain: string;
  readonly op: string;
  readonly place: string;
  readonly opset: number;
  /** Its name in the graph; no other node has it. */
  readonly name: string;
  readonly inputs: readonly (Value | undefined)[];
  /** What the file calls its outputs. */
  readonly outputs: readonly string[];
  readonly attrs: Attrs;
  readonly attrTypes: Readonly<Record<string, AttrType>>;
}

/** Looks up the inputs and attributes of a node. */
export function resolve(r: Reading, proto: NodeProto, scope: Scope, domain: string, place: string): Resolved {
  const op = proto.opType;
  const opset =
    scope.opsets.get(domain) ?? fail('invalid-model', `${place}: the model does not say which opset of the domain \`${domain}\` it uses.`);
  const schema = schemaOf(domain, op);
  // An op without a schema that has an adapter is refused or replaced by it: what is in its body is not looked at.
  const bodies = schema || !adapterOf(domain, op);
  const attributes = attributesOf(proto, scope).filter(({ type }) => bodies || type !== AttributeProto_AttributeType.GRAPH);
  const read = attributes.map((attribute): [string, ReadAttr] => {
    const expected = Object.hasOwn(schema?.attrs ?? {}, attribute.name) ? schema?.attrs[attribute.name]?.type : undefined;
    return [attribute.name, readAttribute(attribute, place, { expected, tensor: r.tensor, dtype: r.dtype })];
  });
  return {
    domain,
    op,
    place,
    opset,
    name: nodeName(r, scope.prefix, proto),
    inputs: withoutTail(proto.input.map((name) => (name === '' ? undefined : inputNamed(scope, name, place)))),
    outputs: schema || adapterOf(domain, op) ? withoutTail(proto.output.map((name) => name || undefined)).map((name) => name ?? '') : proto.output,
    attrs: Object.fromEntries(read.map(([name, { value }]) => [name, value])),
    attrTypes: Object.fromEntries(read.map(([name, { type }]) => [name, type])),
  };
}

function withoutTail<T>(list: readonly (T | undefined)[]): (T | undefined)[] {
  return list.slice(0, list.findLastIndex((item) => item !== undefined) + 1);
}

/** The file's name, or the op's; with a number where a node has that name already, since the names of unknown sizes are made from it. */
function nodeName(r: Reading, prefix: string, proto: NodeProto): string {
  const stem = prefix + (proto.name || proto.opType);
  let name = proto.name ? stem : r.g.fresh(stem);
  while (r.nodeNames.has(name)) name = r.g.fresh(stem);
  r.nodeNames.add(name);
  return name;
}

/** Appends a node that takes the place of the file's: its outputs get the file's names, as many as the op has. */
export function appendAs(
  r: Reading,
  scope: Scope,
  node: Resolved,
  as: { op: string; inputs: readonly (Value | undefined)[]; attrs: Attrs; domain?: string; count?: number },
): readonly (Value | undefined)[] {
  const domain = as.domain ?? '';
  const possible = schemaOf(domain, as.op)?.outputs ?? [];
  const most = possible.at(-1)?.endsWith('*') ? node.outputs.length : possible.length;
  const names = node.outputs.slice(0, Math.min(as.count ?? most, most)).map((output) => output && graphName(scope, output, r.g));
  return r.g.append(as.op, withoutTail(as.inputs), as.attrs, { domain, name: node.name, outputs: names }).outputs;
}

/** The node as its adapter sees it. */
export function fileNode(r: Reading, scope: Scope, node: Resolved): FileNode {
  const { inputs, attrs, outputs, place } = node;
  const attr = <T extends AttrValue>(kind: string, is: (value: AttrValue) => boolean) => {
    return (name: string, fallback?: T): T => {
      const value = Object.hasOwn(attrs, name) ? attrs[name] : fallback;
      if (value === undefined) return fail('invalid-model', `${place} has no attribute \`${name}\`, which opset ${node.opset} asks for.`);
      return is(value) ? (value as T) : fail('invalid-model', `${place}: attribute \`${name}\` is not of kind ${kind}.`);
    };
  };
  const list = (value: AttrValue) => Array.isArray(value) && value.every((item) => typeof item === 'number');
  return {
    g: r.g,
    op: node.op,
    opset: node.opset,
    inputs,
    attrs,
    outputs: outputs.length,
    dequantise: r.dequantise,
    wanted: (i) => r.used.has(outputs[i] ?? ''),
    input: (i) => inputs[i] ?? fail('invalid-model', `${place}: input ${i} is missing.`),
    numbers: (i) => numbersOf(elementsOf(inputs[i])),
    int: attr<number>('int', Number.isInteger),
    float: attr<number>('float', (value) => typeof value === 'number'),
    string: attr<string>('string', (value) => typeof value === 'string'),
    ints: attr<readonly number[]>('ints', list),
    floats: attr<readonly number[]>('floats', list),
    emit: (op, given, with_ = {}, count) => appendAs(r, scope, node, { op, inputs: given, attrs: with_, ...(count !== undefined && { count }) }),
    stored: (data) => declareAs(r, node.outputs[0] ?? '', graphName(scope, node.outputs[0] ?? '', r.g), data),
    refuse: (message) => fail('unsupported-op', `${place} of opset ${node.opset}: ${message}`),
  };
}
