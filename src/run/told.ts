// What a run's report is made of. Put together when a run ends; each file of sections takes what it needs.
import type { RateEvent } from '../plan/events.ts';
import type { DataFit } from '../plan/fit-data.ts';
import type { Verdict } from './verdict.ts';

/** What a report is made of. */
export interface Told {
  readonly fitted: DataFit;
  readonly verdict: Verdict;
  /** The command, or the call, that gives the same again. */
  readonly again: string;
  /** Losses of updates and accuracies of evaluations by candidate. */
  readonly curves: readonly Curve[];
  /** Range tests of learning rates. */
  readonly ranges: readonly RateEvent[];
  readonly signal?: AbortSignal | undefined;
}

/** How a candidate learnt. */
export interface Curve {
  readonly name: string;
  readonly updates: readonly number[];
  readonly values: readonly number[];
}

/** The rows that the verdict is about. */
export function rowsOf({ fitted, verdict }: Told): Int32Array {
  return verdict.part === 'test' && fitted.test ? fitted.test.rows : fitted.data.parts.validation;
}
