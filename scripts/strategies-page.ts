// The records of all strategies -> docs/strategies.md: what each trains, and its options. `npm run example -- scripts/strategies-page.ts` writes it anew; a test
// says when that is due.
import { writeFileSync } from 'node:fs';
import { type OptionRecord, type Strategy, strategies } from '../src/index.ts';

const INTRODUCTION = `# Strategies of transfer

Ways for a model that has a source's values to learn a target, and the options of each. Written by \`scripts/strategies-page.ts\` from their records.

\`\`\`ts
await finish(transfer(model, data, { strategy: 'lp-ft', options: { probe: 0.3 }, fit: { epochs: 20 } }));
\`\`\`

\`fit\` takes what \`fit\` takes, and \`epochs\` are those of all phases together. Whatever the strategy, the model has the form that it came with when it ends: adapters are worked into
its weights, and with \`adapter: 'path'\` saved alone too. \`lora\`, \`dora\`, \`ia3\` and \`bitfit\` are also functions that give an adapted model, for \`fit\`; they take these options
by the same names, \`targets\` and \`feedForward\` as lists, and left out where 0 or an empty text stands here. \`head2toe\`, a linear head on features of all layers, gives a model of its own and is no strategy.
`;

/** The page, as it should be. */
export function strategiesPage(): string {
  return [INTRODUCTION, ...Object.values(strategies).map((strategy) => section(strategy as unknown as Strategy))].join('\n');
}

function section({ name, about, paper, options }: Strategy): string {
  const rows = Object.entries(options).map(
    ([option, record]) =>
      `| \`${option}\` | \`${shown(record.default)}\`${record.unit ? ` ${record.unit}` : ''} | ${valuesOf(record)} | ${record.help} |`,
  );
  const table = rows.length === 0 ? ['It has no options.'] : ['| option | default | values | |', '| --- | --- | --- | --- |', ...rows];
  return [`## ${name}`, '', `${about[0]?.toUpperCase()}${about.slice(1)}. ${paper}.`, '', ...table, ''].join('\n');
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

if (process.argv[1] === import.meta.filename) writeFileSync(new URL('../docs/strategies.md', import.meta.url), strategiesPage());
