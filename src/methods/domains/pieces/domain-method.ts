// What a method of domain adaptation on features is: source rows with labels and target rows without in, probabilities of the target rows out. One file each,
// in the folder above. No field of what it is given can hold a target label: they are withheld by construction.
import { defineOptions, type OptionRecords, type OptionsOf } from '../../../core/options.ts';
import type { Tensor } from '../../../core/tensor.ts';
import type { LinearModel } from '../../probes/linear.ts';
import type { Neighbours } from './neighbours.ts';

/** Source and target as a method sees them: both in the same features, each brought to mean 0 and deviation 1 as the plan says. */
export interface Domains {
  readonly source: {
    /** `[N, D]`. */
    readonly features: Tensor<'float32'>;
    /** `[N]`, each in 0..classes-1. */
    readonly labels: Int32Array;
  };
  /** `[M, D]`. */
  readonly target: Tensor<'float32'>;
  readonly classes: number;
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
