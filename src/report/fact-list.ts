// Numbers to take away, shown large: names and values come in, a list leaves. Called by sections.
import { html, type Markup } from './markup.ts';

/** One number, and what to know about it. */
export interface Fact {
  readonly label: string;
  /** Already in words, with its unit: `97.12 %`. */
  readonly value: string;
  /** What it is compared with, or how it came about. */
  readonly detail?: string;
}

/** A list of names and values. */
export function factList(facts: readonly Fact[]): Markup {
  const items = facts.map(({ label, value, detail }) => {
    return html`<div><dt>${label}</dt><dd class="value">${value}</dd>${detail !== undefined && html`<dd>${detail}</dd>`}</div>\n`;
  });
  return html`<dl class="facts">
${items}</dl>`;
}
