// `graft compare`: its words.
import { defineCommand } from '../command.ts';

export const compare = defineCommand({
  name: 'compare',
  summary: 'Runs side by side, and whether the best is truly better',
  args: [{ name: 'runs', help: 'Folders of runs, two or more.', many: true }],
  flags: {},
  examples: [{ line: 'graft compare runs/photos-1 runs/photos-2', does: 'a leaderboard with a paired test' }],
  run: async ({ args }, context) => (await import('../compare/compare.ts')).compare(args, context),
});
