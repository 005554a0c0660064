// Section `facts`: the few numbers that a reader should take away. Called by the page.
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';

/** Names and values, shown large. */
export interface FactsSection extends SectionHead {
  readonly kind: 'facts';
  readonly facts: readonly Fact[];
}

/** One number of a {@link FactsSection}. */
export interface Fact {
  readonly label: string;
  /** Already in words, with its unit: `97.12 %`. */
  readonly value: string;
  /** What it is compared with, or how it came about. */
  readonly detail?: string;
}

/** A list of names and values. */
export function facts({ facts: all }: FactsSection): Markup {
  const items = all.map(({ label, value, detail }) => {
    return html`<div><dt>${label}</dt><dd class="value">${value}</dd>${detail !== undefined && html`<dd>${detail}</dd>`}</div>\n`;
  });
  return html`<dl class="facts">
${items}</dl>`;
}
