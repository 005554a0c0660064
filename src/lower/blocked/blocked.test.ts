// The blocked lowering against the plain one: on this machine's own kernels, and for both block sizes against what those kernels do, said in
// standard ONNX. Convolutions in whole numbers, where float32 is exact and every order of summing gives the same.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stream } from '../../core/rng.ts';
import { sizeOf, type Tensor, tensorOf, toNumbers } from '../../core/tensor.ts';
import { backward } from '../../grad/backward.ts';
import { Builder } from '../../graph/builder.ts';
import type { Graph, Node, Value } from '../../graph/graph.ts';
import { prune, rewrite } from '../../graph/rewrite.ts';
import { openDevice } from '../../runtime/device.ts';
import { lower } from '../lower.ts';
import { runGraph } from '../run.ts';
import { blockSizeOf } from './block-size.ts';

const { device } = await openDevice('cpu');
const own = await blockSizeOf(device);
const NCHWC = 'com.microsoft.nchwc';

/** What the blocked kernels do, as standard ONNX: out of the layout, the plain op, and into the layout. */
function asStandard(graph: Graph, block: number): Builder {
  return rewrite(graph, ({ g, node, inputs }) =>
    node.domain === NCHWC ? [g.scope('standard', () => standard(g, block, node, inputs as readonly Value[]))] : undefined,
  ).graph;
}

function standard(g: Builder, block: number, node: Node, inputs: readonly Value[]): Value {
  const { channels: given, channels_last: last, activation, activation_params: bounds, ...attrs } = node.attrs;
  const sizes = (value: Value) => value.shape as [number, number, number, number];
  const out = (value: Value) => {
    const [n, channels, h, w] = sizes(value);
    return g.reshape(g.transpose(g.reshape(value, [n, channels / block, h, w, block]), [0, 1, 4, 2, 3]), [n, channels, h, w]);
  };
  const into = (value: Value) => {
    const [n, channels, h, w] = sizes(value);
    const padded = Math.ceil(channels / block) * block;
    const whole = padded === channels ? value : g.op('Pad', [value, g.ints([0, 0, 0, 0, 0, padded - channels, 0, 0])]);
    return g.reshape(g.transpose(g.reshape(whole, [n, padded / block, block, h, w]), [0, 1, 3, 4, 2]), [n, padded, h, w]);
  };
  const [x, weight, bias, sum] = inputs as [Value, Value, Value | undefined, Value | undefined];
  switch (node.op) {
    case 'ReorderInput':
      expect((x.shape[last ? 3 : 1] as number) % 4, 'ONNX Runtime takes channels by four').toBe(0);
      return into(last ? g.transpose(x, [0, 3, 1, 2]) : x);
    case 'ReorderOutput': {
      const plain = g.slice(out(x), [0], [given as number], [1]);
      return last ? g.transpose(plain, [0, 2, 3, 1]) : plain;
    }
    case 'Conv': {
      const [filters, channels, h, w] = sizes(weight);
      const group = (attrs.group ?? 1) as number;
      const few = channels < block;
      const depthwise = group > 1 && channels === 1;
      const inner = few ? [channels] : [channels / block, block];
      const laid = few ? [filters / block, channels, h, w, block] : [filters / block, channels / block, h, w, block, block];
      const perm = few ? [0, 4, 1, 2, 3] : [0, 5, 1, 4, 2, 3];
      expect(sizeOf(inner)).toBe(channels);
      const plain = g.reshape(g.transpose(g.reshape(weight, laid), perm), [filters, channels, h, w]);
      const y = g.append('Conv', [few && !depthwise ? x : out(x), plain, bias], attrs).outputs[0] as Value;
      const total = sum ? g.add(y, out(sum)) : y;
      const [low, high] = (bounds ?? []) as readonly number[];
      if (activation === 'Clip') return into(g.op('Clip', [total, g.scalar(low as number), g.scalar(high as number)]));
      return into(activation === 'Relu' ? g.relu(total) : total);
    }
    default:
      return into(g.append(node.op, [out(x)], attrs).outputs[0] as Value);
  }
}

type Way = readonly [name: string, run: (graph: Graph) => Promise<Record<string, Tensor>>];

const ways: readonly Way[] = [
  ...[8, 16].map((block): Way => {
    const layout = { block, threads: 2 };
    return [`blocks of ${block}, as standard ONNX`, (graph) => runGraph(asStandard(lower(prune(graph).graph, layout).graph, block), {}, { device })];
  }),
  ...(own === undefined
    ? []
    : [[`blocks of ${own}, by its own kernels`, (graph: Graph) => runGraph(graph, {}, { device, layout: { block: own, threads: 2 } })] as Way]),
];

