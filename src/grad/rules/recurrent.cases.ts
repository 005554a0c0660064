// Cases of the recurrent layers: directions, initial states, lengths, both layouts, and each output alone. ONNX Runtime has them in float32 only.
import type { Attrs } from '../../graph/types.ts';
import type { CaseInput, GradCase } from '../check.ts';

type Op = 'LSTM' | 'GRU' | 'RNN';
const gates = { LSTM: 4, GRU: 3, RNN: 1 };

interface Options {
  readonly steps?: number;
  readonly lengths?: readonly number[];
  readonly states?: boolean;
  readonly bias?: boolean;
  readonly through?: readonly number[];
}

const BATCH = 2;
const INPUTS = 3;
const HIDDEN = 2;

function recurrent(op: Op, attrs: Attrs = {}, { steps = 3, lengths, states = false, bias = true, through }: Options = {}): GradCase {
  const d = attrs.direction === 'bidirectional' ? 2 : 1;
  const state: CaseInput | undefined = states ? { shape: attrs.layout ? [BATCH, d, HIDDEN] : [d, BATCH, HIDDEN] } : undefined;
  return {
    op,
    inputs: [
      { shape: attrs.layout ? [BATCH, steps, INPUTS] : [steps, BATCH, INPUTS] },
      { shape: [d, gates[op] * HIDDEN, INPUTS] },
      { shape: [d, gates[op] * HIDDEN, HIDDEN] },
      bias ? { shape: [d, 2 * gates[op] * HIDDEN] } : undefined,
      lengths && { shape: [BATCH], constant: lengths, dtype: 'int32' },
      state,
      ...(op === 'LSTM' ? [state] : []),
    ],
    attrs: { hidden_size: HIDDEN, ...attrs },
    outputs: op === 'LSTM' ? 3 : 2,
    ...(through && { through }),
    precision: 'float32',
  };
}

const common = (op: Op, attrs: Attrs = {}): GradCase[] => [
  recurrent(op, attrs),
  recurrent(op, attrs, { states: true, bias: false }),
  recurrent(op, attrs, { steps: 1, states: true }),
  recurrent(op, { ...attrs, direction: 'reverse' }, { states: true }),
  recurrent(op, { ...attrs, direction: 'bidirectional' }, { states: true }),
  recurrent(op, attrs, { lengths: [3, 1], states: true }),
  recurrent(op, { ...attrs, direction: 'reverse' }, { lengths: [2, 3], states: true }),
  recurrent(op, { ...attrs, direction: 'bidirectional', layout: 1 }, { lengths: [2, 3], states: true }),
  recurrent(op, { ...attrs, layout: 1 }, { through: [0] }),
  recurrent(op, { ...attrs, direction: 'reverse' }, { through: [1] }),
  recurrent(op, attrs, { lengths: [1, 3], through: [1], states: true }),
];

const steps = (reverse: number, states: boolean, through: readonly number[], count = 3): GradCase => {
  const state: CaseInput | undefined = states ? { shape: [BATCH, HIDDEN] } : undefined;
  return {
    op: 'LSTMSteps',
    inputs: [
      { shape: [count, BATCH, INPUTS] },
      { shape: [4 * HIDDEN, INPUTS] },
      { shape: [4 * HIDDEN, HIDDEN] },
      states ? undefined : { shape: [4 * HIDDEN] },
      ...[state, state],
    ],
    attrs: { reverse },
    outputs: 4,
    through,
  };
};

export const cases: readonly GradCase[] = [
  steps(0, true, [0]),
  steps(1, false, [0]),
  steps(0, false, [0, 3]),
  steps(1, true, [1]),
  steps(0, true, [2]),
  steps(0, true, [0, 1, 2, 3], 1),
  ...common('LSTM'),
  recurrent('LSTM', {}, { through: [2], states: true }),
  recurrent('LSTM', { direction: 'bidirectional' }, { through: [1, 2], lengths: [3, 2] }),
  recurrent('LSTM', { activations: ['Sigmoid', 'Tanh', 'Tanh'] }),
  ...common('GRU'),
  ...common('GRU', { linear_before_reset: 1 }),
  ...common('RNN'),
  recurrent('RNN', { activations: ['Relu', 'Relu'], direction: 'bidirectional' }, { states: true }),
];
