// How a metric is written: shares as percentages, all else as numbers. Called by reports and the command line.
import { formatAmount, formatValue } from './format.ts';

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
