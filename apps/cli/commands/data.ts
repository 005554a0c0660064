// `graft data`: its words.
import { defineCommand } from '../command.ts';
import { dataFlags } from './data-flags.ts';

export const data = defineCommand({
  name: 'data',
  summary: 'What is in a data set: counts, copies, leaks, damaged files',
  args: [{ name: 'data', help: 'A folder or file, as for fit.' }],
  // To be told of all that is damaged, not to stop at the first.
  flags: { ...dataFlags, onDamaged: { ...dataFlags.onDamaged, default: 'skip' }, maxDamaged: { ...dataFlags.maxDamaged, default: 1 } },
  examples: [
    { line: 'graft data photos/', does: 'classes, parts, copies' },
    { line: 'graft data reviews.csv --label stars --json', does: 'for a program' },
  ],
  run: async ({ args, flags }, context) => (await import('../data/data.ts')).describeData(args[0] as string, flags, context),
});
