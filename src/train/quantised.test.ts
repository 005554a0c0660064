import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tensor, tensorOf } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import { outputAxis, quantised } from './quantised.ts';

it('comes within half a step of every number, on either axis', () => {
  const value = fc.float({ min: -100, max: 100, noNaN: true });
  const size = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(size, size, size, fc.nat(2), fc.array(value, { minLength: 125, maxLength: 125 }), (a, b, c, axis, all) => {
      const data = Float32Array.from(all.slice(0, a * b * c));
      const { numbers, scales } = quantised(tensor('float32', [a, b, c], data), axis);
      expect(scales.length).toBe([a, b, c][axis]);
      data.forEach((exact, i) => {
        const channel = [Math.floor(i / (b * c)), Math.floor(i / c) % b, i % c][axis] as number;
        const scale = scales[channel] as number;
        expect(Math.abs(exact - (numbers[i] as number) * scale)).toBeLessThanOrEqual(scale / 2 + 1e-5);
      });
    }),
  );
});

it('leaves a channel of zeros zero', () => {
  expect([...quantised(tensor('float32', [2, 2], Float32Array.of(0, 0, 1, -1)), 0).numbers]).toEqual([0, 0, 127, -127]);
});

it('finds the outputs of a weight by what reads it', () => {
  const g = new Builder('readers');
  const x = g.input('x', 'float32', [2, 3]);
  const weights = [[3, 3] as const, [3, 3] as const, [3, 3] as const, [4, 1, 2, 2] as const, [1, 4, 2, 2] as const].map((dims, i) =>
    g.constant(tensorOf('float32', Array(dims.reduce<number>((a, b) => a * b, 1)).fill(i), dims), `w${i}`),
  );
  const image = g.input('image', 'float32', [1, 1, 4, 4]);
  const [matMul, gemm, plain, conv, transposed] = weights;
  g.output('y0', g.matMul(x, matMul as (typeof weights)[0]));
  g.output('y1', g.op('Gemm', [x, gemm], { transB: 1 }));
  g.output('y2', g.op('Gemm', [x, plain]));
  g.output('y3', g.op('Conv', [image, conv]));
  g.output('y4', g.op('ConvTranspose', [image, transposed]));
  expect(weights.map((weight) => outputAxis(g.nodes, weight))).toEqual([1, 0, 1, 0, 1]);
});
