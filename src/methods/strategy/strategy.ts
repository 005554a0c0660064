// What a strategy is: a model and the options of one training in, the trainings to do one after another out. One file each, in the folder above.
import { defineOptions, type OptionRecords, type OptionsOf } from '../../core/options.ts';
import type { ExampleSource } from '../../data/dataset.ts';
import type { Value } from '../../graph/graph.ts';
import type { Model } from '../../nn/model.ts';
import { constant } from '../../nn/schedules.ts';
import type { FeaturesEvent, NoticeEvent } from '../../train/events.ts';
import type { FitOptions } from '../../train/fit-options.ts';
import type { Penalty } from '../../train/program.ts';

/** One call of `fit`. */
export interface Phase {
  /** Unique within the strategy; names the folder of its checkpoints. */
  readonly name: string;
  readonly options: FitOptions;
  /** What it trains in place of the strategy's model: one with more to it, whose parameters are that one's arrays, so that it learns with it. */
  readonly model?: Model;
}

/** A strategy measures what its phases rest on, before the first of them; after each stretch of that work. */
export interface MeasureEvent {
  readonly type: 'measure';
  /** What is measured, or learnt to measure by, in a word or two. */
  readonly what: string;
  readonly done: number;
  readonly of: number;
}

/** Tells how far measuring is. Returns what was found, or nothing where `signal` stopped it. */
export type Measuring<M> = AsyncGenerator<MeasureEvent | FeaturesEvent | NoticeEvent, M | undefined, void>;

/** A way to train on the target, as a plan of phases; `D` are the records of its own options, `M` is what it measures first. */
export interface Strategy<D extends OptionRecords = OptionRecords, M = unknown> {
  readonly name: string;
  /** Where it comes from: authors, year, title. */
  readonly paper: string;
  /** What learns, in a few words, for people. */
  readonly about: string;
  /** Its own options, each with its default, range and help. */
  readonly options: D;
  /**
   * The model that is trained in place of the one that was given: with the same head and adapters beside its weights, as `lora` makes it. They are worked
   * into the given model's weights when training ends. Left out, the given model itself is trained.
   */
  prepare?(model: Model, options: OptionsOf<D>): Model;
  /** What its phases rest on and only the target's examples tell, as JSON may hold it; changes nothing of the model. */
  measure?(model: Model, options: OptionsOf<D>, base: FitOptions, data: ExampleSource): Measuring<M>;
  /** The phases in order, the same for the same arguments. The model has its initial values, which training changes later. */
  phases(model: Model, options: OptionsOf<D>, base: FitOptions, measured: M): readonly Phase[];
}

/**
 * Takes a strategy as it is, keeping the types of its options: what `phases` gets is typed after their defaults.
 * @throws GraftError `internal` when a default breaks its own record.
 */
export function defineStrategy<const D extends OptionRecords, M = undefined>(record: Strategy<D, M>): Strategy<D, M> {
  defineOptions(record.options);
  return record;
}

/** Names of the groups of one kind, from input to output. */
export function groupNames(model: Model, kind: 'shared' | 'head'): string[] {
  return model.groups.filter((group) => group.kind === kind).map(({ name }) => name);
}

/** `base` with more groups frozen; running statistics then stay as they are too, unless `base` says otherwise. */
export function withFrozen(base: FitOptions, groups: readonly string[]): FitOptions {
  if (groups.length === 0) return base;
  return { ...base, freeze: [...new Set([...(base.freeze ?? []), ...groups])], batchNorm: base.batchNorm ?? 'frozen' };
}

/** `base` at `factor` times its learning rate. */
export function withRate(base: FitOptions, factor: number): FitOptions {
  const { schedule = constant } = base;
  return { ...base, schedule: (step, total) => factor * schedule(step, total) };
}

/** `base` with a term added to the loss. @param reads values of the trained model's graph that it looks at. */
export function withPenalty(base: FitOptions, term: Penalty, reads: readonly Value[] = []): FitOptions {
  const penalty = Object.assign(term, { reads: reads.map(({ name }) => name) });
  return { ...base, penalties: [...(base.penalties ?? []), penalty] };
}
