// Section `text`: paragraphs. Called by the page.
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';

/** Plain text, one string for each paragraph. */
export interface TextSection extends SectionHead {
  readonly kind: 'text';
  readonly paragraphs: readonly string[];
}

/** The paragraphs. */
export function text({ paragraphs }: TextSection): Markup {
  return html`${paragraphs.map((paragraph) => html`<p>${paragraph}</p>\n`)}`;
}
