import { describe, expect, it } from 'vitest';
import { learntNothing } from './learnt-nothing.ts';

const warned = (said: readonly number[], labels: readonly number[]) => learntNothing(said, Int32Array.from(labels), 'A model', 'its rows');

describe('a model of the source', () => {
  it('is warned of where it is right no more often than chance', () => {
    const labels = Array.from({ length: 60 }, (_, i) => i % 3);
    const guesses = labels.map((_, i) => Math.floor(i / 3) % 3);
    expect(warned(guesses, labels)).toMatch(/^A model tells 3\d\.\d % of its rows rightly, each class weighing the same, where guesses have 33\.3 %/);
    expect(warned(labels, labels)).toBeUndefined();
    const half = labels.map((label, i) => (i < 40 ? label : 0));
    expect(warned(half, labels)).toBeUndefined();
  });

  it('is warned of where it is right a little more often, however many rows show it', () => {
    const labels = Array.from({ length: 4000 }, (_, i) => i % 10);
    const right = (share: number) => labels.map((label, i) => (Math.floor(i / 10) % 100 < 100 * share ? label : (label + 1) % 10));
    expect(warned(right(0.16), labels)).toContain('16.0 %');
    expect(warned(right(0.25), labels)).toBeUndefined();
  });

  it('is not warned of where so few rows do not tell, where it is always wrong, or is twenty times better than guesses among 200 classes', () => {
    expect(warned([0, 1, 1, 0], [0, 1, 0, 1])).toBeUndefined();
    const labels = Array.from({ length: 2000 }, (_, i) => i % 200);
    expect(
      warned(
        labels.map((label) => (label + 1) % 200),
        labels,
      ),
    ).toBeUndefined();
    expect(
      warned(
        labels.map((label, i) => (i % 10 === 0 ? label : (label + 1) % 200)),
        labels,
      ),
    ).toBeUndefined();
  });

  it('is warned of where it says the most frequent class of all', () => {
    const labels = Array.from({ length: 100 }, (_, i) => Number(i < 90));
    expect(
      warned(
        labels.map(() => 1),
        labels,
      ),
    ).toContain('50.0 % of its rows rightly, each class weighing the same, where guesses have 50.0 %');
  });
});
