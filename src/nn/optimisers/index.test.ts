// Every optimiser against five updates of PyTorch's, on the whole array and in parts, and what is refused.
import { describe, expect, expectTypeOf, test } from 'vitest';
import golden from '../../../tests/golden/optimisers.json' with { type: 'json' };
import { type OptimiserName, optimiser, optimisers } from './index.ts';

const cases = golden.optimisers.map(({ name, options, after }) => ({ name: name as OptimiserName, options, after }));

/** Parameters after each of the golden gradients, given as `1 / scale` of themselves and taken in ranges that end at `ends`. */
function run(name: OptimiserName, options: Record<string, number | boolean>, scale: number, ends: readonly number[], decay = true): Float32Array[] {
  const ready = optimiser(name, options);
  const p = Float32Array.from(golden.start);
  const slots = ready.slots.map(() => new Float32Array(p.length));
  return golden.gradients.map((gradient, i) => {
    const g = Float32Array.from(gradient, (x) => x / scale);
    let from = 0;
    for (const to of ends) {
      ready.update(p, g, slots, { lr: ready.settings.lr, step: i + 1, decay, scale, from, to });
      from = to;
    }
    return p.slice();
  });
}

describe.each(cases)('$name $options', ({ name, options, after }) => {
  // Float64 inside one update, float32 between updates: a few units in the last place of float32 away from PyTorch's float32 throughout.
  test.each([1, 0.25])('agrees with PyTorch, gradients scaled by %d', (scale) => {
    run(name, options, scale, [6]).forEach((p, i) => {
      for (const [k, expected] of (after[i] as number[]).entries()) {
        expect(Math.abs((p[k] as number) - expected)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(expected)));
      }
    });
  });

  test('updates in parts are the update of the whole, bit for bit', () => {
    expect(run(name, options, 1, [1, 4, 4, 6])).toEqual(run(name, options, 1, [6]));
  });

  test('without decay is as with a weight decay of zero', () => {
    expect(run(name, options, 1, [6], false)).toEqual(run(name, { ...options, weightDecay: 0 }, 1, [6]));
  });
});

test('every optimiser has goldens, and stands under its own name', () => {
  expect(new Set(cases.map(({ name }) => name))).toEqual(new Set(Object.keys(optimisers)));
  for (const [name, record] of Object.entries(optimisers)) expect(record.name).toBe(name);
});

test('an update leaves what is outside its range alone', () => {
  for (const name of Object.keys(optimisers) as OptimiserName[]) {
    const ready = optimiser(name);
    const p = Float32Array.from(golden.start);
    const slots = ready.slots.map(() => new Float32Array(6));
    ready.update(p, new Float32Array(6).fill(1), slots, { lr: 0.1, step: 1, decay: true, scale: 1, from: 2, to: 4 });
    for (const array of [p.map((x, i) => x - (golden.start[i] as number)), ...slots]) {
      expect(Array.from(array, (x, i) => (i < 2 || i >= 4) && Math.abs(x) > 1e-6)).toEqual(Array(6).fill(false));
    }
    expect(p[2]).not.toBe(Math.fround(golden.start[2] as number));
  }
});

test('options are checked, and defaults filled in', () => {
  expect(optimiser('adam', { lr: 0.5 }).settings).toEqual({ lr: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 });
  expect(() => optimiser('adam', { beta: 0.5 })).toThrow('optimiser `adam`: there is no option `beta`; did you mean `beta1`?');
  expect(() => optimiser('sgd', { lr: -1 })).toThrow('optimiser `sgd`: `lr` (=-1) must be a finite number >= 0; its default is 0.01.');
  expect(() => optimiser('sgd', { nesterov: true })).toThrow('optimiser `sgd`: `nesterov` looks ahead along a `momentum`, which is 0;');
  expectTypeOf<OptimiserName>().toEqualTypeOf<'sgd' | 'adam' | 'adamw'>();
});
