// What every strategy in this folder must do, on a problem that trains in a second.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelHash, smallDigits, smallModel, smallOptions } from '../../tests/support/small-problem.ts';
import type { OptionRecords, OptionsOf } from '../core/options.ts';
import { toNumbers } from '../core/tensor.ts';
import { type Model, stateOf } from '../nn/model.ts';
import { sourceHeadOf } from '../nn/source-head.ts';
import { evaluate } from '../train/evaluate.ts';
import { finish, fit } from '../train/fit.ts';
import type { FitOptions } from '../train/fit-options.ts';
import { loadStateFile, saveState } from '../train/state-file.ts';
import { carryOver } from './carry-over/carry-over.ts';
import { type StrategyName, strategies } from './index.ts';
import type { Strategy } from './strategy/strategy.ts';
import { type TransferEvent, transfer } from './transfer/transfer.ts';

const { train, test } = await smallDigits();
const options: FitOptions = { ...smallOptions, epochs: 4, ema: 0.5 };

const source = smallModel(1);
await finish(fit(source, train, { ...options, epochs: 2 }));

/** A model with the source's shared layers, a head of its own and, beside it, the source's. */
function target(): Model {
  const model = smallModel(2);
  carryOver(source, model);
  const sourceHead = sourceHeadOf(source);
  return { ...model, ...(sourceHead && { sourceHead }) };
}

function values(model: Model): Map<string, number[]> {
  return new Map([...stateOf(model)].map(([id, tensor]) => [id, toNumbers(tensor)]));
}

async function eventsOf(events: AsyncGenerator<TransferEvent>): Promise<TransferEvent[]> {
  const all: TransferEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strategy-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('has one strategy for each file', async () => {
  const files = (await readdir(import.meta.dirname)).filter((file) => /^(?!index\b)[^.]+\.ts$/.test(file)).map((file) => file.slice(0, -3));
  expect(Object.keys(strategies).sort()).toEqual(files.sort());
  for (const [name, strategy] of Object.entries(strategies)) expect(strategy.name).toBe(name);
});

describe.each(Object.keys(strategies) as StrategyName[])('%s', (name) => {
  const strategy = strategies[name] as unknown as Strategy;
  const settings = Object.fromEntries(Object.entries(strategy.options).map(([key, record]) => [key, record.default])) as OptionsOf<OptionRecords>;

  it('learns by its defaults, the same each time, in the epochs that it was given', async () => {
    const models = [target(), target()];
    const before = await evaluate(models[0] as Model, test);
    const runs = [];
    for (const model of models) runs.push(await eventsOf(transfer(model, train, { strategy: name, fit: options })));
    expect(new Set(models.map(modelHash)).size).toBe(1);
    const after = await evaluate(models[0] as Model, test);
    expect(after.accuracy).toBeGreaterThan((before.accuracy as number) + 0.2);
    expect(runs[0]?.filter(({ type }) => type === 'epoch')).toHaveLength(4);
    const phases = runs[0]?.flatMap((event) => (event.type === 'phase' ? [event] : []));
    expect(phases?.map(({ index }) => index)).toEqual(phases?.map((_, i) => i));
    expect(phases?.every(({ of }) => of === phases.length)).toBe(true);
  });

  it('leaves frozen groups, and statistics where batch norm is frozen, as they are', async () => {
    const given = target();
    const model = strategy.prepare?.(given, settings) ?? given;
    const base = { ...options, freeze: ['conv'] };
    const measured = strategy.measure && (await finish(strategy.measure(model, settings, base, train)));
    for (const phase of strategy.phases(model, settings, base, measured)) {
      const before = values(model);
      await finish(fit(phase.model ?? model, train, phase.options));
      const after = values(model);
      expect(phase.options.freeze).toContain('conv');
      const frozen = model.groups.filter(({ name: group }) => phase.options.freeze?.includes(group)).flatMap(({ members }) => members);
      const still = frozen.filter((id) => model.parameters.has(id) || phase.options.batchNorm === 'frozen');
      for (const id of still) expect(after.get(id)).toEqual(before.get(id));
      expect(after.get('head.weight')).not.toEqual(before.get('head.weight'));
    }
  });

  it('predicts the same when saved and loaded', async () => {
    const model = target();
    await finish(transfer(model, train, { strategy: name, fit: { ...options, epochs: 2 } }));
    await saveState(model, join(folder, 'target.safetensors'));
    const loaded = smallModel(9);
    await loadStateFile(loaded, join(folder, 'target.safetensors'));
    expect((await evaluate(loaded, test)).logits.data).toEqual((await evaluate(model, test)).logits.data);
  });

  it('goes on exactly where it was stopped, in whichever phase, in a new process and in the same', async () => {
    const whole = target();
    await finish(transfer(whole, train, { strategy: name, fit: options }));
    const total = 4 * 13;
    let model = target();
    for (const stopAfter of [5, 20, 17, total]) {
      const abort = new AbortController();
      const call = { strategy: name, fit: { ...options, checkpoints: { folder }, signal: abort.signal } };
      let steps = 0;
      for await (const event of transfer(model, train, call)) {
        if (event.type === 'step' && ++steps === stopAfter) abort.abort();
        if (event.type === 'end') expect(event.reason).toMatch(stopAfter === total ? 'completed' : /completed|stopped/);
      }
      if (stopAfter === 20) model = target();
    }
    expect(modelHash(model)).toBe(modelHash(whole));
  });

  it('refuses options that it does not have or that are out of range', async () => {
    const refused = (given: Record<string, number>) =>
      expect(finish(transfer(target(), train, { strategy: name, options: given, fit: options }))).rejects.toThrow(`strategy \`${name}\``);
    await refused({ nonsense: 1 });
    for (const [key, { range = {} }] of Object.entries(strategy.options)) {
      const { min, above, max, below } = range;
      if (min !== undefined) await refused({ [key]: min - 1 });
      if (above !== undefined) await refused({ [key]: above });
      if (max !== undefined) await refused({ [key]: max + 1 });
      if (below !== undefined) await refused({ [key]: below });
    }
  });
});
