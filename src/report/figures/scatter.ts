// A map of points, as one SVG: places and looks come in, markup leaves. Called by the section of maps.
import { scaleLinear } from 'd3-scale';
import { html, type Markup } from '../markup.ts';
import { extent } from './bands.ts';
import { mark, seriesClass } from './series-style.ts';

/** One point of a map. */
export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Its series' place; without one the point stays in the background. */
  readonly look: number | undefined;
  /** Whether it gets a ring. */
  readonly ringed: boolean;
  /** Shown by the pointer. */
  readonly label: string;
}

const SIZE = 480;
const MARGIN = 14;

/** The points in a square, with the same scale along both axes: turned or mirrored, a map says the same, so it has no ticks. */
export function scatter(title: string, description: string, points: readonly ScatterPoint[]): Markup {
  const [left, right] = extent(points.map(({ x }) => x));
  const [low, high] = extent(points.map(({ y }) => y));
  const half = Math.max(right - left, high - low) / 2 || 1;
  const along = (from: number, to: number, range: [number, number]) => scaleLinear([(from + to) / 2 - half, (from + to) / 2 + half], range);
  const x = along(left, right, [MARGIN, SIZE - MARGIN]);
  const y = along(low, high, [SIZE - MARGIN, MARGIN]);
  const area = points.length > 1000 ? 22 : points.length > 300 ? 32 : 50;
  const radius = (Math.sqrt(area) * 0.85).toFixed(1);

  const marks = points.map((point) => {
    const { look, ringed, label } = point;
    const [cx, cy] = [x(point.x), y(point.y)];
    const ring = ringed && html`<circle class="ring" cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="${radius}"/>`;
    return html`<g class="${look === undefined ? 'rest' : seriesClass(look)}"><title>${label}</title>${mark(look ?? 0, cx, cy, look === undefined ? area / 2 : area)}${ring}</g>
`;
  });
  return html`<svg viewBox="0 0 ${SIZE} ${SIZE}" width="${SIZE}" height="${SIZE}" role="img" class="chart">
<title>${title}</title>
<desc>${description}</desc>
<rect class="frame" x="0.5" y="0.5" width="${SIZE - 1}" height="${SIZE - 1}" rx="4"/>
${marks}</svg>`;
}
