import { expect, it } from 'vitest';
import { logCountRatioWeights } from './log-count-ratios.ts';

// Of class 0 both rows have feature 0 and one feature 1; of class 1 one has feature 0 and both feature 2. With 1 added: p 3, 2, 1 of 6; q 2, 1, 3 of 6.
const HAD = [[0, 1], [0], [0, 2], [2]];
const counted = {
  width: 3,
  labels: Int32Array.of(0, 0, 1, 1),
  classes: 2,
  had: (row: number, tell: (feature: number) => void) => HAD[row]?.forEach(tell),
};

it('weigh features by |ln (p / q)|, as counted by hand', () => {
  const ratios = [Math.log(1.5), Math.log(2), Math.log(3)];
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / 3;
  Array.from(logCountRatioWeights(counted, { interpolation: 1 })).forEach((weight, d) => {
    expect(weight).toBeCloseTo((ratios[d] as number) / mean, 5);
  });
  Array.from(logCountRatioWeights(counted, { interpolation: 0.25 })).forEach((weight, d) => {
    expect(weight).toBeCloseTo(0.75 + (0.25 * (ratios[d] as number)) / mean, 5);
  });
});

it('all weigh 1 without interpolation, and where nothing tells classes apart', () => {
  expect([...logCountRatioWeights(counted, { interpolation: 0 })]).toEqual([1, 1, 1]);
  expect([...logCountRatioWeights({ ...counted, had: (_, tell) => tell(1) })]).toEqual([1, 1, 1]);
});

it('are those of each class against the rest where there are several', () => {
  const labels = Int32Array.of(0, 0, 1, 2);
  const [first = 0, , last = 0] = logCountRatioWeights({ ...counted, labels, classes: 3 }, { interpolation: 1 });
  // Of classes 0, 1, 2: p 3, 2, 1 of 6, 5, 4 for feature 0; 1, 2, 2 for feature 2.
  const of = (counts: readonly [number, number, number]) =>
    counts.reduce((sum, count, c) => {
      const [all, totals] = [counts.reduce((a, b) => a + b, 0), [6, 5, 4]];
      return sum + Math.abs(Math.log(count / (totals[c] as number) / ((all - count) / (15 - (totals[c] as number))))) / 3;
    }, 0);
  expect(first / last).toBeCloseTo(of([3, 2, 1]) / of([1, 2, 2]), 5);
});
