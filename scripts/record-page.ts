// A record of a strategy or a method -> its section of a page: what it does, its paper, its options. Called by what writes the pages.
import type { OptionRecord, OptionRecords } from '../src/index.ts';

/** What a page says of a strategy or a method. */
export interface Described {
  readonly name: string;
  readonly about: string;
  readonly paper: string;
  readonly options: OptionRecords;
}

/** @param level of the heading. @param more lines behind the paper. */
export function sectionOf({ name, about, paper, options }: Described, level = 2, more: readonly string[] = []): string {
  const rows = Object.entries(options).map(
    ([option, record]) =>
      `| \`${option}\` | \`${shown(record.default)}\`${record.unit ? ` ${record.unit}` : ''} | ${valuesOf(record)} | ${record.help} |`,
  );
  const table = rows.length === 0 ? ['It has no options.'] : ['| option | default | values | |', '| --- | --- | --- | --- |', ...rows];
  const heading = `${'#'.repeat(level)} ${name}`;
  return [heading, '', `${about[0]?.toUpperCase()}${about.slice(1)}. ${paper}.`, '', ...more, ...table, ''].join('\n');
}

function shown(value: OptionRecord['default']): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function valuesOf({ default: usual, values, range = {}, integer = false }: OptionRecord): string {
  if (values) return values.map((value) => `\`'${value}'\``).join(', ');
  if (typeof usual !== 'number') return typeof usual === 'string' ? 'text' : '`true`, `false`';
  const bounds = { 'at least': range.min, above: range.above, 'at most': range.max, below: range.below };
  const sides = Object.entries(bounds).flatMap(([words, bound]) => (bound === undefined ? [] : [`${words} ${bound}`]));
  return [...(integer ? ['whole'] : []), ...sides].join(', ');
}
