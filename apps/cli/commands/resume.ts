// `graft resume`: its words.
import { defineCommand } from '../command.ts';

export const resume = defineCommand({
  name: 'resume',
  summary: 'Goes on with a run that was stopped',
  args: [{ name: 'run', help: 'Its folder, such as runs/photos-1.' }],
  flags: {},
  examples: [{ line: 'graft resume runs/photos-1', does: 'from its last checkpoint' }],
  run: async ({ args }, context) => (await import('../fit/fit.ts')).resumeRun(args[0] as string, context),
});
