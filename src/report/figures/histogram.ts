// How often values of each size occur, as one SVG of bars: bins come in, markup leaves. Called by the section of residuals.
import { formatAmount, formatCount } from '../format.ts';
import { html, type Markup } from '../markup.ts';
import { scaleFor } from './axis.ts';
import { chartFrame } from './chart-frame.ts';

/** Values from `from` up to `to`. */
export interface HistogramBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const [WIDTH, HEIGHT] = [420, 400];
const [RIGHT, TOP, BOTTOM] = [WIDTH - 16, 28, HEIGHT - 44];
const CHARACTER = 7;

/** Bars from 0 up, and a dashed line at the value 0 where it is within. */
export function histogram(title: string, description: string, label: string, bins: readonly HistogramBin[]): Markup {
  const counts = bins.map(({ count }) => count);
  const ends = bins.flatMap(({ from, to }) => [from, to]);
  const y = scaleFor({ label: 'examples', format: 'count' }, [0, ...counts], [BOTTOM, TOP], 6, true);
  const left = 14 + CHARACTER * Math.max(...y.ticks.map(({ text }) => text.length));
  const x = scaleFor({ label }, ends, [left, RIGHT], 6, false);
  const bars = bins.map(({ from, to, count }) => {
    const [start, end, top] = [x.place(from), x.place(to), y.place(count)];
    const told = `${formatAmount(from)} to ${formatAmount(to)}: ${formatCount(count)}`;
    return html`<rect class="bar" x="${start.toFixed(1)}" y="${top.toFixed(1)}" width="${(end - start).toFixed(1)}" height="${(BOTTOM - top).toFixed(1)}"><title>${told}</title></rect>
`;
  });
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  return chartFrame(
    title,
    description,
    { width: WIDTH, height: HEIGHT, left, right: RIGHT, bottom: BOTTOM },
    { x: { scale: x, label }, y: { scale: y, label: 'examples' } },
    {
      behind: html`<g class="s0">
${bars}</g>
`,
      front: low < 0 && high > 0 && html`<path class="guide" d="M${x.place(0).toFixed(1)} ${BOTTOM}V${TOP}"/>\n`,
    },
  );
}
