import { expect, it } from 'vitest';
import { type GivenOptions, resolveOptions } from '../core/options.ts';
import type { Data } from '../data/open/data.ts';
import type { ArrayColumn } from '../data/table/column.ts';
import type { CandidateResult } from './candidate.ts';
import { fitDataOptions } from './fit-options.ts';
import { fromScratch } from './from-scratch.ts';
import { goalOf } from './goal.ts';
import type { Run } from './run.ts';

const SIDE = 8;
const task = { kind: 'classification', classes: ['left', 'top'] } as const;

/** Pictures of which the left half or the upper half is bright, each a little otherwise. */
function pictures(length: number): ArrayColumn {
  const values = Float32Array.from({ length: length * SIDE * SIDE }, (_, i) => {
    const [picture, y, x] = [Math.floor(i / SIDE / SIDE), Math.floor(i / SIDE) % SIDE, i % SIDE];
    return 60 + ((i * 7919) % 50) + ((picture % 2 === 0 ? x : y) < SIDE / 2 ? 120 : 0);
  });
  return { name: 'image', length, kind: 'array', dims: [SIDE, SIDE], values };
}

function runOf(train: number, given: GivenOptions<typeof fitDataOptions> = {}): Run {
  const length = train + 20;
  const labels = Int32Array.from({ length }, (_, i) => i % 2);
  const part = (from: number, to: number) => {
    const rows = Int32Array.from({ length: to - from }, (_, i) => from + i);
    return { name: 'halves', rows, labels: labels.subarray(from, to), classes: task.classes };
  };
  return {
    data: { name: 'halves', inputs: { kind: 'image-array', images: pictures(length), white: 255 }, task } as unknown as Data,
    goal: goalOf(task),
    options: resolveOptions(fitDataOptions, { threads: 1, ...given }, 'fit'),
    parts: { train: part(0, train), validation: part(train, length), test: part(length, length) },
    context: { clock: () => 0 },
    began: 0,
  };
}

async function result(run: Run, passSeconds: number): Promise<CandidateResult> {
  const events = fromScratch(run, passSeconds);
  for (;;) {
    const { value, done } = await events.next();
    if (done) return value;
  }
}

it('learns what can be seen at its size, and is a yardstick', async () => {
  // 15 % of 60 s, less 80 pictures at 0.05 s, at 0.005 s a picture of an epoch.
  const { name, metric, yardstick, about, skipped } = await result(runOf(60, { time: 1 }), 0.05);
  expect([name, yardstick, skipped]).toEqual(['from scratch', true, undefined]);
  expect(metric).toBeGreaterThan(0.9);
  expect(about).toMatch(/never chosen.*began with nothing, 16 epochs$/);
});

it('is left out, with why, where data or time do not allow it', async () => {
  expect((await result(runOf(49), 1e-3)).skipped).toBe('49 pictures to learn from are fewer than 50');
  expect((await result(runOf(60, { preset: 'fast' }), 1e-3)).skipped).toBe('preset fast');
  expect((await result(runOf(60), 10)).skipped).toBe('10 epochs would take more than 15 % of the `time` that is left');
});
