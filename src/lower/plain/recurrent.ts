// Recurrent layers as ONNX Runtime's CPU kernels take them: time first. A node that the gradient repeats for an output that the forward pass
// leaves out becomes one with it.
import { LSTMSteps as expandSteps } from '../../graph/expand/lstm-steps.ts';
import type { Node, Value } from '../../graph/graph.ts';
import type { RecurrentAttrs } from '../../graph/schema/recurrent.ts';
import { byExpansion, type LowerContext, lowerOp } from '../lowering.ts';

const keyOf = ({ op, inputs, attrs }: Node) => `${op} ${inputs.map((value) => value?.name ?? '').join()} ${JSON.stringify(attrs)}`;

function lowered(c: LowerContext<RecurrentAttrs>): readonly Value[] | undefined {
  const { g, node, inputs, attrs, siblings, shared } = c;
  const key = keyOf(node);
  const twins = siblings.filter((other) => keyOf(other) === key);
  if (attrs.layout === 0 && twins.length === 1) return undefined;
  const count = Math.max(...twins.map(({ outputs }) => outputs.length));
  const wanted = Array.from({ length: count }, (_, i) => twins.some(({ outputs }) => outputs[i]));
  const made = wanted.map((want, i) => want && shared.get(`${key} ${i}`));
  if (wanted.some((want, i) => want && !made[i])) {
    const outputs = wanted.map((want, i) => (want ? g.fresh(`${node.op}.${i}`) : ''));
    const { layout: _, ...rest } = node.attrs;
    const swap = (value: Value | undefined) => value && g.transpose(value, [1, 0, 2]);
    const states = attrs.layout ? [swap(inputs[0]), ...inputs.slice(1, 5), swap(inputs[5]), swap(inputs[6]), inputs[7]] : inputs;
    const own = g.append(node.op, states.slice(0, inputs.length), rest, { outputs }).outputs;
    own.forEach((value, i) => {
      if (value) shared.set(`${key} ${i}`, attrs.layout ? g.transpose(value, i === 0 ? [2, 0, 1, 3] : [1, 0, 2]) : value);
    });
  }
  return wanted.map((_, i) => shared.get(`${key} ${i}`) as Value);
}

export const LSTM = lowerOp<'LSTM'>(lowered);
export const GRU = lowerOp<'GRU'>(lowered);
export const RNN = lowerOp<'RNN'>(lowered);

export const LSTMSteps = byExpansion(expandSteps);