const integers = (seed: number, name: string, count: number): number[] => Array.from(stream(seed, name).integers(count, 5), (value) => value - 2);

const axis = fc.record({
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  before: fc.integer({ min: 0, max: 2 }),
  after: fc.integer({ min: 0, max: 2 }),
  extra: fc.integer({ min: 0, max: 5 }),
});
/** Channels that fill their blocks and such that do not, and groups of one channel, of a block, and of neither. */
const channels = fc.oneof(
  fc.record({ group: fc.constant(1), channels: fc.constantFrom(1, 3, 16, 20), filters: fc.constantFrom(1, 6, 16, 72) }),
  fc.constantFrom(2, 12, 16, 20).map((group) => ({ group, channels: 1, filters: 1 })),
  fc.constantFrom(3, 16).map((count) => ({ group: 2, channels: count, filters: count })),
);
const convolution = fc.record({
  axes: fc.tuple(axis, axis),
  n: fc.constantFrom(1, 3, 10, 16, 20),
  sizes: channels,
  bias: fc.boolean(),
  seed: fc.nat(1000),
});

/** A blocked value of `[N, C, H, W]` and another operand, of the last axes of that, each kept or of size 1. */
const operands = fc
  .record({
    n: fc.integer({ min: 1, max: 2 }),
    count: fc.constantFrom(1, 3, 16, 20),
    places: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    op: fc.constantFrom('Add', 'Sub', 'Mul', 'Max', 'PRelu' as const),
    swapped: fc.boolean(),
    shape: fc.array(fc.boolean(), { maxLength: 4 }),
    seed: fc.nat(1000),
  })
  .map((one) => (one.op === 'PRelu' ? { ...one, swapped: false } : one));

