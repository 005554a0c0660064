// Section `text`: paragraphs, and lines to be typed. Called by the page.
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';

/** Plain text, one string for each paragraph, and below it what is to be typed to the letter. */
export interface TextSection extends SectionHead {
  readonly kind: 'text';
  readonly paragraphs: readonly string[];
  readonly code?: string;
}

/** The paragraphs and the code. */
export function text({ paragraphs, code }: TextSection): Markup {
  return html`${paragraphs.map((paragraph) => html`<p>${paragraph}</p>\n`)}${code !== undefined && html`<pre><code>${code}</code></pre>\n`}`;
}
