// `graft export`: its words.
import { defineCommand } from '../command.ts';

export const exporting = defineCommand({
  name: 'export',
  summary: "A run's model in a smaller file, with what it costs in accuracy",
  args: [{ name: 'run', help: 'Its folder, such as runs/photos-1.' }],
  flags: {
    int8: { default: false, help: 'Weights in 8 bits: about a quarter of the size.' },
    fp16: { default: false, help: 'Weights in 16 bits: half of the size.' },
    out: { default: '', short: 'o', path: true, placeholder: 'folder', help: 'Folder to write; otherwise model-int8 or model-fp16 in the run.' },
  },
  examples: [{ line: 'graft export runs/photos-1 --int8', does: 'and how good it then is' }],
  run: async ({ args, flags }, context) => (await import('../export/export.ts')).exportModel(args[0] as string, flags, context),
});
