// What the benchmark `own-data` makes of two sides' answers: a mistake here would be a claim about Graft.
import { describe, expect, it } from 'vitest';
import { compared } from '../../bench/own-data/compared.ts';

describe('two sides on the same test rows', () => {
  it('are compared pair by pair: classes', () => {
    const labels = Array.from({ length: 200 }, (_, i) => i % 3);
    const values = labels.map((_, i) => (i % 10 === 0 ? 0 : 1));
    const predicted = labels.map((label, i) => (i % 4 === 0 ? (label + 1) % 3 : label));
    const row = compared({ values }, { predicted, labels });
    expect(row.graft).toBeCloseTo(0.9, 12);
    expect(row.peer).toBeCloseTo(0.75, 12);
    expect(row.difference).toBeCloseTo(0.15, 12);
    expect(row.differenceLow).toBeGreaterThan(0);
    expect(row.p).toBeLessThan(0.01);
    expect(row).not.toHaveProperty('error');
    const even = compared({ values }, { predicted: labels.map((label, i) => (i % 10 === 1 ? (label + 1) % 3 : label)), labels });
    expect([even.difference, even.p]).toEqual([0, 1]);
  });

  it('are compared pair by pair: amounts, in the unit of the target', () => {
    const labels = Array.from({ length: 100 }, (_, i) => i);
    // Graft is off by 2 everywhere and learnt targets in units of 4; the peer is off by 10.
    const row = compared({ values: labels.map(() => -((2 / 4) ** 2)), unit: 4 }, { predicted: labels.map((label) => label + 10), labels });
    const variance = (100 ** 2 - 1) / 12;
    expect(row.graft).toBeCloseTo(1 - 4 / variance, 12);
    expect(row.peer).toBeCloseTo(1 - 100 / variance, 12);
    expect([row.error, row.peerError].map((value) => Number(value?.toFixed(9)))).toEqual([2, 10]);
  });

  it('are not compared where they answered for other rows', () => {
    expect(() => compared({ values: [1, 0] }, { predicted: [1], labels: [1] })).toThrow('Graft answered for 2 test rows, its peer for 1 of 1.');
  });
});
