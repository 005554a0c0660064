import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batches, epochOrder } from './batches.ts';

const plan = fc
  .integer({ min: 1, max: 60 })
  .chain((length) => fc.record({ length: fc.constant(length), batchSize: fc.integer({ min: 1, max: length }), seed: fc.nat() }));

it('an epoch sees every example once, in the order of its seed, and only the last batch is smaller', () => {
  fc.assert(
    fc.property(plan, fc.nat(1000), (options, epoch) => {
      const { stepsPerEpoch, at } = batches(options);
      const all = Array.from({ length: stepsPerEpoch }, (_, step) => at(epoch, step));
      expect(all.slice(0, -1).every((batch) => batch.length === options.batchSize)).toBe(true);
      expect(all.at(-1)?.length).toBeGreaterThan(0);
      const order = all.flatMap((batch) => Array.from(batch));
      expect(order).toEqual(Array.from(epochOrder(options.seed, epoch, options.length)));
      expect(order.sort((a, b) => a - b)).toEqual(Array.from({ length: options.length }, (_, i) => i));
    }),
  );
});

it('a batch depends on its position alone, not on what was asked for before', () => {
  fc.assert(
    fc.property(plan, fc.array(fc.tuple(fc.nat(3), fc.nat()), { minLength: 1 }), (options, visits) => {
      const wandering = batches(options);
      for (const [epoch, any] of visits) {
        const step = any % wandering.stepsPerEpoch;
        expect(wandering.at(epoch, step)).toEqual(batches(options).at(epoch, step));
      }
    }),
  );
});

it('a batch is a copy: writing to it leaves the plan as it was', () => {
  const { at } = batches({ length: 4, batchSize: 2, seed: 3 });
  const before = Array.from(at(0, 0));
  at(0, 0).fill(9);
  expect(Array.from(at(0, 0))).toEqual(before);
});

it('epochs and seeds differ, and a seed stays what it was', () => {
  expect(Array.from(epochOrder(1, 0, 8))).toMatchInlineSnapshot(`
    [
      5,
      7,
      4,
      2,
      6,
      1,
      3,
      0,
    ]
  `);
  expect(epochOrder(1, 1, 50)).not.toEqual(epochOrder(1, 0, 50));
  expect(epochOrder(2, 0, 50)).not.toEqual(epochOrder(1, 0, 50));
});

it('without a seed goes through the examples as they are stored', () => {
  const { at, stepsPerEpoch } = batches({ length: 5, batchSize: 2 });
  expect(Array.from({ length: stepsPerEpoch }, (_, step) => Array.from(at(7, step)))).toEqual([[0, 1], [2, 3], [4]]);
});

it.each([
  [{ length: 50, batchSize: 64 }, 0, '`batchSize` (=64) is larger than the data: there are 50 examples, so use at most 50.'],
  [{ length: 50, batchSize: 0 }, 0, '`batchSize` (=0) must be a whole number from 1 to 50.'],
  [{ length: 50, batchSize: 20 }, 3, '`step` (=3) must be in 0..2: an epoch has 3 steps of up to 20 examples.'],
  [{ length: 50, batchSize: 20 }, -1, '`step` (=-1) must be in 0..2: an epoch has 3 steps of up to 20 examples.'],
])('refuses %o, step %i', (options, step, message) => {
  expect(() => batches({ ...options, seed: 1 }).at(0, step)).toThrow(message);
});
