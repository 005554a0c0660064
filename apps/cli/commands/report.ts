// `graft report`: its words.
import { defineCommand } from '../command.ts';

export const report = defineCommand({
  name: 'report',
  summary: 'One report over several runs',
  args: [{ name: 'runs', help: 'Folders of runs, two or more.', many: true }],
  flags: { out: { default: 'report.html', short: 'o', path: true, placeholder: 'file', help: 'The page to write.' } },
  examples: [{ line: 'graft report runs/photos-1 runs/photos-2', does: 'report.html' }],
  run: async ({ args, flags }, context) => (await import('../compare/report.ts')).report(args, flags.out, context),
});
