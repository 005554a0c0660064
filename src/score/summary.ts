// A list of numbers in a few: how results over seeds are told. Called by strategies, benchmarks and reports.
import { fail } from '../core/errors.ts';

/** Mean and sample standard deviation, in the units of the values. */
export interface Summary {
  readonly mean: number;
  /** `sqrt(sum (x - mean)^2 / (n - 1))`; NaN for a single value, whose spread is not known. */
  readonly sd: number;
}

/**
 * The {@link Summary} of a list.
 * @throws GraftError `invalid-data` when the list is empty.
 */
export function summarise(values: ArrayLike<number>): Summary {
  const n = values.length;
  if (n === 0) fail('invalid-data', 'There is nothing to summarise: the list is empty.');
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i] as number;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((values[i] as number) - mean) ** 2;
  return { mean, sd: Math.sqrt(squares / (n - 1)) };
}
