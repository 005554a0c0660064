// Examples side by side: pictures or texts with what is to be said of them come in, a grid leaves. Called by sections.
import { fail } from '../core/errors.ts';
import { shortened } from './figures/labels.ts';
import { type Content, html, type Markup } from './markup.ts';

/** An example as people see it: a picture, a text, or both. */
export interface ShownExample {
  /** A JPEG or PNG file's bytes, no larger than it is to be shown. */
  readonly picture?: Uint8Array;
  /** Long ones are cut. */
  readonly text?: string;
  /** Where it comes from, such as its file. */
  readonly name?: string;
}

/** One card: an example, and what stands below it. */
export interface Card {
  readonly example: ShownExample;
  readonly caption: Content;
}

/** Characters of a text that are shown. */
const MOST_CHARACTERS = 280;

/**
 * A grid of cards in their order, narrow ones for pictures, wide ones for texts.
 * @param section its title, to begin an error with.
 * @throws GraftError `invalid-data` for a picture that is neither JPEG nor PNG.
 */
export function cards(section: string, all: readonly Card[]): Markup {
  const items = all.map(({ example, caption }, i) => {
    const name = example.name ?? `example ${i + 1}`;
    return html`<li>${example.picture && picture(example.picture, name, section)}${
      example.text !== undefined && html`<blockquote dir="auto">${shortened(example.text, MOST_CHARACTERS)}</blockquote>`
    }<p>${caption}</p>${example.name !== undefined && html`<p class="source">${example.name}</p>`}</li>\n`;
  });
  const wide = all.some(({ example }) => example.picture === undefined);
  return html`<ol class="cards${wide && ' wide-cards'}">
${items}</ol>`;
}

function picture(bytes: Uint8Array, name: string, section: string): Markup {
  const type =
    typeOf(bytes) ??
    fail('invalid-data', `Section \`${section}\`: the picture of ${name} is neither a JPEG nor a PNG file; give its bytes in one of these formats.`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return html`<img src="data:${type};base64,${text}" alt="${name}">`;
}

/** By the bytes that each format begins with. */
function typeOf(bytes: Uint8Array): string | undefined {
  const begins = (...first: number[]) => first.every((byte, i) => bytes[i] === byte);
  if (begins(0xff, 0xd8, 0xff)) return 'image/jpeg';
  return begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) ? 'image/png' : undefined;
}
