// Section `mistakes`: the examples that the model got wrong while it was most sure. Called by the page.
import { cards, type ShownExample } from '../cards.ts';
import { formatValue } from '../format.ts';
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';

/** Examples with what they are and what they were taken for. */
export interface MistakesSection extends SectionHead {
  readonly kind: 'mistakes';
  /** The few to show; the section puts them in order. */
  readonly mistakes: readonly Mistake[];
}

/** One example of a {@link MistakesSection}. */
export interface Mistake extends ShownExample {
  /** The class that it is said to have. */
  readonly label: string;
  readonly predicted: string;
  /** Of the predicted class, 0..1. */
  readonly probability: number;
}

/**
 * A grid of the mistakes, the surest first.
 * @throws GraftError `invalid-data` for a picture that is neither JPEG nor PNG.
 */
export function mistakes({ title, mistakes: all }: MistakesSection): Markup {
  if (all.length === 0) return html`<p class="empty">There were no mistakes.</p>`;
  const sorted = [...all].sort((a, b) => b.probability - a.probability);
  return cards(
    title,
    sorted.map((example) => ({ example, caption: sentence(example) })),
  );
}

function sentence({ label, predicted, probability }: Mistake): Markup {
  return html`<strong>${label}</strong> taken for <strong>${predicted}</strong>, ${formatValue(probability, 'percent', 1)} sure`;
}
