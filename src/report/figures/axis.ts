// Scales and their ticks: what is drawn and the room for it come in, positions and gridlines leave. Called by the charts.
import { scaleLinear, scaleLog } from 'd3-scale';
import { html, type Markup } from '../markup.ts';
import { extent } from './bands.ts';

/** What an axis shows. */
export interface Axis {
  readonly label: string;
  /** `percent` writes shares as percentages; `count` has whole ticks only. Default `number`. */
  readonly format?: 'number' | 'percent' | 'count';
  /** A logarithmic axis leaves out what is not above 0. Default `linear`. */
  readonly scale?: 'linear' | 'log';
}

/** A value's place on the page, and the ticks worth a line. */
export interface Scale {
  place(value: number): number;
  /** Whether the axis can show the value. */
  shows(value: number): boolean;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/**
 * A scale for values, over pixels `range`, with about as many ticks as asked for.
 * @param round whether a linear axis reaches past the values to round numbers.
 */
export function scaleFor({ format, scale }: Axis, values: Iterable<number>, range: readonly [number, number], ticks: number, round: boolean): Scale {
  const shows = (value: number) => Number.isFinite(value) && (scale !== 'log' || value > 0);
  const domain = extent([...values].filter(shows));
  if (scale === 'log') {
    const place = scaleLog(widened(domain, domain[0] / 2, domain[1] * 2), range);
    const plain = place.tickFormat(Number.POSITIVE_INFINITY, '~g');
    const text = (value: number) => plain(value).replace(/^(\d{1,3})(\d{3})$/, '$1,$2');
    return { place, shows, ticks: fewer(place.ticks(ticks), ticks).map((value) => ({ at: place(value), text: text(value) })) };
  }
  const margin = format === 'count' ? 1 : Math.abs(domain[0]) * 0.1 || 1;
  const place = scaleLinear(widened(domain, domain[0] - margin, domain[1] + margin), range);
  if (round) place.nice(ticks);
  const text = place.tickFormat(ticks, format === 'percent' ? '%' : format === 'count' ? ',d' : undefined);
  const marked = place.ticks(ticks).filter((value) => format !== 'count' || Number.isInteger(value));
  return { place, shows, ticks: marked.map((value) => ({ at: place(value), text: text(value) })) };
}

/** Horizontal lines across the plot, each with its text to the left. */
export function horizontalTicks({ ticks }: Scale, left: number, right: number): Markup {
  const lines = ticks.map(({ at, text }) => {
    return html`<path class="grid" d="M${left} ${at.toFixed(1)}H${right}"/><text x="${left - 8}" y="${at.toFixed(1)}" dy=".35em" text-anchor="end">${text}</text>`;
  });
  return html`<g aria-hidden="true">${lines}</g>`;
}

/** Short strokes below the plot, each with its text. */
export function verticalTicks({ ticks }: Scale, bottom: number): Markup {
  const strokes = ticks.map(({ at, text }) => {
    return html`<path class="axis" d="M${at.toFixed(1)} ${bottom}v5"/><text x="${at.toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${text}</text>`;
  });
  return html`<g aria-hidden="true">${strokes}</g>`;
}

/** A single value still needs an axis with two ends, and so does none. */
function widened([low, high]: readonly [number, number], below: number, above: number): [number, number] {
  if (low > high) return [0.1, 1];
  return low < high ? [low, high] : [below, above];
}

/** Of the ticks 1, 2, 3 ... 10, 20 ... of a logarithmic axis those at 1, 2 and 5, or only at 1, where there are too many. */
function fewer(ticks: readonly number[], most: number): readonly number[] {
  const leading = (value: number) => Number(value.toExponential(0)[0]);
  const choices = [ticks, ticks.filter((value) => [1, 2, 5].includes(leading(value))), ticks.filter((value) => leading(value) === 1)];
  return choices.find((choice) => choice.length <= most + 2) ?? ticks.filter((value) => leading(value) === 1);
}
