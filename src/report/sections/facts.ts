// Section `facts`: the few numbers that a reader should take away. Called by the page.
import { type Fact, factList } from '../fact-list.ts';
import type { Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';

export type { Fact } from '../fact-list.ts';

/** Names and values, shown large. */
export interface FactsSection extends SectionHead {
  readonly kind: 'facts';
  readonly facts: readonly Fact[];
}

/** A list of names and values. */
export function facts({ facts: all }: FactsSection): Markup {
  return factList(all);
}
