// Pools in ceil mode, next to what counts their windows by definition, and before an op that takes no other shape.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { draw } from '../../tests/support/noise.ts';
import { tensor, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import { resolveWindow } from '../graph/window.ts';
import { openDevice } from '../runtime/device.ts';
import { explicitPools } from './explicit-pools.ts';
import { runGraph } from './run.ts';

const { device } = await openDevice('cpu');

const axis = fc
  .record({
    size: fc.integer({ min: 4, max: 9 }),
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 4 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    pad: fc.integer({ min: 0, max: 2 }),
  })
  .map((each) => ({ ...each, pad: Math.min(each.pad, each.kernel - 1) }))
  .filter(({ size, kernel, dilation, pad }) => size + 2 * pad > (kernel - 1) * dilation);
const pools = fc.record({
  axes: fc.tuple(axis, axis),
  op: fc.constantFrom('MaxPool', 'AveragePool', 'LpPool'),
  count_include_pad: fc.constantFrom(0, 1),
});

test('give what their windows say, in shapes that ONNX Runtime infers too', async () => {
  let leftOut = 0;
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(pools, async ({ axes, op, count_include_pad }) => {
      const of = (key: 'size' | 'kernel' | 'stride' | 'dilation' | 'pad') => axes.map((each) => each[key]);
      const pads = [...of('pad'), ...of('pad')];
      const attrs = { kernel_shape: of('kernel'), strides: of('stride'), dilations: of('dilation'), pads, ceil_mode: 1 };
      const [height, width] = of('size') as [number, number];
      const data = draw(height * width, [1, 1, height, width], 2);
      const { output } = resolveWindow({ auto_pad: 'NOTSET', ...attrs }, attrs.kernel_shape, [height, width], op);
      const [rows, columns] = output as [number, number];
      const counted = op === 'AveragePool' ? count_include_pad : 0;
      const g = new Builder();
      const extra = op === 'AveragePool' ? { count_include_pad } : {};
      const pooled = g.append(op, [g.constant(data)], { ...attrs, ...extra }, { outputs: ['pooled'] }).outputs[0];
      g.output('y', g.mul(pooled as never, g.constant(tensor('float32', [1, 1, rows, columns], new Float32Array(rows * columns).fill(1)))));
      const { nodes } = explicitPools(g).graph;
      seen.add(`${nodes[0]?.attrs.ceil_mode} ${nodes.some((node) => node.op === 'Slice')}`);
      const naive = axes.map(({ size, kernel, stride, dilation, pad }) => Math.ceil((size + 2 * pad - (kernel - 1) * dilation - 1) / stride) + 1);
      if (naive.some((count, i) => count > (output[i] as number))) leftOut++;

      const values = toNumbers(data);
      const wanted = Array.from({ length: rows * columns }, (_, place) => {
        const inside: number[] = [];
        let padding = 0;
        for (let i = 0; i < axes[0].kernel; i++) {
          for (let j = 0; j < axes[1].kernel; j++) {
            const r = Math.floor(place / columns) * axes[0].stride - axes[0].pad + i * axes[0].dilation;
            const c = (place % columns) * axes[1].stride - axes[1].pad + j * axes[1].dilation;
            if (r >= 0 && r < height && c >= 0 && c < width) inside.push(values[r * width + c] as number);
            else if (r < height + axes[0].pad && c < width + axes[1].pad) padding++;
          }
        }
        if (op === 'LpPool') return Math.sqrt(inside.reduce((sum, value) => sum + value * value, 0));
        if (op === 'AveragePool') return inside.reduce((sum, value) => sum + value, 0) / (inside.length + counted * padding);
        return inside.length > 0 ? Math.max(...inside) : undefined;
      });
      const got = toNumbers((await runGraph(g, {}, { device, threads: 1 })).y as never);
      expect(got).toHaveLength(wanted.length);
      // What a window in the padding alone gives is not said.
      const told = wanted.map((value, i) => (value === undefined || Number.isNaN(value) ? got[i] : value)) as number[];
      for (const [i, value] of told.entries()) expect(got[i]).toBeCloseTo(value, 4);
    }),
    { numRuns: 300 },
  );
  expect(leftOut).toBeGreaterThan(20);
  expect([...seen].toSorted()).toEqual(['0 false', '1 false', '1 true']);
});