describe.each(ways)('%s', (_, run) => {
  test('element-wise ops with operands of every rank, also where all sizes are 1', async () => {
    await fc.assert(
      fc.asyncProperty(operands, async ({ n, count, places, op, swapped, shape, seed }) => {
        const g = new Builder();
        const draw = (name: string, sizes: readonly number[]) => g.parameter(name, tensorOf('float32', integers(seed, name, sizeOf(sizes)), sizes));
        const full = [n, count, ...places];
        const own = full.slice(4 - shape.length).map((size, i) => (shape[i] ? size : 1));
        const x = g.op('Conv', [draw('x', [n, 3, ...places]), draw('w', [count, 3, 1, 1]), draw('b', [count])], { kernel_shape: [1, 1] });
        const other = draw('other', own);
        const y = g.op(op, swapped ? [other, x] : [x, other]);
        g.output('y', y);
        const z = g.op('Conv', [y, draw('v', [2, count, 1, 1])], { kernel_shape: [1, 1] });
        g.output('z', z);
        const seeds = g.constant(tensorOf('float32', integers(seed, 'dz', sizeOf([n, 2, ...places])), [n, 2, ...places]));
        for (const [value, gradient] of backward(g, z, g.ofKind('parameter'), { seed: seeds })) g.output(`d${value.name}`, gradient);
        const [is, should] = [await run(g), await runGraph(g, {}, { device })];
        for (const [name, value] of Object.entries(should)) {
          expect(is[name]?.dims, name).toEqual(value.dims);
          // Zeros may differ in sign.
          const numbers = (tensor: Tensor | undefined) => toNumbers(tensor as Tensor).map((number) => number + 0);
          expect(numbers(is[name]), name).toEqual(numbers(value));
        }
      }),
      { numRuns: 60 },
    );
  });

  test.each(['int64', 'float64'] as const)('numbers that float32 does not hold stay what they are (%s)', async (dtype) => {
    const g = new Builder();
    const draw = (name: string, sizes: readonly number[]) => g.parameter(name, tensorOf('float32', integers(3, name, sizeOf(sizes)), sizes));
    const x = g.op('Relu', [g.op('Conv', [draw('x', [1, 3, 2, 2]), draw('w', [16, 3, 1, 1])], { kernel_shape: [1, 1] })]);
    const large = tensorOf(dtype, Array<number>(64).fill(2 ** 40 + 1), [1, 16, 2, 2]);
    g.output('sum', g.add(g.cast(x, dtype), g.constant(large)));
    expect(toNumbers((await run(g)).sum as Tensor)).toEqual(toNumbers((await runGraph(g, {}, { device })).sum as Tensor));
  });

  test('what the padding would make infinite leaves the layout', async () => {
    const g = new Builder();
    const count = 20;
    const draw = (name: string, sizes: readonly number[]) => g.parameter(name, tensorOf('float32', integers(3, name, sizeOf(sizes)), sizes));
    const bias = g.parameter('bias', tensorOf('float32', Array(count).fill(-100), [count]));
    const x = g.op('Conv', [draw('x', [2, 3, 2, 2]), draw('w', [count, 3, 1, 1]), bias], { kernel_shape: [1, 1] });
    const grown = g.exp(g.mul(g.add(x, 100), 0.1));
    const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map((name) => draw(name, [count])) as [Value, Value, Value, Value];
    const normed = g.append(
      'BatchNormalization',
      [grown, scale, shift, mean, variance],
      { training_mode: 1, epsilon: 0 },
      { outputs: ['y', 'm', 'v'] },
    );
    const z = g.op('Conv', [g.add(normed.outputs[0] as Value, g.exp(g.add(x, 95))), draw('u', [2, count, 1, 1])], { kernel_shape: [1, 1] });
    g.output('z', z);
    for (const [value, gradient] of backward(g, g.sum(z), [bias, scale])) g.output(`d${value.name}`, gradient);
    const [is, should] = [await run(g), await runGraph(g, {}, { device })];
    for (const [name, value] of Object.entries(should)) {
      expect(toNumbers(value).every(Number.isFinite), name).toBe(true);
      const size = Math.max(...toNumbers(value).map(Math.abs));
      toNumbers(value).forEach((number, i) => {
        expect(Math.abs((toNumbers(is[name] as Tensor)[i] as number) - number), `${name} ${i}`).toBeLessThanOrEqual(1e-4 * size);
      });
    }
  });

  test('a convolution and both its gradients, at any window', async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async ({ axes, n, sizes: { group, channels: perGroup, filters }, bias, seed }) => {
        const places = axes.map(({ kernel, dilation, extra }) => (kernel - 1) * dilation + 1 + extra);
        const window = {
          kernel_shape: axes.map(({ kernel }) => kernel),
          strides: axes.map(({ stride }) => stride),
          dilations: axes.map(({ dilation }) => dilation),
          pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)],
          group,
        };
        const g = new Builder();
        const draw = (name: string, shape: readonly number[]) => g.parameter(name, tensorOf('float32', integers(seed, name, sizeOf(shape)), shape));
        const x = draw('x', [n, perGroup * group, ...places]);
        const w = draw('w', [filters * group, perGroup, ...window.kernel_shape]);
        const y = g.op('Conv', [x, w, bias ? draw('b', [filters * group]) : undefined], window);
        const dy = draw('dy', y.shape as number[]);
        g.output('y', y);
        g.output('dx', g.op('ConvGradInput', [dy, w], { ...window, input_shape: x.shape as number[] }));
        g.output('dw', g.op('ConvGradWeight', [x, dy], window));
        const [expected, actual] = [await runGraph(g, {}, { device }), await run(g)];
        for (const name of ['y', 'dx', 'dw']) expect(toNumbers(actual[name] as Tensor), name).toEqual(toNumbers(expected[name] as Tensor));
      }),
      { numRuns: 40, seed: 5 },
    );
  }, 120_000);

  test('a max pool and its gradient, with ties', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ axes: fc.tuple(axis, axis), count: fc.constantFrom(16, 20), seed: fc.nat(1000) }),
        async ({ axes, count, seed }) => {
          const places = axes.map(({ kernel, extra }) => kernel + extra);
          const least = (i: number, pad: number) => Math.min(pad, (axes[i % 2] as { kernel: number }).kernel - 1);
          const pads = [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)].map((pad, i) => least(i, pad));
          const window = { kernel_shape: axes.map(({ kernel }) => kernel), strides: axes.map(({ stride }) => stride), pads };
          const g = new Builder();
          const draw = (name: string, shape: readonly number[]) => g.parameter(name, tensorOf('float32', integers(seed, name, sizeOf(shape)), shape));
          const x = g.op('Conv', [draw('x', [2, 3, ...places]), draw('w', [count, 3, 1, 1])]);
          const y = g.op('MaxPool', [x], window);
          g.output('y', y);
          g.output('dx', g.op('MaxPoolGrad', [x, draw('dy', y.shape as number[])], { ...window, dilations: [1, 1] }));
          const [expected, actual] = [await runGraph(g, {}, { device }), await run(g)];
          // What is left of dY may be -0.
          const numbers = (tensor: Tensor | undefined) => toNumbers(tensor as Tensor).map((value) => value + 0);
          for (const name of ['y', 'dx']) expect(numbers(actual[name]), name).toEqual(numbers(expected[name]));
        },
      ),
      { numRuns: 25, seed: 5 },
    );
  }, 60_000);

  test.each([16, 20])(
    'what lies between convolutions of %d channels, forward and backward',
    async (count) => {
      const g = network(count);
      const [expected, actual] = [await runGraph(g, {}, { device }), await run(g)];
      for (const [name, tensor] of Object.entries(expected)) {
        const [a, b] = [toNumbers(tensor), toNumbers(actual[name] as Tensor)];
        const scale = Math.max(1e-3, ...a.map(Math.abs));
        expect(Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number)))) / scale, name).toBeLessThan(1e-4);
      }
    },
    60_000,
  );
});

