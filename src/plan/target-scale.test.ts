import { expect, it } from 'vitest';
import { tensor } from '../core/tensor.ts';
import { amountsOf, inDeviations, scaled, scaleOf } from './target-scale.ts';

it('large targets that differ little keep what differs', () => {
  // A trillion and some thousands: float32 holds it in steps of 65,536.
  const targets = Float64Array.from({ length: 40 }, (_, i) => 1e12 + 1e3 * ((i * 37) % 40));
  const given = tensor('float64', [40, 1], targets);
  const scale = scaleOf(given);
  const learnt = scaled(given, scale);
  expect(learnt.dtype).toBe('float32');
  const back = amountsOf(learnt.data, scale);
  const errors = targets.map((value, i) => Math.abs(value - (back[i] as number)));
  // Of a deviation of 11,543 no more than float32 rounds.
  expect(Math.max(...errors)).toBeLessThan(0.01);
  expect(inDeviations(back, scale)[1]).toBeCloseTo(learnt.data[1] as number, 6);
});
