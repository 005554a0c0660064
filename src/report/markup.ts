// HTML and SVG as values that cannot be mistaken for text: a template and values come in, escaped markup leaves. Called by all that writes the report.

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Markup that is safe to put into a page; made by {@link html} only. */
export class Markup {
  readonly #text: string;

  constructor(strings: readonly string[], values: readonly Content[]) {
    this.#text = strings.map((text, i) => (i === 0 ? text : escaped(values[i - 1]) + text)).join('');
  }

  toString(): string {
    return this.#text;
  }
}

/** What a template takes: text and numbers are escaped, markup is kept, `undefined` and `false` leave nothing. */
export type Content = Markup | string | number | undefined | false | readonly Content[];

/** A template of markup whose values are escaped, in text and in quoted attributes: `` html`<p title="${a}">${b}</p>` ``. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(strings, values);
}

function escaped(content: Content): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Markup) return content.toString();
  if (typeof content === 'object') return content.map(escaped).join('');
  return String(content).replace(/[&<>"']/g, (character) => ESCAPES[character] as string);
}
