// Runs a strategy: its phases one after another, each a `fit` of its own. Called after `carryOver` has given the model the source's values.
import { basename, dirname, extname, join } from 'node:path';
import { systemClock } from '../../core/clock.ts';
import { fail } from '../../core/errors.ts';
import { inWords, knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { suggest } from '../../core/nearest.ts';
import { type OptionRecords, type OptionsOf, resolveOptions } from '../../core/options.ts';
import type { ExampleSource } from '../../data/dataset.ts';
import { copyOfState, loadState, type Model, stateOf } from '../../nn/model.ts';
import { requireModel } from '../../nn/require-model.ts';
import type { FitEvent, FitResult } from '../../train/events.ts';
import { fit } from '../../train/fit.ts';
import { checkOptions, FIT_OPTIONS, type FitOptions } from '../../train/fit-options.ts';
import { requireSource } from '../../train/given.ts';
import { adaptationOf } from '../adapt/adapt.ts';
import { saveAdapter } from '../adapt/adapter-file.ts';
import { requireWritable } from '../adapt/adapter-path.ts';
import { type StrategyName, strategies } from '../index.ts';
import type { MeasureEvent, Phase, Strategy } from '../strategy/strategy.ts';
import { beginOrResume, measuredOnce, noteLeft } from './record.ts';

/** Which strategy {@link transfer} runs, and with what. */
export interface TransferOptions {
  /** By name, or one made with `defineStrategy`. */
  readonly strategy: StrategyName | Strategy;
  /** The strategy's own. */
  readonly options?: Readonly<Record<string, number | boolean | string>>;
  /**
   * As for `fit`, `epochs` for all phases together. Each phase keeps its checkpoints in a folder of its own inside `checkpoints.folder` and, where there
   * are several, its log in a file of its own: `log.probe.jsonl` for `log.jsonl`.
   */
  readonly fit?: FitOptions;
  /** Where the adapter alone is saved at the end, as `saveAdapter` does it; for strategies that adapt. Default nowhere. */
  readonly adapter?: string;
}

const KINDS: OptionKinds<TransferOptions> = {
  strategy: 'any',
  options: { kind: 'object', like: '{ probe: 0.5 }' },
  fit: { kind: 'object', like: '{ epochs: 20 }' },
  adapter: 'string',
};

/** A phase begins; the events until the next one are its own. */
export interface PhaseEvent {
  readonly type: 'phase';
  readonly name: string;
  /** From 0. */
  readonly index: number;
  /** Phases in all. */
  readonly of: number;
}

/** What `transfer` tells while it runs: what is measured first, then the events of each phase's `fit`, with a {@link PhaseEvent} before them. */
export type TransferEvent = MeasureEvent | PhaseEvent | FitEvent;

/**
 * Trains `model` on the target's `data` by a strategy, and tells about it as `fit` does. `fit.signal` stops what is under way and leaves what was
 * learnt in the model; the same call with the same `fit.checkpoints` goes on exactly where it stopped, and phases that are done end at once. After an
 * error, or when the loop is left early, the model has the values that it came with.
 * Where a model that has adapters already is given, these learn in place of the weights beside them, and a notice says so.
 * @returns how the last phase ended; also the last event.
 * @throws GraftError `invalid-argument` for an unknown strategy or option; `io` where the adapter could not be saved; and all that `fit` throws.
 */
export async function* transfer(model: Model, data: ExampleSource, options: TransferOptions): AsyncGenerator<TransferEvent, FitResult, void> {
  checkGiven(model, data, options);
  const { fit: base = {} } = options;
  const { checkpoints } = base;
  const { strategy, settings } = resolved(options);
  if (options.adapter !== undefined && !strategy.prepare)
    fail(
      'invalid-argument',
      `\`adapter\` (="${options.adapter}"): strategy \`${strategy.name}\` makes no adapter; save the whole model with \`saveState\`.`,
    );
  if (options.adapter !== undefined) await requireWritable(options.adapter);
  if (checkpoints) await beginOrResume(model, strategy.name, checkpoints);
  const start = copyOfState(model);
  const learner = strategy.prepare?.(model, settings) ?? model;
  const measuring = strategy.measure?.(learner, settings, base, data);
  let measured: unknown;
  if (measuring) {
    const { clock = systemClock } = base;
    const began = clock();
    measured = yield* checkpoints ? measuredOnce(checkpoints, { strategy, settings, base, model: learner, data }, measuring) : measuring;
    if (measured === undefined) return yield* stoppedAtOnce(strategy, (clock() - began) / 1000);
  }
  const phases = strategy.phases(learner, settings, base, measured);
  let result: FitResult | undefined;
  try {
    for (const [index, phase] of phases.entries()) {
      yield { type: 'phase', name: phase.name, index, of: phases.length };
      for await (const event of fit(phase.model ?? learner, data, placed(phase, index, phases.length))) {
        if (event.type === 'end' && (event.reason === 'stopped' || index === phases.length - 1)) {
          if (options.adapter !== undefined) await saveAdapter(learner, options.adapter);
          if (learner !== model) loadState(model, stateOf(adaptationOf(learner, 'mergeAdapters').merge(learner)));
          if (checkpoints) await noteLeft(model, checkpoints);
          result = event;
        }
        yield event;
        if (event.type === 'start' && index === 0 && model.adaptation) yield { type: 'notice', message: adaptersLearn(model, strategy) };
      }
      if (result) return result;
    }
    return fail('internal', `Strategy \`${strategy.name}\` has no phases.`);
  } finally {
    if (!result) loadState(model, start);
  }
}

/** Ends a transfer that was stopped while it measured: nothing has learnt. */
async function* stoppedAtOnce({ name }: Strategy, seconds: number): AsyncGenerator<TransferEvent, FitResult, void> {
  yield { type: 'notice', message: `Stopped while \`${name}\` measured what its training rests on. Run the same again to begin anew.` };
  const end: FitResult = { type: 'end', reason: 'stopped', position: { epoch: 0, step: 0, update: 0 }, seconds };
  yield end;
  return end;
}

/** What strategies say of shared layers holds for their adapters, where a model came with some. */
function adaptersLearn({ name, adaptation }: Model, strategy: Strategy): string {
  return `Model \`${name}\` has adapters (\`${adaptation?.method}\`): where strategy \`${strategy.name}\` trains shared layers, the adapters learn, and the weights beside them stay as they are. To train the weights, give the model that \`mergeAdapters\` makes.`;
}

function checkGiven(model: Model, data: ExampleSource, options: TransferOptions): void {
  const names = Object.keys(strategies).join(', ');
  if (options === undefined) fail('invalid-argument', `\`transfer\` needs to be told how: \`{ strategy: 'full' }\`; strategies are ${names}.`);
  knownOptions(options, KINDS, 'transfer', elsewhere());
  const { strategy, fit: base } = options;
  if (typeof strategy !== 'string' && typeof strategy?.phases !== 'function')
    fail('invalid-argument', `\`transfer\`: \`strategy\` is ${inWords(strategy)}, but must be one of ${names}, or made with \`defineStrategy\`.`);
  requireModel('transfer', model);
  requireSource('transfer', data);
  if (base) checkOptions(base);
}

/** Options of \`fit\` and of strategies, which lie one level deeper. */
function elsewhere(): Record<string, string> {
  const own = Object.values(strategies).flatMap(({ options }) => Object.keys(options));
  return Object.fromEntries([
    ...own.map((name) => [name, `an option of a strategy goes into \`options\`: \`options: { ${name}: ... }\`.`]),
    ...FIT_OPTIONS.map((name) => [name, `it goes into \`fit\`: \`fit: { ${name}: ... }\`.`]),
  ]);
}

/** What is like a strategy and is found elsewhere. */
const NO_STRATEGIES: Readonly<Record<string, string>> = {
  head2toe: 'its head reads other values than the model’s, so it gives a model of its own: `await finish(head2toe(model, data))`.',
};

function resolved({ strategy: given, options = {} }: TransferOptions): { strategy: Strategy; settings: OptionsOf<OptionRecords> } {
  if (typeof given === 'string' && !Object.hasOwn(strategies, given)) {
    const remedy = Object.hasOwn(NO_STRATEGIES, given) ? NO_STRATEGIES[given] : suggest(given, Object.keys(strategies));
    fail('invalid-argument', `There is no strategy \`${given}\`; ${remedy}`);
  }
  // Each strategy takes the options of its own records, which is what they are resolved by.
  const strategy = (typeof given === 'string' ? strategies[given] : given) as unknown as Strategy;
  return { strategy, settings: resolveOptions(strategy.options, options, `strategy \`${strategy.name}\``) };
}

/** A phase's options with places of its own for its files. */
function placed({ name, options }: Phase, index: number, of: number): FitOptions {
  const { checkpoints, log } = options;
  return {
    ...options,
    ...(checkpoints && { checkpoints: { ...checkpoints, folder: join(checkpoints.folder, `${index + 1}-${name}`) } }),
    ...(log !== undefined && of > 1 && { log: join(dirname(log), `${basename(log, extname(log))}.${name}${extname(log)}`) }),
  };
}
