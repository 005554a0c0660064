// What is rewritten before a training step is built computes the same, values and gradients, in whole numbers with many ties.
import { expect, test } from 'vitest';
import { noise } from '../../tests/support/noise.ts';
import { stream } from '../core/rng.ts';
import { sizeOf, tensorOf, toNumbers } from '../core/tensor.ts';
import { backward } from '../grad/backward.ts';
import { Builder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { openDevice } from '../runtime/device.ts';
import { poolFirst } from './pool-first.ts';
import { pooledConv } from './pooled-conv.ts';
import { runGraph } from './run.ts';
import { steppedLstm } from './stepped-lstm.ts';

const { device } = await openDevice('cpu');
const ops = (graph: Graph) => graph.nodes.map(({ op }) => op);

interface Shape {
  readonly input: readonly number[];
  readonly filters: number;
  readonly pads?: readonly number[];
  readonly window?: readonly number[];
  readonly bias?: boolean;
}

/** relu and max pool of a convolution. */
function forward({ input, filters, pads = [0, 0, 0, 0], window = [2, 2], bias = true }: Shape): Builder {
  const g = new Builder();
  const draw = (name: string, shape: readonly number[]) => {
    const values = Array.from(stream(7, name).integers(sizeOf(shape), 3), (value) => value - 1);
    return g.parameter(name, tensorOf('float32', values, shape));
  };
  const x = draw('x', input);
  const w = draw('w', [filters, input[1] as number, 3, 3]);
  const conv = g.op('Conv', [x, w, bias ? draw('b', [filters]) : undefined], { pads, kernel_shape: [3, 3] });
  g.output('y', g.op('MaxPool', [g.relu(conv)], { kernel_shape: window, strides: window }));
  return g;
}

/** The output and its gradients by all parameters, by name. */
async function results(g: Builder): Promise<Record<string, number[]>> {
  const y = g.outputs.get('y') as Value;
  const weights = Array.from(stream(7, 'dy').integers(sizeOf(y.shape as number[]), 5), (value) => value - 2);
  for (const [value, gradient] of backward(g, y, g.ofKind('parameter'), { seed: g.constant(tensorOf('float32', weights, y.shape as number[])) }))
    g.output(`d${value.name}`, gradient);
  const outputs = await runGraph(g, {}, { device, threads: 1 });
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, toNumbers(tensor)]));
}

const shapes: readonly Shape[] = [
  { input: [2, 1, 8, 8], filters: 4 },
  { input: [2, 3, 7, 9], filters: 3, pads: [1, 0, 2, 1] },
  { input: [1, 1, 9, 8], filters: 2, window: [1, 3], bias: false },
];

test.each(shapes)('a cheap convolution and its pool, place by place: %j', async (shape) => {
  const plain = forward(shape);
  const rewritten = pooledConv(poolFirst(plain).graph).graph;
  expect(ops(rewritten)).not.toContain('MaxPool');
  expect(await results(rewritten)).toEqual(await results(plain));
});

test('the pool comes before the ReLU, behind a convolution that is not cheap', async () => {
  const shape = { input: [1, 4, 7, 7], filters: 3 };
  const rewritten = pooledConv(poolFirst(forward(shape)).graph).graph;
  expect(ops(rewritten)).toEqual(['Conv', 'MaxPool', 'Relu']);
  expect(await results(rewritten)).toEqual(await results(forward(shape)));
});

test('values that something else needs are left alone', () => {
  const relu = forward({ input: [1, 1, 6, 6], filters: 2 });
  relu.output('between', relu.nodes.find(({ op }) => op === 'Relu')?.outputs[0] as Value);
  expect(ops(pooledConv(poolFirst(relu).graph).graph)).toEqual(['Conv', 'Relu', 'MaxPool']);
  const conv = poolFirst(forward({ input: [1, 1, 6, 6], filters: 2 })).graph;
  conv.output('between', conv.nodes[0]?.outputs[0] as Value);
  expect(ops(pooledConv(conv).graph)).toEqual(['Conv', 'MaxPool', 'Relu']);
});

