// Lines over a count, as one SVG: series of points and a size come in, markup leaves. Called by the section of curves.
import { area, line } from 'd3-shape';
import { html, type Markup } from '../markup.ts';
import { type Axis, type Scale, scaleFor } from './axis.ts';
import type { BandPoint } from './bands.ts';
import { chartFrame } from './chart-frame.ts';
import { shortened, spread } from './labels.ts';
import { dashes, mark, seriesClass } from './series-style.ts';

/** One line of the chart. */
export interface ChartSeries {
  readonly name: string;
  readonly points: readonly BandPoint[];
}

/** What a chart shows. */
export interface Chart {
  /** Read out in place of the picture. */
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly ChartSeries[];
}

/** Room for a chart, in pixels. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
  /** Whether each line has its name at its end, where there is room for all. */
  readonly labels: boolean;
}

/** Widths of text at the size of the style sheet (12 px), on the safe side. */
const CHARACTER = 7;
const LABEL_HEIGHT = 15;
const LONGEST_LABEL = 22;

/** The chart as an SVG that scales down with the page. */
export function lineChart({ title, description, x, y, series }: Chart, { width, height, labels }: ChartSize): Markup {
  const [top, bottom] = [28, height - 44];
  const labelled = labels && series.length * LABEL_HEIGHT <= bottom - top;
  const names = series.map(({ name }) => shortened(name, LONGEST_LABEL));
  const right = width - (labelled ? 24 + CHARACTER * Math.max(...names.map((name) => name.length)) : 14);

  const values = series.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]));
  const vertical = scaleFor(y, values, [bottom, top], Math.round((bottom - top) / 45), true);
  const left = 14 + CHARACTER * Math.max(...vertical.ticks.map(({ text }) => text.length));
  const places = series.flatMap(({ points }) => points.map((point) => point.x));
  const horizontal = scaleFor(x, places, [left, right], Math.round((right - left) / 80), false);

  const lines = series.map(({ points }, i) => seriesMarkup(points, i, horizontal, vertical));
  return chartFrame(
    title,
    description,
    { width, height, left, right, bottom },
    { x: { scale: horizontal, label: x.label }, y: { scale: vertical, label: y.label } },
    { front: html`${lines}${labelled && endLabels(names, series, horizontal, vertical, right)}` },
  );
}

function seriesMarkup(points: readonly BandPoint[], i: number, x: Scale, y: Scale): Markup {
  const shown = (point: BandPoint) => x.shows(point.x) && y.shows(point.low) && y.shows(point.high);
  const ribbon = area<BandPoint>(
    (point) => x.place(point.x),
    (point) => y.place(point.low),
    (point) => y.place(point.high),
  );
  const curve = line<BandPoint>(
    (point) => x.place(point.x),
    (point) => y.place(point.mean),
  );
  const wide = points.some(({ low, high }) => low < high);
  const last = points.findLast(shown);
  return html`<g class="${seriesClass(i)}">${
    wide && html`<path class="band" d="${ribbon.digits(1).defined(shown)([...points]) ?? ''}"/>`
  }<path class="line" stroke-dasharray="${dashes(i)}" d="${curve.digits(1).defined(shown)([...points]) ?? ''}"/>${
    last && mark(i, x.place(last.x), y.place(last.mean))
  }</g>
`;
}

/** Names right of the plot, at the height of their line's end, and a thin line to where they had to move. */
function endLabels(names: readonly string[], series: readonly ChartSeries[], x: Scale, y: Scale, right: number): Markup {
  const ends = series.flatMap(({ points }, i) => {
    const last = points.findLast((point) => x.shows(point.x) && y.shows(point.mean));
    return last ? [{ i, x: x.place(last.x), y: y.place(last.mean) }] : [];
  });
  const [bottom, top] = [Math.max(...y.ticks.map(({ at }) => at)), LABEL_HEIGHT];
  const heights = spread(
    ends.map((end) => end.y),
    LABEL_HEIGHT,
    top,
    bottom,
  );
  return html`<g aria-hidden="true">${ends.map((end, k) => {
    const height = (heights[k] as number).toFixed(1);
    return html`<g class="${seriesClass(end.i)}"><path class="leader" d="M${(end.x + 6).toFixed(1)} ${end.y.toFixed(1)}L${right + 14} ${height}"/><text class="series-label" x="${right + 17}" y="${height}" dy=".35em">${names[end.i]}</text></g>`;
  })}</g>
`;
}
