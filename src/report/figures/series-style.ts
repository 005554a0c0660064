// How series are told apart, by colour and also by dashes and marks: a series' place comes in, its look leaves. Called by the charts and their legends.
import { symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle, symbolWye } from 'd3-shape';
import { html, type Markup } from '../markup.ts';

/** Colours in the style sheet: `.s0` and so on. */
export const COLOURS = 6;

const DASHES = ['', '7 3', '2 3', '9 3 2 3', '12 4'];
const MARKS = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond, symbolWye];

/** CSS class that sets a series' colour. */
export function seriesClass(place: number): string {
  return `s${place % COLOURS}`;
}

/** The stroke's dashes; empty for a solid line. */
export function dashes(place: number): string {
  return DASHES[place % DASHES.length] as string;
}

/** The series' mark around a point, of about `area` square pixels. */
export function mark(place: number, x: number, y: number, area = 44): Markup {
  const shape = symbol(MARKS[place % MARKS.length], area).digits(1)();
  return html`<path class="mark" d="${shape ?? ''}" transform="translate(${x.toFixed(1)} ${y.toFixed(1)})"/>`;
}

/** A sample of the line for the legend. */
export function sample(place: number): Markup {
  return html`<svg class="sample ${seriesClass(place)}" width="34" height="12" aria-hidden="true"><path class="line" stroke-dasharray="${dashes(place)}" d="M1 6H33"/>${mark(place, 17, 6)}</svg>`;
}

/** A sample of the mark alone. */
export function markSample(place: number): Markup {
  return html`<svg class="sample ${seriesClass(place)}" width="14" height="14" aria-hidden="true">${mark(place, 7, 7, 60)}</svg>`;
}
