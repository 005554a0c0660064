// Section `options`: everything that was set, so that the run can be repeated. Called by the page.
import { htmlTable } from '../html-table.ts';
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';

/** Options, seeds and versions by name; records within records are shown as `optimiser.settings.lr`. */
export interface OptionsSection extends SectionHead {
  readonly kind: 'options';
  readonly options: OptionValues;
}

/** Options as JSON has them. */
export interface OptionValues {
  readonly [name: string]: OptionValue;
}

/** One option's value, or a list or record of such. */
export type OptionValue = string | number | boolean | null | undefined | readonly OptionValue[] | OptionValues;

/** A table of names and values; what is `undefined` is left out. */
export function options({ title, options: values }: OptionsSection): Markup {
  const rows = flattened(values, '');
  if (rows.length === 0) return html`<p class="empty">Nothing was set.</p>`;
  return htmlTable({ caption: title, hideCaption: true, columns: [{ label: 'Option' }, { label: 'Value' }], rows });
}

function flattened(values: OptionValues, prefix: string): (readonly [name: string, value: string])[] {
  return Object.entries(values).flatMap(([name, value]): (readonly [string, string])[] => {
    if (value === undefined) return [];
    if (isRecord(value)) return Object.keys(value).length === 0 ? [[prefix + name, '{}']] : flattened(value, `${prefix}${name}.`);
    return [[prefix + name, typeof value === 'string' ? value : Array.isArray(value) ? listed(value) : String(value)]];
  });
}

function listed(values: readonly OptionValue[]): string {
  return values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join(', ');
}

function isRecord(value: OptionValue): value is OptionValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
