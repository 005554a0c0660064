// What the benchmark `validators` makes of scores and accuracies.
import { describe, expect, it } from 'vitest';
import { judgedOver, lossOver, type ScoredCandidate, spearman } from '../../bench/validators/judged.ts';

const candidate = (pair: string, graft: number, scores: Readonly<Record<string, number>>, stays = 1): ScoredCandidate => ({
  task: 'task',
  pair,
  candidate: `${graft}`,
  graft,
  stays,
  chosen: 0,
  ...scores,
});

describe('a validator against the accuracy', () => {
  it('is correlated by ranks, as SciPy 1.17 has it', () => {
    expect(spearman([1, 2, 3], [10, 100, 1000])).toBe(1);
    expect(spearman([1, 2, 2, 4, 5], [3, 1, 2, 5, 4])).toBeCloseTo(0.56428809364683, 12);
    expect(spearman([1, 1, 1], [1, 2, 3])).toBe(0);
  });

  it('loses what the best candidate has more than the one that it has first', () => {
    const candidates = [
      candidate('a to b', 0.8, { good: 2, bad: 1, other: 1 }),
      candidate('a to b', 0.7, { good: 1, bad: 2, other: 2 }),
      candidate('a to b', 0.9, { good: 9, bad: 9, other: 9 }, 0),
      candidate('b to a', 0.5, { good: 1, bad: 1, other: 1 }),
      candidate('b to a', 0.6, { good: 2, bad: 1 }),
    ];
    // What has collapsed is not chosen, but is what could have been had.
    const good = judgedOver(candidates, ['good']);
    expect([good.correlation, good.loss, good.worst].map((value) => Number(value.toFixed(9)))).toEqual([1, 0.05, 0.1]);
    // Of two with the same score it takes either.
    const bad = judgedOver(candidates, ['bad']);
    expect([bad.correlation, bad.loss, bad.worst].map((value) => Number(value.toFixed(9)))).toEqual([-0.5, 0.125, 0.2]);
    // What a candidate has no score for does not choose it.
    expect(judgedOver(candidates, ['other']).loss).toBeCloseTo((0.2 + 0.1) / 2, 12);
    // Ranks that contradict each other say nothing.
    expect(judgedOver(candidates.slice(0, 3), ['good', 'bad'])).toMatchObject({ correlation: 0 });
    expect(lossOver(candidates, (pair) => pair[0] as ScoredCandidate).worst).toBeCloseTo(0.1, 12);
  });
});
