// Sequences of tensors whose length is known, as exporters write a split into parts: followed from the node that makes one to those that take it
// apart, so that the graph holds tensors only. Called by the reader of nodes.

import { create } from '@bufbuild/protobuf';
import { fail } from '../../core/errors.ts';
import { tensorOf } from '../../core/tensor.ts';
import { elementsOf, numbersOf } from '../elements.ts';
import type { Value } from '../graph.ts';
import { normaliseAxis } from '../types.ts';
import { appendAs, type Resolved, resolve } from './file-node.ts';
import { type NodeProto, NodeProtoSchema } from './onnx_pb.ts';
import type { Reading } from './reading.ts';
import { define, graphName, type Scope, sequenceNamed } from './scope.ts';

/** More parts than any model splits into; a small file can ask for any number. */
const MOST_PARTS = 10_000;

/** What makes a sequence, by op. */
const makers: Readonly<Record<string, (r: Reading, node: Resolved) => readonly Value[]>> = {
  SplitToSequence: split,
  SequenceConstruct: (_, node) => node.inputs.map((value) => value ?? fail('invalid-model', `${node.place} lacks an input.`)),
};

/** What takes one apart, by op: the value that the node gives. */
const takers: Readonly<Record<string, (r: Reading, scope: Scope, node: Resolved, items: readonly Value[]) => Value | undefined>> = {
  SequenceAt: (_r, _scope, node, items) => {
    const at = numbersOf(elementsOf(node.inputs[0]))?.[0];
    if (at === undefined) return fail('unsupported-op', `${node.place}: its position is known only when the model runs; Graft follows known ones.`);
    return items[at < 0 ? at + items.length : at] ?? fail('invalid-model', `${node.place} asks for item ${at} of a sequence of ${items.length}.`);
  },
  SequenceLength: (r, scope, node, items) => r.g.constant(tensorOf('int64', items.length), graphName(scope, node.outputs[0] ?? '', r.g)),
  ConcatFromSequence: (r, scope, node, items) => {
    const { axis = 0, new_axis: stacked = 0 } = node.attrs as { axis?: number; new_axis?: number };
    const parts = stacked ? r.g.scope(node.name, () => items.map((item) => r.g.unsqueeze(item, [axis]))) : items;
    return appendAs(r, scope, node, { op: 'Concat', inputs: parts, attrs: { axis } })[0];
  },
};

/** Reads a node that makes a sequence or takes one apart; false where it is no such node. */
export function readSequence(r: Reading, proto: NodeProto, scope: Scope, place: string): boolean {
  const { opType: op, output } = proto;
  const name = output[0] ?? '';
  if (Object.hasOwn(makers, op)) {
    const items = makers[op]?.(r, resolve(r, proto, scope, '', place)) ?? [];
    define(scope, name, { items }, place);
    return true;
  }
  if (!Object.hasOwn(takers, op)) return false;
  const [from = '', ...others] = proto.input;
  const items = sequenceNamed(scope, from, place);
  const node = resolve(r, create(NodeProtoSchema, { ...proto, input: others }), scope, '', place);
  define(scope, name, takers[op]?.(r, scope, node, items) ?? null, place);
  return true;
}

/** Equal parts of a number of rows, the last one smaller where they do not divide; or parts of given lengths; or single rows. */
function split(r: Reading, node: Resolved): readonly Value[] {
  const { inputs, attrs, place } = node;
  const [x = fail('invalid-model', `${place} has no input.`), lengths] = inputs;
  const { axis: given = 0, keepdims = 1 } = attrs as { axis?: number; keepdims?: number };
  const axis = normaliseAxis(given, x.shape.length, place);
  const size = x.shape[axis];
  const numbers = lengths ? numbersOf(elementsOf(lengths)) : [1];
  if (!numbers || (typeof size !== 'number' && lengths?.shape.length !== 1)) {
    return fail('unsupported-op', `${place}: the number of its parts is known only when the model runs; Graft reads sequences of a known length.`);
  }
  const parts = lengths?.shape.length === 1 ? numbers : chunks(size as number, numbers[0] as number, place);
  if (parts.length > MOST_PARTS) fail('invalid-model', `${place} splits into ${parts.length} parts.`);
  return r.g.scope(node.name, () => {
    const values = parts.length === 1 ? [x] : r.g.ops('Split', [x, r.g.ints(parts)], { axis }, parts.length);
    return lengths || keepdims ? values : values.map((value) => r.g.squeeze(value, [axis]));
  });
}

function chunks(size: number, length: number, place: string): number[] {
  if (!(length >= 1)) return fail('invalid-model', `${place} splits into parts of ${length}.`);
  return Array.from({ length: Math.min(MOST_PARTS + 1, Math.ceil(size / length)) }, (_, i) => Math.min(length, size - i * length));
}
