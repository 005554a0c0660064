// Dots with intervals on one common axis, a strip for each row of a table: values come in, markup as wide as its cell leaves. Called by the headline.
import type { Interval } from '../../score/interval.ts';
import { html, type Markup } from '../markup.ts';
import { type Axis, scaleFor } from './axis.ts';

/** A value, alone or with the interval that it was measured in. */
export type Estimate = number | Interval;

/** The axis that strips below each other share. */
export interface Strips {
  /** Numbers of the axis, for the table's head. */
  readonly ticks: Markup;
  /** The strip of one estimate; `look` is a CSS class. */
  strip(estimate: Estimate, look: string): Markup;
}

const HEIGHT = 30;
/** About as many as have room on a phone. */
const MOST_TICKS = 2;

/** Strips for all of `estimates`; a dashed line runs through all at the value of the first. Positions are shares of the width, so they fit any page. */
export function strips(axis: Axis, estimates: readonly Estimate[]): Strips {
  const values = estimates.flatMap((one) => (typeof one === 'number' ? one : [one.low, one.high, one.estimate]));
  const scale = scaleFor(axis, values, [0, 100], MOST_TICKS, true);
  const percent = (value: number) => `${scale.place(value).toFixed(2)}%`;
  const guide = estimates[0] === undefined ? undefined : percent(middleOf(estimates[0]));
  const lines = scale.ticks.map(({ at }) => html`<line class="grid" x1="${at.toFixed(2)}%" x2="${at.toFixed(2)}%" y1="0" y2="100%"/>`);
  return {
    ticks: html`<svg class="strip" width="100%" height="18" aria-hidden="true">${scale.ticks.map(({ at, text }) => {
      return html`<text x="${at.toFixed(2)}%" y="13" text-anchor="middle">${text}</text>`;
    })}</svg>`,
    strip(estimate, look) {
      const line =
        typeof estimate === 'object' && html`<line class="line" x1="${percent(estimate.low)}" x2="${percent(estimate.high)}" y1="50%" y2="50%"/>`;
      return html`<svg class="strip ${look}" width="100%" height="${HEIGHT}" aria-hidden="true">${lines}${
        guide && html`<line class="guide" x1="${guide}" x2="${guide}" y1="0" y2="100%"/>`
      }${line}<circle class="mark" cx="${percent(middleOf(estimate))}" cy="50%" r="4.5"/></svg>`;
    },
  };
}

/** The value itself. */
export function middleOf(estimate: Estimate): number {
  return typeof estimate === 'number' ? estimate : estimate.estimate;
}
