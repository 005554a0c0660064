// How a metric is written: shares as percentages, all else as numbers. Called by reports and the command line.
import type { Interval } from '../score/interval.ts';
import { formatAmount, formatCount, formatValue } from './format.ts';

/** A metric in a column of a table. */
export type MetricFormat = { readonly format: 'percent'; readonly digits: number } | { readonly format: 'number' };

/** Metrics that are shares of something. */
const SHARES: readonly string[] = ['accuracy', 'balanced accuracy', 'label accuracy'];

/**
 * How a column of the metric is written.
 * @param digits behind the point of a percentage.
 */
export function metricFormat(metric: string, digits = 1): MetricFormat {
  return SHARES.includes(metric) ? { format: 'percent', digits } : { format: 'number' };
}

/** A metric's value in words: `93.3 %`, `0.8731`, `250,000`. */
export function metricText(metric: string, value: number, digits = 1): string {
  return SHARES.includes(metric) ? formatValue(value, 'percent', digits) : formatAmount(value);
}

/** A metric with its interval in words: `93.3 % (95 % interval 88.1 % to 96.4 %)`, and of how many groups, where examples come in groups. */
export function intervalText(metric: string, { estimate, low, high, level }: Interval, groups?: number): string {
  const text = (value: number) => metricText(metric, value);
  const of =
    groups === undefined ? '' : groups === 1 ? ', all of one group: of others it says nothing' : `, by resampling ${formatCount(groups)} groups`;
  return `${text(estimate)} (${Number((100 * level).toPrecision(3))} % interval ${text(low)} to ${text(high)}${of})`;
}
