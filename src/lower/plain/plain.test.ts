// The plain lowering at random shapes, in whole numbers, where float32 is exact and every order of summing gives the same.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stream } from '../../core/rng.ts';
import { sizeOf, tensorOf, toNumbers } from '../../core/tensor.ts';
import { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { resolveWindow, windowAttrs } from '../../graph/window.ts';
import { openDevice } from '../../runtime/device.ts';
import { lower } from '../lower.ts';
import { runGraph } from '../run.ts';

const { device } = await openDevice('cpu');

const integers = (seed: number, name: string, count: number): number[] => Array.from(stream(seed, name).integers(count, 5), (value) => value - 2);

/** What a max pool of nothing but padding gives. */
const LOWEST = -(2 - 2 ** -23) * 2 ** 127;

/** A window over one to three axes that fits. */
const window = fc.integer({ min: 1, max: 3 }).chain((rank) => {
  const axis = fc.record({
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    before: fc.integer({ min: 0, max: 4 }),
    after: fc.integer({ min: 0, max: 4 }),
    extra: fc.integer({ min: 0, max: 5 }),
  });
  return fc.array(axis, { minLength: rank, maxLength: rank });
});

const convolution = fc.record({
  axes: window,
  n: fc.integer({ min: 1, max: 3 }),
  group: fc.integer({ min: 1, max: 3 }),
  channels: fc.integer({ min: 1, max: 3 }),
  filters: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(1000),
});

test('both gradients of a convolution are its adjoints: <dY, X * W> = <dX, X> = <dW, W>', async () => {
  await fc.assert(
    fc.asyncProperty(convolution, async ({ axes, n, group, channels, filters, seed }) => {
      const sizes = axes.map(({ kernel, dilation, extra }) => (kernel - 1) * dilation + 1 + extra);
      const attrs = {
        kernel_shape: axes.map(({ kernel }) => kernel),
        strides: axes.map(({ stride }) => stride),
        dilations: axes.map(({ dilation }) => dilation),
        pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)],
        group,
      };
      const g = new Builder();
      const draw = (name: string, shape: readonly number[]) => g.parameter(name, tensorOf('float32', integers(seed, name, sizeOf(shape)), shape));
      const x = draw('x', [n, channels * group, ...sizes]);
      const w = draw('w', [filters * group, channels, ...attrs.kernel_shape]);
      const y = g.op('Conv', [x, w], attrs);
      const dy = draw('dy', y.shape as number[]);
      const dx = g.op('ConvGradInput', [dy, w], { ...attrs, input_shape: x.shape as number[] });
      const dw = g.op('ConvGradWeight', [x, dy], attrs);
      const inner = (name: string, a: Value, b: Value) => g.output(`<${name}>`, g.sum(g.mul(a, b)));
      inner('y', y, dy);
      inner('x', dx, x);
      inner('w', dw, w);
      const outputs = await runGraph(g, {}, { device, threads: 1 });
      // Added to 0, -0 is 0: which of the two a sum of nothing but zeros gives depends on its order.
      const value = (name: string) => Number(outputs[name]?.data[0]) + 0;
      expect([value('<x>'), value('<w>')]).toEqual([value('<y>'), value('<y>')]);
    }),
    { numRuns: 150 },
  );
});

const poolAxis = fc.record({
  size: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  extra: fc.integer({ min: 0, max: 4 }),
  pad: fc.integer({ min: 0, max: 2 }),
});
const pool = fc.record({ axes: fc.tuple(poolAxis, poolAxis), ceil_mode: fc.integer({ min: 0, max: 1 }), seed: fc.nat(1000) });