/** Convolutions with everything that the layout is kept across, and some that it is not; output `y`, and the gradient of each parameter. */
function network(count: number): Builder {
  const g = new Builder();
  const normals = (name: string, shape: readonly number[], scale = 1, offset = 0) =>
    tensorOf(
      'float32',
      Array.from(stream(3, name).normals(sizeOf(shape)), (value) => offset + scale * value),
      shape,
    );
  const weight = (name: string, shape: readonly number[]) => g.parameter(name, normals(name, shape, 1 / Math.sqrt(sizeOf(shape.slice(1)))));
  const norm = (name: string, x: Value, training: boolean) => {
    const channels = x.shape[1] as number;
    const [scale, bias] = [
      g.parameter(`${name}.scale`, normals(`${name}.scale`, [channels], 0.1, 1)),
      g.parameter(`${name}.bias`, normals(`${name}.bias`, [channels])),
    ];
    const [mean, variance] = [g.constant(normals(`${name}.mean`, [channels], 0.1)), g.constant(normals(`${name}.variance`, [channels], 0.05, 1))];
    const inputs = [x, scale, bias, mean, variance];
    if (!training) return g.op('BatchNormalization', inputs);
    const [y, nextMean, nextVariance] = g.ops('BatchNormalization', inputs, { training_mode: 1 }, 3) as [Value, Value, Value];
    g.output(`${name}.mean`, nextMean);
    g.output(`${name}.variance`, nextVariance);
    return y;
  };
  const same = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const image = g.constant(normals('image', [16, 3, 12, 12]));
  const stem = g.relu(norm('bn1', g.op('Conv', [image, weight('stem', [count, 3, 3, 3])], { ...same, strides: [2, 2] }), true));
  const pooled = g.op('MaxPool', [stem], { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] });
  const depthwise = g.op('Clip', [
    norm('bn2', g.op('Conv', [pooled, weight('dw', [count, 1, 3, 3])], { ...same, group: count }), false),
    g.scalar(0),
    g.scalar(6),
  ]);
  // Squeeze and excite: a number for each channel of each example.
  const squeezed = g.op('Conv', [g.mean(depthwise, [2, 3], true), weight('squeeze', [4, count, 1, 1])], { kernel_shape: [1, 1] });
  const gate = g.sigmoid(g.op('Conv', [g.relu(squeezed), weight('excite', [count, 4, 1, 1])], { kernel_shape: [1, 1] }));
  const excited = g.mul(depthwise, gate);
  const residual = g.add(excited, stem);
  const projected = g.add(
    g.op('Conv', [residual, weight('project', [count, count, 1, 1])], { kernel_shape: [1, 1] }),
    g.parameter('shift', normals('shift', [1, count, 1, 1])),
  );
  const both = g.concat([g.op('HardSwish', [projected]), g.mul(stem, g.sigmoid(stem))], 1);
  const last = g.transpose(g.op('Conv', [both, weight('last', [count, 2 * count, 2, 2])], { kernel_shape: [2, 2], strides: [2, 2] }), [0, 2, 3, 1]);
  const mixed = g.transpose(g.matMul(last, g.parameter('mix', normals('mix', [count, count], 0.2))), [0, 3, 1, 2]);
  const gradual = g.op('Conv', [g.op('Pad', [mixed, g.ints([0, 0, 1, 0, 0, 0, 0, 1])]), weight('gradual', [count, count, 3, 3])], {
    kernel_shape: [3, 3],
  });
  const averaged = g.op('AveragePool', [gradual], { kernel_shape: [2, 2] });
  const logits = g.reshape(g.op('GlobalAveragePool', [averaged]), [16, count]);
  const loss = g.sum(g.mul(logits, g.constant(normals('seed', [16, count]))));
  g.output('y', loss);
  const parameters = g.ofKind('parameter');
  for (const [value, gradient] of backward(g, loss, parameters)) g.output(`d${value.name}`, gradient);
  expect(g.outputs.size).toBeGreaterThan(parameters.length);
  return g;
}

test('a device without blocked kernels is told apart', async () => {
  const { device: wasm } = await openDevice('wasm');
  expect(await blockSizeOf(wasm)).toBeUndefined();
});
