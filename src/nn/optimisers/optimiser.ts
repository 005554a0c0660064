// What an optimiser is: named slots beside the parameters, and one pass over a range of flat arrays. One file each, beside this one.
import { defineOptions, type OptionRecord, type OptionRecords, type OptionsOf } from '../../core/options.ts';

/** One update of one parameter. */
export interface Update {
  /** Learning rate, schedule and group multiplier included. */
  readonly lr: number;
  /** Number of this update, from 1. */
  readonly step: number;
  /** Whether weight decay applies to this parameter. */
  readonly decay: boolean;
  /** The stored gradient times this is the gradient: 1 / examples, and less where the norm is clipped. */
  readonly scale: number;
  /** Range of the flat arrays, `to` excluded. */
  readonly from: number;
  readonly to: number;
}

/** A rule that updates parameters from gradients; `D` are the records of its options. */
export interface Optimiser<D extends OptionRecords = OptionRecords> {
  readonly name: string;
  /** Where it comes from: authors, year, title. */
  readonly paper: string;
  /** `lr` is among them. */
  readonly options: D & { readonly lr: OptionRecord };
  /** What is wrong with options that are in range one by one. */
  readonly conflict?: (options: OptionsOf<D>) => string | undefined;
  /** What it remembers of each parameter, in arrays of the parameters' layout that start at zero. */
  readonly slots: readonly string[];
  /** Updates parameters `p` and `slots` in place from gradients `g`. @returns whether all that it leaves is finite. */
  update(p: Float32Array, g: Float32Array, slots: readonly Float32Array[], u: Update, options: OptionsOf<D>): boolean;
}

export function defineOptimiser<const D extends OptionRecords & { readonly lr: OptionRecord }>(record: Optimiser<D>): Optimiser<D> {
  defineOptions(record.options);
  return record;
}

/**
 * What is below this counts as 0 in a slot. The mean of a gradient that has become 0 would otherwise end among the denormal numbers and stay
 * there for ever (0.9 times the smallest is rounded to itself), and with those an update takes 30 times as long.
 */
export const LEAST = 2 ** -100;

export const weightDecay = {
  default: 0,
  range: { min: 0, max: 1 },
  help: 'How strongly weights are pulled to zero; not applied to biases and norms.',
} as const;
