// Section `residuals`: how the errors of predicted amounts are distributed. Called by the page.
import { quantile } from '../../score/quantile.ts';
import { type HistogramBin, histogram } from '../figures/histogram.ts';
import { formatAmount, formatCount } from '../format.ts';
import { htmlTable } from '../html-table.ts';
import { html, type Markup } from '../markup.ts';
import { errorsOf, type PredictedTarget } from '../predicted-target.ts';
import type { SectionHead } from '../section.ts';

/** Bars for each target. */
export interface ResidualsSection extends SectionHead {
  readonly kind: 'residuals';
  readonly targets: readonly PredictedTarget[];
}

/** The outermost bars gather what lies beyond these shares, so that a single wild error does not press all others into one bar. */
const [FIRST, LAST] = [0.005, 0.995];
const [LEAST_BARS, MOST_BARS] = [5, 30];
const SHARES = [0.05, 0.25, 0.5, 0.75, 0.95];

/**
 * Bars of predicted less true values, what they say in a sentence, and their quantiles as a table.
 * @throws GraftError `invalid-shape` when there is another number of predictions than of true values; `invalid-data` when one is not finite.
 */
export function residuals({ title, targets }: ResidualsSection): Markup {
  const all = targets.map((target) => ({ name: target.name, sorted: errorsOf(title, target).sort() }));
  const filled = all.filter(({ sorted }) => sorted.length > 0);
  if (filled.length === 0) return html`<p class="empty">There are no predictions.</p>`;
  const figures = filled.map(({ name, sorted }) => {
    const says = verdictOn(sorted);
    const description = `Bars of the errors of ${name}. ${says} The table below it holds the numbers.`;
    return html`<figure>${histogram(`${title}: ${name}`, description, 'predicted − true', binsOf(sorted))}<figcaption>${name}<p>${says}</p></figcaption></figure>
`;
  });
  const columns = ['Target', ...SHARES.map((share) => `${100 * share} % below`), 'Mean', 'Largest'];
  return html`<div class="maps">
${figures}</div>
<details><summary>Numbers</summary>${htmlTable({
    caption: `${title}: predicted less true values`,
    columns: columns.map((label, c) => ({ label, ...(c > 0 && { format: 'number' as const }) })),
    rows: filled.map(({ name, sorted }) => [
      name,
      ...[...SHARES.map((share) => quantile(sorted, share)), meanOf(sorted), largestOf(sorted)].map(formatAmount),
    ]),
  })}</details>`;
}

function verdictOn(sorted: Float64Array): string {
  const mean = meanOf(sorted);
  const [first, last] = endsOf(sorted);
  const beyond = sorted.filter((value) => value < first || value > last).length;
  const gathered =
    beyond > 0 ? ` The outermost bars hold ${formatCount(beyond)} errors that lie further out, up to ${formatAmount(largestOf(sorted))}.` : '';
  return `On average ${formatAmount(Math.abs(mean))} too ${mean < 0 ? 'low' : 'high'}; half of the errors lie between ${formatAmount(quantile(sorted, 0.25))} and ${formatAmount(quantile(sorted, 0.75))}.${gathered}`;
}

/** Of few errors all lie between them. */
function endsOf(sorted: Float64Array): readonly [number, number] {
  const last = sorted.length - 1;
  return [sorted[Math.floor(FIRST * last)] as number, sorted[Math.ceil(LAST * last)] as number];
}

function binsOf(sorted: Float64Array): HistogramBin[] {
  const [low, high] = endsOf(sorted);
  if (low === high) {
    const half = Math.abs(low) * 0.1 || 1;
    return [{ from: low - half, to: low + half, count: sorted.length }];
  }
  const bars = Math.max(LEAST_BARS, Math.min(MOST_BARS, Math.ceil(Math.sqrt(sorted.length))));
  const counts = new Array<number>(bars).fill(0);
  for (const value of sorted) {
    const bar = Math.max(0, Math.min(bars - 1, Math.floor(((value - low) / (high - low)) * bars)));
    counts[bar] = (counts[bar] as number) + 1;
  }
  const end = (bar: number) => low + ((high - low) * bar) / bars;
  return counts.map((count, bar) => ({ from: end(bar), to: end(bar + 1), count }));
}

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const largestOf = (sorted: Float64Array) => {
  const [low, high] = [sorted[0] as number, sorted.at(-1) as number];
  return -low > high ? low : high;
};
