// Section `gallery`: examples as they are, such as a batch as the model sees it. Called by the page.
import { cards, type ShownExample } from '../cards.ts';
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';

/** Examples side by side. */
export interface GallerySection extends SectionHead {
  readonly kind: 'gallery';
  readonly examples: readonly GalleryExample[];
}

/** One example of a {@link GallerySection}. */
export interface GalleryExample extends ShownExample {
  /** Its class, say. */
  readonly caption: string;
}

/**
 * A grid of the examples, in the order given.
 * @throws GraftError `invalid-data` for a picture that is neither JPEG nor PNG.
 */
export function gallery({ title, examples }: GallerySection): Markup {
  if (examples.length === 0) return html`<p class="empty">There are no examples.</p>`;
  return cards(
    title,
    examples.map((example) => ({ example, caption: example.caption })),
  );
}
