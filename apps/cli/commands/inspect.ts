// `graft inspect`: its words.
import { defineCommand } from '../command.ts';

export const inspect = defineCommand({
  name: 'inspect',
  summary: 'What an ONNX model is made of and what of it can train',
  args: [{ name: 'model', help: 'An ONNX file, a run, the folder of a backbone, or the name of an installed one.' }],
  flags: {
    layers: { default: false, help: 'List every parameter with its shape, group by group.' },
  },
  examples: [
    { line: 'graft inspect model.onnx', does: 'inputs, groups, what trains, what does not and why' },
    { line: 'graft inspect model.onnx --layers', does: 'every parameter' },
    { line: 'graft inspect efficientnet-lite0 --json', does: 'an installed backbone, for a program' },
  ],
  run: async ({ args, flags }, context) => (await import('../inspect/inspect.ts')).inspectModel(args[0] as string, flags, context),
});