test('the gradient of a max pool goes to the first of the greatest elements of each window, and nowhere from one in the padding', async () => {
  let outside = 0;
  await fc.assert(
    fc.asyncProperty(pool, async ({ axes, ceil_mode, seed }) => {
      const kernel = axes.map(({ size }) => size);
      const [strides, dilations] = [axes.map(({ stride }) => stride), axes.map(({ dilation }) => dilation)];
      const pads = axes.map(({ size, pad }) => Math.min(pad, size - 1));
      const sizes = axes.map(({ size, dilation, extra }, i) => Math.max(1, (size - 1) * dilation + 1 - 2 * (pads[i] as number)) + extra);
      const resolved = resolveWindow({ auto_pad: 'NOTSET', strides, dilations, pads: [...pads, ...pads], ceil_mode }, kernel, sizes, 'pool');
      const [height, width] = resolved.output as [number, number];
      const channels = 2;
      const data = integers(seed, 'x', channels * sizeOf(sizes));
      const dy = integers(seed, 'dy', channels * height * width);
      const v = integers(seed, 'v', channels * sizeOf(sizes));
      const g = new Builder();
      const x = g.parameter('x', tensorOf('float32', data, [1, channels, ...sizes]));
      const attrs = { ...windowAttrs(resolved), ceil_mode };
      const output_shape = [1, channels, height, width];
      g.output('y', g.op('MaxPool', [x], attrs));
      g.output('dx', g.op('MaxPoolGrad', [x, g.constant(tensorOf('float32', dy, output_shape))], attrs));
      g.output('taken', g.op('MaxPoolGather', [x, g.constant(tensorOf('float32', v, [1, channels, ...sizes]))], { ...attrs, output_shape }));
      const { y, dx, taken } = await runGraph(g, {}, { device, threads: 1 });
      const wanted = { y: [] as number[], dx: data.map(() => 0), taken: [] as number[] };
      for (let place = 0; place < channels * height * width; place++) {
        const [channel, row, column] = [Math.floor(place / (height * width)), Math.floor(place / width) % height, place % width];
        let best = -1;
        for (let i = 0; i < (kernel[0] as number); i++) {
          for (let j = 0; j < (kernel[1] as number); j++) {
            const r = row * (strides[0] as number) - (pads[0] as number) + i * (dilations[0] as number);
            const c = column * (strides[1] as number) - (pads[1] as number) + j * (dilations[1] as number);
            const at = (channel * (sizes[0] as number) + r) * (sizes[1] as number) + c;
            const inside = r >= 0 && r < (sizes[0] as number) && c >= 0 && c < (sizes[1] as number);
            if (inside && (best < 0 || (data[at] as number) > (data[best] as number))) best = at;
          }
        }
        wanted.taken.push(best < 0 ? 0 : (v[best] as number));
        if (best < 0) outside++;
        else wanted.dx[best] = (wanted.dx[best] as number) + (dy[place] as number);
        wanted.y.push(best < 0 ? LOWEST : (data[best] as number));
      }
      const got = [y, dx, taken].map((value) => value && toNumbers(value).map((number) => number + 0));
      expect(got).toEqual([wanted.y, wanted.dx, wanted.taken]);
    }),
    { numRuns: 250 },
  );
  expect(outside).toBeGreaterThan(20);
});

test('a scatter that adds loses no update where indices repeat and several threads run', async () => {
  const [rows, width, count] = [1, 4, 300_000];
  const g = new Builder();
  const data = g.parameter('data', tensorOf('float32', Array<number>(rows * width).fill(0), [rows, width]));
  const indices = g.constant(
    tensorOf(
      'int64',
      Array.from({ length: count }, (_, i) => -(i % 2)),
      [count, 1],
    ),
  );
  const updates = g.constant(tensorOf('float32', Array<number>(count * width).fill(1), [count, width]));
  g.output('y', g.op('ScatterND', [data, indices, updates], { reduction: 'add' }));
  // The kernel's race is won by chance, so what is run is looked at too.
  expect(lower(g).graph.nodes.map(({ op }) => op)).not.toContain('ScatterND');
  const { y } = await runGraph(g, {}, { device, threads: 4 });
  expect(y && new Set(toNumbers(y))).toEqual(new Set([count / rows]));
});
