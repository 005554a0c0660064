// `graft eval`: its words.
import { defineCommand } from '../command.ts';
import { dataFlags } from './data-flags.ts';

const { label, labelSeparator, text, image, task, group, format, formatOption, onDamaged, maxDamaged } = dataFlags;

export const evaluate = defineCommand({
  name: 'eval',
  summary: 'How good a model is on labelled data it has not seen',
  args: [
    { name: 'model', help: "The folder of a model, or a run's." },
    { name: 'data', help: 'Labelled data, as for fit.' },
  ],
  flags: { label, labelSeparator, text, image, task, group, format, formatOption, onDamaged, maxDamaged },
  examples: [{ line: 'graft eval runs/photos-1/model held-out/', does: 'accuracy with its interval, and by class' }],
  run: async ({ args: [model = '', place = ''], flags }, context) =>
    (await import('../predict/evaluate.ts')).evaluateModel(model, place, flags, context),
});
