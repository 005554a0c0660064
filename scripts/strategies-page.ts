// The records of all strategies -> docs/strategies.md: what each trains, and its options. `npm run example -- scripts/strategies-page.ts` writes it anew; a test
// says when that is due.
import { writeFileSync } from 'node:fs';
import { strategies } from '../src/index.ts';
import { sectionOf } from './record-page.ts';

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
  return [INTRODUCTION, ...Object.values(strategies).map((strategy) => sectionOf(strategy))].join('\n');
}

if (process.argv[1] === import.meta.filename) writeFileSync(new URL('../docs/strategies.md', import.meta.url), strategiesPage());
