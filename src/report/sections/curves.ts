// Section `curves`: a quantity over updates for several series, each the mean of its runs with a band. Called by the page.
import { fail } from '../../core/errors.ts';
import type { Axis } from '../figures/axis.ts';
import { type BandPoint, band, type Run } from '../figures/bands.ts';
import { type Chart, lineChart } from '../figures/line-chart.ts';
import { sample } from '../figures/series-style.ts';
import { formatCount, formatNumber, formatValue } from '../format.ts';
import { htmlTable } from '../html-table.ts';
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';

/** Loss or accuracy over updates. */
export interface CurvesSection extends SectionHead {
  readonly kind: 'curves';
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly CurveSeries[];
}

/** One strategy, say, with a run for each seed. */
export interface CurveSeries {
  readonly name: string;
  readonly runs: readonly Run[];
}

/**
 * A chart for wide pages, one for narrow ones, a legend, and the numbers as a table.
 * @throws GraftError `invalid-shape` when a run has another number of `y` than of `x`.
 */
export function curves({ title, x, y, series }: CurvesSection): Markup {
  for (const { name, runs } of series) for (const run of runs) requirePairs(run, name);
  const bands = series.map(({ name, runs }) => ({ name, points: band(runs) }));
  const drawable = ({ mean }: BandPoint) => Number.isFinite(mean) && (y.scale !== 'log' || mean > 0);
  if (!bands.some(({ points }) => points.some(drawable))) return html`<p class="empty">There is no value to draw.</p>`;
  const chart: Chart = {
    title,
    description: `Line chart of ${y.label} over ${x.label} for ${series.map(({ name }) => name).join(', ')}; the table below it holds the numbers.`,
    x,
    y,
    series: bands,
  };
  const legend = series.map(({ name, runs }, i) => html`<li>${sample(i)} ${name}${runs.length > 1 && ` (${runs.length} runs)`}</li>`);
  return html`<figure>
<div class="wide">${lineChart(chart, { width: 900, height: 390, labels: true })}</div>
<div class="narrow">${lineChart(chart, { width: 340, height: 260, labels: false })}</div>
<figcaption><ul class="legend">${legend}</ul>${explanation(series)}${gaps(series)}</figcaption>
</figure>
<details><summary>Numbers</summary>${numbers(chart)}</details>`;
}

function explanation(series: readonly CurveSeries[]): Markup | undefined {
  return series.some(({ runs }) => runs.length > 1)
    ? html`<p>Lines are means over runs, bands reach from the lowest to the highest value.</p>`
    : undefined;
}

function gaps(series: readonly CurveSeries[]): Markup | undefined {
  const all = series.flatMap(({ runs }) => runs);
  const missing = all.reduce((count, { y }) => count + Array.from(y).filter((value) => !Number.isFinite(value)).length, 0);
  return missing > 0
    ? html`<p>Left out, as not finite: ${formatCount(missing)} of ${formatCount(all.reduce((count, { y }) => count + y.length, 0))} values.</p>`
    : undefined;
}

function numbers({ title, x, y, series }: Chart): Markup {
  const text = (value: number) => (y.format === 'percent' ? formatValue(value, 'percent') : formatNumber(value));
  const rows = series.map(({ name, points }) => {
    const known = points.filter(({ mean }) => Number.isFinite(mean));
    const [first, last] = [known[0], known.at(-1)];
    if (!first || !last) return [name];
    const means = known.map(({ mean }) => mean);
    const ends = [first.x, last.x]
      .map((at) => (Number.isInteger(at) ? formatCount(at) : x.scale === 'log' ? formatNumber(at) : formatValue(at, 'number', 2)))
      .join(' – ');
    return [name, ends, ...[first.mean, last.mean, Math.min(...means), Math.max(...means)].map(text)];
  });
  return htmlTable({
    caption: `${title}: ${y.label} of the lines`,
    columns: ['Series', x.label, 'First', 'Last', 'Lowest', 'Highest'].map((label, c) => ({ label, ...(c > 0 && { format: 'number' as const }) })),
    rows,
  });
}

function requirePairs({ x, y }: Run, name: string): void {
  if (x.length !== y.length)
    fail('invalid-shape', `Series \`${name}\`: a run has ${x.length} values of x and ${y.length} of y; give as many of each.`);
}
