import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fewPerClass, type Split, stratifiedSplit } from './split.ts';

const labelsOf = fc.array(fc.nat(4), { minLength: 2, maxLength: 80 });
const perClass = (labels: readonly number[], indices: ArrayLike<number> = [...labels.keys()]) =>
  [0, 1, 2, 3, 4].map((label) => Array.from(indices).filter((i) => labels[i] === label).length);

function expectPartition({ chosen, rest }: Split, length: number): void {
  expect([...chosen, ...rest].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
  for (const part of [chosen, rest]) expect(part).toEqual(part.slice().sort());
}

describe('stratifiedSplit', () => {
  it('parts are disjoint and complete, sizes exact, and every class has its share to within one', () => {
    fc.assert(
      fc.property(labelsOf, fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.nat(), (labels, fraction, seed) => {
        const wanted = Math.round(labels.length * fraction);
        fc.pre(wanted > 0 && wanted < labels.length);
        const split = stratifiedSplit(labels, fraction, seed);
        expectPartition(split, labels.length);
        expect(split.chosen.length).toBe(wanted);
        const chosen = perClass(labels, split.chosen);
        perClass(labels).forEach((count, label) => {
          expect(Math.abs((chosen[label] as number) - count * fraction)).toBeLessThan(1);
        });
      }),
    );
  });

  it('is random, and the same for the same seed', () => {
    const labels = Array.from({ length: 100 }, (_, i) => i % 2);
    expect(stratifiedSplit(labels, 0.5, 1)).toEqual(stratifiedSplit(labels, 0.5, 1));
    expect(stratifiedSplit(labels, 0.5, 1)).not.toEqual(stratifiedSplit(labels, 0.5, 2));
  });

  it('draws each class by itself, so examples of another class do not move it', () => {
    const chosenZeros = (labels: number[]) => {
      const zeros = labels.flatMap((label, i) => (label === 0 ? [i] : []));
      const { chosen } = fewPerClass(labels, 3, 5);
      return zeros.map((i) => chosen.includes(i));
    };
    expect(chosenZeros([0, 0, 0, 0, 0, 0, 1, 1, 1])).toEqual(chosenZeros([1, 0, 1, 0, 1, 0, 0, 1, 0, 0]));
  });

  it.each([
    [[0, 1], 1, '`fraction` (=1) must be above 0 and below 1.'],
    [[0, 1], Number.NaN, '`fraction` (=NaN) must be above 0 and below 1.'],
    [[0, 1, 2], 0.1, 'Splitting 3 examples into 0 and 3 leaves a part empty; choose another size.'],
    [[0, 0.5], 0.5, 'Label 0.5 of example 1 is outside 0..2147483647; labels are class indices.'],
  ])('refuses %o at %d', (labels, fraction, message) => {
    expect(() => stratifiedSplit(labels, fraction, 1)).toThrow(message);
  });
});

describe('fewPerClass', () => {
  it('chooses exactly k of each class and leaves the others', () => {
    fc.assert(
      fc.property(labelsOf, fc.integer({ min: 1, max: 4 }), fc.nat(), (more, k, seed) => {
        const labels = [...more, ...[0, 1, 2, 3, 4].flatMap((label) => Array.from({ length: k }, () => label))];
        const split = fewPerClass(labels, k, seed);
        expectPartition(split, labels.length);
        expect(perClass(labels, split.chosen)).toEqual([k, k, k, k, k]);
      }),
    );
  });

  it('chooses every example of a class equally often', () => {
    const times = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 2000; seed++) for (const i of fewPerClass(new Uint8Array(10), 3, seed).chosen) times[i] = (times[i] as number) + 1;
    // 600 expected, with a standard deviation of 20.5.
    for (const count of times) expect(Math.abs(count - 600)).toBeLessThan(100);
  });

  it.each([
    [[0, 1, 1], 2, ['cat', 'dog'], 'Class 0 ("cat") has 1 examples, fewer than the 2 asked for; ask for fewer or add examples.'],
    [[0, 0, 2, 2], 1, undefined, 'Class 1 has 0 examples, fewer than the 1 asked for; ask for fewer or add examples.'],
    [[0, 0, 0], 1, ['cat', 'dog'], 'Class 1 ("dog") has 0 examples, fewer than the 1 asked for; ask for fewer or add examples.'],
    [[0, 0, 1, 1], 2, ['cat', 'dog'], 'Splitting 4 examples into 4 and 0 leaves a part empty; choose another size.'],
    [[0, 0, 1, 2], 1, ['cat', 'dog'], 'Label 2 of example 3 is outside 0..1; labels are class indices.'],
    [[0, 0], 1.5, undefined, '`k` (=1.5) must be a whole number of examples >= 1 for each class.'],
  ])('refuses %o, %d of each of %o', (labels, k, classes, message) => {
    expect(() => fewPerClass(labels, k, 1, classes)).toThrow(message);
  });
});
