// The flags of reading data -> what `openData` takes. Called by the commands that read data.
import { GraftError } from 'graft-ml';
import { dataOptions } from 'graft-ml/options';

/** Values of flags by name. */
export type Flags = Readonly<Record<string, unknown>>;

/** The options among flags that `openData` has. */
export function dataOptionsIn(flags: Flags): Record<string, never> {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => Object.hasOwn(dataOptions, name))) as Record<string, never>;
}

/**
 * `name=value` pairs as the options of a format: numbers and true or false as such.
 * @throws GraftError `invalid-argument` for one without `=`.
 */
export function formatOptionsIn({ formatOption = [] }: { readonly formatOption?: unknown }): Record<string, number | boolean | string> {
  return Object.fromEntries(
    (formatOption as readonly string[]).map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new GraftError('invalid-argument', `\`--format-option\` (="${pair}") must be name=value, such as delimiter=semicolon.`);
      return [pair.slice(0, at), plainValue(pair.slice(at + 1))];
    }),
  );
}

function plainValue(text: string): number | boolean | string {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
