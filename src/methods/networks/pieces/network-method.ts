// What a method of domain adaptation of a network is: a model, a source with labels and a target without in, the trainings to do one after another out. One file
// each, in the folder above. No field of what it is given can hold a target label but those of the few rows that were labelled by hand: the others are withheld by
// construction.
import { fail } from '../../../core/errors.ts';
import { defineOptions, type OptionRecords, type OptionsOf } from '../../../core/options.ts';
import type { ExampleSource } from '../../../data/dataset.ts';
import type { Model } from '../../../nn/model.ts';
import type { FitOptions } from '../../../train/fit-options.ts';
import type { KnownRows } from '../../domains/pieces/domain-method.ts';

/** What a method sees. */
export interface NetworkDomains {
  /** Learns; it has the values that adaptation begins with when the first phase is asked for, and those that a phase left when the next one is. */
  readonly model: Model;
  readonly source: ExampleSource;
  /** Without labels, whatever was given. */
  readonly target: ExampleSource;
  /** Left out where no label of the target is known, and for methods that learn from none. */
  readonly known?: KnownRows | undefined;
}

/** One call of `fit`. */
export interface NetworkPhase {
  /** Unique within the method; names the folder of its checkpoints. */
  readonly name: string;
  /** The method's model, or one with more to it whose parameters are that one's arrays. */
  readonly model: Model;
  readonly data: ExampleSource;
  readonly options: FitOptions;
  /** Whether what an epoch leaves may be chosen for the target. */
  readonly adapts: boolean;
  /** Makes the method's model, with the values that an epoch left, one for the target; for running statistics that are the target's own. */
  readonly settle?: () => Promise<void> | void;
}

/** A method; `D` are the records of its options. */
export interface NetworkMethod<D extends OptionRecords = OptionRecords> {
  readonly name: string;
  /** Authors, year, title, and the equations that it follows. */
  readonly paper: string;
  /** In a few words, for people. */
  readonly about: string;
  readonly options: D;
  /** What it makes of rows of the target that were labelled by hand: it learns from them too, or from nothing else can it work. Left out, it takes none. */
  readonly known?: 'learnt' | 'needed';
  /** Whether it serves networks that predict amounts too: it looks at features and labels, never at scores as those of classes. */
  readonly amounts?: boolean;
  /**
   * The phases in order, the same for the same arguments; each is asked for when those before it are done.
   * @throws GraftError `invalid-argument` for a model that the method cannot train.
   */
  phases(domains: NetworkDomains, options: OptionsOf<D>, base: FitOptions): Iterable<NetworkPhase> | AsyncIterable<NetworkPhase>;
}

/**
 * Takes a method as it is, keeping the types of its options.
 * @throws GraftError `internal` when a default breaks its own record.
 */
export function defineNetworkMethod<const D extends OptionRecords>(record: NetworkMethod<D>): NetworkMethod<D> {
  defineOptions(record.options);
  return record;
}

/** @param known rows of the target with labels. @throws GraftError `invalid-argument` where the method needs some and there is none. */
export function requireKnown({ name, known: use }: Pick<NetworkMethod, 'name' | 'known'>, known: KnownRows | undefined): void {
  if (use !== 'needed' || known) return;
  const remedy = 'give some as `targetLabels`, or take a method that needs none, such as `mcc`';
  fail('invalid-argument', `Method \`${name}\` needs a few rows of the target with labels, and none is known: ${remedy}.`);
}
