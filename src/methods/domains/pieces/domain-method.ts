// What a method of domain adaptation on features is: source rows with labels and target rows without in, probabilities of the target rows out. One file each,
// in the folder above. No field of what it is given can hold a target label but those of the few rows that were labelled by hand: the others are withheld by construction.
import { defineOptions, type OptionRecords, type OptionsOf } from '../../../core/options.ts';
import type { Tensor } from '../../../core/tensor.ts';
import type { LinearModel } from '../../probes/linear.ts';
import type { Neighbours } from './neighbours.ts';

/** Rows with labels. */
export interface LabelledRows {
  /** `[N, D]`. */
  readonly features: Tensor<'float32'>;
  /** `[N]`, each in 0..classes-1. */
  readonly labels: Int32Array;
  /** How much each counts, `[N]`; all the same where it is left out. */
  readonly weights?: Float64Array | undefined;
  /** Which of the sources each is of, `[N]`, from 0; one source where it is left out. */
  readonly origin?: Int32Array | undefined;
}

/** Rows of the target whose labels are known. */
export interface KnownRows {
  /** `[K]`, none twice. */
  readonly rows: Int32Array;
  /** `[K]`, each in 0..classes-1. */
  readonly labels: Int32Array;
}

/** Source and target as a method sees them: both in the same features, each brought to mean 0 and deviation 1 as the plan says. */
export interface Domains {
  readonly source: LabelledRows;
  /** `[M, D]`. */
  readonly target: Tensor<'float32'>;
  readonly classes: number;
  /** Left out where no label of the target is known. */
  readonly known?: KnownRows | undefined;
}

/** What methods share in one adaptation. */
export interface AdaptContext {
  /** Penalty of linear models, found on the source. */
  readonly l2: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** The nearest target rows of each target row: computed once for all methods. */
  readonly neighbours: () => Promise<Neighbours>;
}

/** What a method found. */
export interface Adapted {
  /** Of the target rows, `[M, classes]`; each row sums to 1. */
  readonly probabilities: Float64Array;
  /** Scores of rows to come; left out where the method says something of the rows alone that it was given. */
  readonly linear?: LinearModel | undefined;
}

/** A method; `D` are the records of its options. */
export interface DomainMethod<D extends OptionRecords = OptionRecords> {
  readonly name: string;
  /** Authors, year, title, and the equations that it follows. */
  readonly paper: string;
  /** In a few words, for people. */
  readonly about: string;
  readonly options: D;
  /** @throws GraftError `aborted` when the signal says so. */
  adapt(domains: Domains, options: OptionsOf<D>, context: AdaptContext): Promise<Adapted>;
}

/**
 * Takes a method as it is, keeping the types of its options.
 * @throws GraftError `internal` when a default breaks its own record.
 */
export function defineDomainMethod<const D extends OptionRecords>(record: DomainMethod<D>): DomainMethod<D> {
  defineOptions(record.options);
  return record;
}