interface Lstm {
  readonly direction?: string;
  readonly layout?: number;
  readonly states?: boolean;
  readonly bias?: boolean;
  readonly steps?: number;
  /** Which outputs are read. */
  readonly outputs?: readonly boolean[];
}

/** A weighted sum of an LSTM's outputs. */
function recurrent({ direction = 'forward', layout = 0, states = false, bias = true, steps = 4, outputs = [true, true, true] }: Lstm): Builder {
  const g = new Builder();
  const [batch, width, hidden] = [3, 5, 2];
  const d = direction === 'bidirectional' ? 2 : 1;
  const draw = (name: string, shape: readonly number[]) =>
    g.parameter(name, tensorOf('float32', Array.from(noise(name.length + shape.length, sizeOf(shape))), shape));
  const state = (name: string) => (states ? draw(name, layout ? [batch, d, hidden] : [d, batch, hidden]) : undefined);
  const inputs = [
    draw('x', layout ? [batch, steps, width] : [steps, batch, width]),
    draw('w', [d, 4 * hidden, width]),
    draw('r', [d, 4 * hidden, hidden]),
    bias ? draw('b', [d, 8 * hidden]) : undefined,
    ...[undefined, state('first h'), state('first cell')],
  ];
  const names = outputs.map((read, i) => (read ? `out${i}` : ''));
  const made = g.append('LSTM', inputs, { hidden_size: hidden, direction, layout }, { name: 'lstm', outputs: names }).outputs;
  const sums = made.flatMap((value, i) =>
    value
      ? [g.sum(g.mul(value, g.constant(tensorOf('float32', Array.from(noise(40 + i, sizeOf(value.shape as number[]))), value.shape as number[]))))]
      : [],
  );
  g.output(
    'y',
    sums.reduce((a, b) => g.add(a, b)),
  );
  return g;
}

const lstms: readonly Lstm[] = [
  {},
  { states: true, bias: false },
  { steps: 1 },
  { steps: 1, states: true, layout: 1 },
  { direction: 'reverse', outputs: [true, false, false] },
  { direction: 'reverse', states: true, layout: 1 },
  { direction: 'bidirectional', states: true, outputs: [false, true, true] },
  { direction: 'bidirectional', layout: 1, outputs: [true, false, true] },
];

test.each(lstms)('an LSTM step by step: %j', async (options) => {
  const plain = recurrent(options);
  const rewritten = steppedLstm(plain, () => true).graph;
  expect(ops(rewritten)).toContain('LSTMSteps');
  expect(ops(rewritten)).not.toContain('LSTM');
  const [is, should] = [await results(rewritten), await results(plain)];
  expect(Object.keys(is)).toEqual(Object.keys(should));
  for (const [name, values] of Object.entries(should))
    for (const [i, value] of values.entries()) expect(is[name]?.[i], `${name} ${i}`).toBeCloseTo(value, 5);
});

test('an LSTM that nothing which learns goes into, or that has lengths, keeps its kernel', () => {
  const plain = recurrent({});
  expect(ops(steppedLstm(plain, ({ name }) => name === 'none').graph)).toContain('LSTM');
  const g = new Builder();
  const of = (name: string, shape: readonly number[]) => g.parameter(name, tensorOf('float32', Array.from(noise(1, sizeOf(shape))), shape));
  const lengths = g.constant(tensorOf('int32', [2, 1], [2]));
  const inputs = [of('x', [2, 2, 1]), of('w', [1, 4, 1]), of('r', [1, 4, 1]), undefined, lengths];
  g.output('y', g.append('LSTM', inputs, { hidden_size: 1 }, { outputs: ['all'] }).outputs[0] as Value);
  expect(ops(steppedLstm(g, () => true).graph)).toEqual(['LSTM']);
});
