// The phases of each strategy, as data.
import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../core/options.ts';
import { createModel } from '../nn/create-model.ts';
import { dense } from '../nn/layers/dense.ts';
import type { FitOptions } from '../train/fit-options.ts';
import { type StrategyName, strategies } from './index.ts';
import type { Strategy } from './strategy/strategy.ts';

const layers = ['low', 'middle', 'high', 'head'].map((name) => dense(2, { name }));
const model = createModel({ input: [2], layers });

function phasesOf(name: StrategyName, base: FitOptions, given = {}) {
  const strategy = strategies[name] as unknown as Strategy;
  return strategy.phases(model, resolveOptions(strategy.options, given, name), base, undefined);
}

/** What a phase adds to the options that it was given, the rate at the first update in place of the schedule. */
function summary(name: StrategyName, base: FitOptions, given = {}) {
  return phasesOf(name, base, given).map(({ name: phase, options: { schedule, ...options } }) => {
    const rate = schedule ? { rate: schedule(0, 100) } : {};
    return { phase, ...options, ...rate };
  });
}

describe('head-only', () => {
  it('freezes the shared groups and, unless told otherwise, the running statistics', () => {
    expect(summary('head-only', {})).toEqual([{ phase: 'head', freeze: ['low', 'middle', 'high'], batchNorm: 'frozen' }]);
    expect(summary('head-only', { batchNorm: 'train', freeze: ['low'] })).toEqual([
      { phase: 'head', freeze: ['low', 'middle', 'high'], batchNorm: 'train' },
    ]);
  });
});

describe('full', () => {
  it('is one fit with the options as given', () => {
    const base = { epochs: 3, freeze: ['low'] };
    expect(phasesOf('full', base)).toEqual([{ name: 'all', options: base }]);
  });
});

describe('lp-ft', () => {
  it('shares out the epochs, at least one each, and lowers the rate', () => {
    const freeze = ['low', 'middle', 'high'];
    expect(summary('lp-ft', {})).toEqual([
      { phase: 'probe', epochs: 5, freeze, batchNorm: 'frozen' },
      { phase: 'fine-tune', epochs: 5, rate: 1 },
    ]);
    const epochs = (total: number, probe: number) => summary('lp-ft', { epochs: total }, { probe }).map((phase) => phase.epochs);
    expect(epochs(10, 0.2)).toEqual([2, 8]);
    expect(epochs(3, 0.99)).toEqual([2, 1]);
    expect(epochs(3, 0.01)).toEqual([1, 2]);
    expect(() => epochs(1, 0.5)).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Strategy \`lp-ft\` has two phases, and \`epochs\` (=1) is for both together; give at least 2, or take \`full\`.]`,
    );
    expect(summary('lp-ft', { schedule: () => 0.5 }, { lrFactor: 0.2 }).map(({ rate }) => rate)).toEqual([0.5, 0.1]);
  });
});

describe('gradual', () => {
  it('unfreezes from the head down, rates falling by the same factor', () => {
    const lrMultipliers = { head: 1, high: 1 / 2, middle: 1 / 4, low: 1 / 8 };
    expect(summary('gradual', { epochs: 6 }, { decay: 2 })).toEqual([
      { phase: 'top-0', epochs: 1, freeze: ['high', 'middle', 'low'], batchNorm: 'frozen', lrMultipliers },
      { phase: 'top-1', epochs: 1, freeze: ['middle', 'low'], batchNorm: 'frozen', lrMultipliers },
      { phase: 'top-2', epochs: 1, freeze: ['low'], batchNorm: 'frozen', lrMultipliers },
      { phase: 'all', epochs: 3, lrMultipliers },
    ]);
  });

  it('keeps to the epochs when there are more groups, and to the multipliers it was given', () => {
    const shape = (epochs: number, epochsEach = 1) => summary('gradual', { epochs }, { epochsEach }).map((phase) => [phase.phase, phase.epochs]);
    expect(shape(3)).toEqual([
      ['top-0', 1],
      ['top-2', 1],
      ['all', 1],
    ]);
    expect(shape(1)).toEqual([['all', 1]]);
    expect(shape(9, 2)).toEqual([
      ['top-0', 2],
      ['top-1', 2],
      ['top-2', 2],
      ['all', 3],
    ]);
    expect(shape(1, 2)).toEqual([['all', 1]]);
    expect(summary('gradual', { epochs: 1, lrMultipliers: { high: 0, low: 8 } }, { decay: 2 })[0]?.lrMultipliers).toEqual({
      head: 1,
      high: 0,
      middle: 0.25,
      low: 1,
    });
  });
});
