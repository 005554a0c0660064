import { describe, expect, it } from 'vitest';
import { tensor } from '../core/tensor.ts';
import type { Model } from '../nn/model.ts';
import { type Candidate, chosen, judged, ruleOf } from './candidate.ts';
import { goalOf, goalScores } from './goal.ts';
import type { Reader } from './reading.ts';

const goal = goalOf({ kind: 'classification', classes: ['a', 'b'] });
const labels = Int32Array.from({ length: 100 }, (_, i) => i % 2);

/** Right but for every `wrong`-th example; surer with a larger `margin`. */
function candidate(name: string, complexity: number, wrong: number, margin = 1): Candidate {
  const scores = Float32Array.from({ length: 200 }, (_, i) => {
    const row = Math.floor(i / 2);
    const right = row % wrong !== 0;
    return (i % 2 === labels[row]) === right ? margin : 0;
  });
  return {
    name,
    about: '',
    complexity,
    model: {} as Model,
    reader: {} as Reader,
    validation: tensor('float32', [100, 2], scores),
    trainable: 0,
    seconds: 0,
  };
}
const winner = (...list: readonly Candidate[]) => chosen(list.map((one) => judged(goal, one, labels))).candidate.name;

describe('the choice', () => {
  it('is the better one, however complex', () => {
    expect(winner(candidate('simple', 1, 3), candidate('complex', 2, 20))).toBe('complex');
    expect(winner(candidate('complex', 2, 3), candidate('simple', 1, 20))).toBe('simple');
  });

  it('is the simpler one where the other is no better', () => {
    expect(winner(candidate('complex', 2, 10), candidate('simple', 1, 10))).toBe('simple');
  });

  it('is the simpler one where the other is ahead in one group alone', () => {
    const groups = Int32Array.from({ length: 100 }, (_, i) => Number(i % 3 === 0));
    const both = [candidate('simple', 1, 3, 0.5), candidate('complex', 2, 20, 20)];
    expect(winner(...both)).toBe('complex');
    expect(chosen(both.map((one) => judged({ ...goal, groups }, one, labels))).candidate.name).toBe('simple');
    expect(ruleOf({ ...goal, groups })).toContain('standard error of the difference between whole groups, with one group to spare');
    expect(ruleOf(goal)).toContain('standard error of the difference with one example to spare');
  });

  it('is by the loss where the difference may be chance', () => {
    expect(winner(candidate('simple', 1, 10), candidate('complex', 2, 10, 2))).toBe('complex');
    expect(winner(candidate('simple', 1, 10, 2), candidate('complex', 2, 10, 1))).toBe('simple');
  });
});

describe('what few examples say', () => {
  /** Right but for the first `wrong` examples of 27, and very sure or hardly. */
  const few = Int32Array.from({ length: 27 }, (_, i) => i % 2);
  const of = (name: string, complexity: number, wrong: number, margin: number): Candidate => ({
    ...candidate(name, complexity, 1),
    validation: tensor(
      'float32',
      [27, 2],
      Float32Array.from({ length: 54 }, (_, i) => ((i % 2 === few[Math.floor(i / 2)]) === Math.floor(i / 2) >= wrong ? margin : 0)),
    ),
  });
  const better = (...list: readonly Candidate[]) => chosen(list.map((one) => judged(goal, one, few))).candidate.name;

  it('is not that one more is right, nor two: the loss decides', () => {
    // All right, but hardly sure.
    expect(better(of('simple', 1, 1, 5), of('complex', 2, 0, 0.1))).toBe('simple');
    expect(better(of('simple', 1, 2, 5), of('complex', 2, 0, 0.1))).toBe('simple');
    expect(better(of('simple', 1, 0, 0.1), of('complex', 2, 1, 5))).toBe('complex');
  });

  it('is that three more are', () => {
    expect(better(of('simple', 1, 3, 5), of('complex', 2, 0, 0.1))).toBe('complex');
    expect(better(of('simple', 1, 0, 0.1), of('complex', 2, 3, 5))).toBe('simple');
  });
});

describe('scores', () => {
  it('of labels that hold or not, and of amounts', () => {
    const several = goalOf({ kind: 'multi-label', classes: ['a', 'b'] });
    const flags = tensor('float32', [2, 2], Float32Array.of(1, 0, 1, 1));
    const { metric, each, loss } = goalScores(several, tensor('float32', [2, 2], Float32Array.of(5, -5, 5, -5)), flags);
    expect([metric, ...each]).toEqual([0.75, 1, 0.5]);
    const ten = goalOf({ kind: 'multi-label', classes: Array.from('abcdefghij') });
    const all = tensor('float32', [3, 10], new Float32Array(30).fill(1));
    // Ten times a tenth is less than 1.
    expect([goalScores(ten, all, all).metric, ...goalScores(ten, all, all).each]).toEqual([1, 1, 1, 1]);
    expect(loss).toBeCloseTo((3 * Math.log1p(Math.exp(-5)) + 5 + Math.log1p(Math.exp(-5))) / 4, 6);
    const amounts = goalOf({ kind: 'regression', targets: ['y'] });
    const targets = tensor('float32', [4, 1], Float32Array.of(1, 2, 3, 4));
    expect(goalScores(amounts, targets, targets).metric).toBe(1);
    expect(goalScores(amounts, tensor('float32', [4, 1], Float32Array.of(2.5, 2.5, 2.5, 2.5)), targets).metric).toBeCloseTo(0, 6);
    expect(() => goalScores(amounts, tensor('float32', [4, 1], Float32Array.of(1, Number.NaN, 3, 4)), targets)).toThrow(
      'A score of example 1 is NaN',
    );
  });
});
