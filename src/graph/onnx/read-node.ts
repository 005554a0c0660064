// Nodes of a file -> nodes of the graph, one by one: taken as they stand, adapted, or replaced by the function or branch that they stand for.
import { fail, GraftError } from '../../core/errors.ts';
import { type Tensor, tensorOf } from '../../core/tensor.ts';
import { DEFAULT_OPSET, type Value } from '../graph.ts';
import { schemaOf } from '../schema/index.ts';
import type { Attrs, TensorType } from '../types.ts';
import { adapterOf } from './adapt/index.ts';
import { inlineBranch, inlineCall } from './call.ts';
import { appendAs, fileNode, type Resolved, resolve } from './file-node.ts';
import type { NodeProto } from './onnx_pb.ts';
import { functionKey, ownDomain, type Reading } from './reading.ts';
import { define, graphName, type Scope } from './scope.ts';
import { readSequence } from './sequences.ts';
import { typeFromInfo } from './type-proto.ts';

/** Functions and branches may hold so many nodes together; a small file can ask for any number. */
const MOST_INLINED = 50_000;

/** Reads nodes into the graph. @throws GraftError naming the node that cannot be read, and what to do. */
export function readNodes(r: Reading, nodes: readonly NodeProto[], scope: Scope): void {
  for (const proto of nodes) {
    const domain = ownDomain(proto.domain);
    const place = `${domain && `${domain}:`}${proto.opType} node \`${scope.prefix}${proto.name || (proto.output[0] ?? '')}\``;
    if (scope.depth > 0 && ++r.inlined > MOST_INLINED) {
      fail('invalid-model', `${place}: the model's functions and branches hold more than ${MOST_INLINED} nodes together.`);
    }
    try {
      readNode(r, proto, scope, domain, place);
    } catch (cause) {
      if (cause instanceof GraftError) throw cause;
      throw new GraftError('invalid-model', `${place} is not well formed: ${(cause as Error).message}.`, { cause });
    }
  }
}

function readNode(r: Reading, proto: NodeProto, scope: Scope, domain: string, place: string): void {
  const called = r.functions.get(functionKey(proto, proto.opType));
  if (called) inlineCall(r, called, proto, scope, place);
  else if (domain === '' && proto.opType === 'If') inlineBranch(r, proto, scope, place);
  else if (domain !== '' || !readSequence(r, proto, scope, place)) {
    const node = resolve(r, proto, scope, domain, place);
    const values = valuesOf(r, scope, node);
    node.outputs.forEach((output, i) => {
      if (output !== '') define(scope, output, values[i] ?? `output ${i} of the ${place}, which Graft does not compute.`, place);
    });
  }
}

function valuesOf(r: Reading, scope: Scope, node: Resolved): readonly (Value | undefined)[] {
  const { domain, op, inputs, attrs, place } = node;
  if (domain === '' && op === 'Constant') return [r.g.constant(constantOf(attrs, place), graphName(scope, node.outputs[0] ?? '', r.g))];
  const adapter = adapterOf(domain, op);
  const adapted = adapter && r.g.scope(node.name, () => adapter(fileNode(r, scope, node)));
  return adapted ?? (schemaOf(domain, op) ? appendAs(r, scope, node, { op, inputs, attrs, domain }) : appendOpaque(r, scope, node));
}

/** A node that Graft does not know, typed by what the file says of its outputs. */
function appendOpaque(r: Reading, scope: Scope, node: Resolved): readonly (Value | undefined)[] {
  const { domain, op, inputs, attrs, attrTypes, name, place, opset } = node;
  const types = node.outputs.map((output) => typeOf(r, output, place));
  if (domain === '' && opset < DEFAULT_OPSET) {
    fail(
      'unsupported-op',
      `${place} is of opset ${opset}; Graft does not know this op and cannot bring it to opset ${DEFAULT_OPSET}. Export the model with that opset, or without this op.`,
    );
  }
  r.g.opsets.set(domain, Math.max(opset, r.g.opsets.get(domain) ?? 0));
  const outputs = node.outputs.map((output) => output && graphName(scope, output, r.g));
  return r.g.append(op, inputs, attrs, { domain, name, outputs, attrTypes, types }).outputs;
}

/** Type of an output that no schema tells. One that is left out has none; it gets the placeholder that `append` asks for. */
function typeOf(r: Reading, name: string, place: string): TensorType {
  if (name === '') return { dtype: 'float32', shape: [] };
  const info = r.declared.get(name);
  if (!info?.type) {
    return fail(
      'unsupported-op',
      `${place}: Graft does not know this op, and the file does not declare the type of \`${name}\`. Run ONNX shape inference on the model.`,
    );
  }
  const { dtype, shape } = typeFromInfo(info);
  return { dtype: r.dtype(dtype), shape };
}

function constantOf(attrs: Attrs, place: string): Tensor {
  const { value, value_float: float, value_floats: floats, value_int: int, value_ints: ints } = attrs;
  if (typeof value === 'object' && 'dtype' in value) return value;
  if (float !== undefined || floats !== undefined) return tensorOf('float32', (float ?? floats) as number | readonly number[]);
  if (int !== undefined || ints !== undefined) return tensorOf('int64', (int ?? ints) as number | readonly number[]);
  return fail('invalid-model', `${place} holds ${Object.keys(attrs).join(', ') || 'nothing'}; Graft reads numbers only.`);
}
