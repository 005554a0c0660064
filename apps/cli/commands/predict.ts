// `graft predict`: its words.
import { defineCommand } from '../command.ts';
import { dataFlags } from './data-flags.ts';

export const predict = defineCommand({
  name: 'predict',
  summary: "A model's answers for new pictures, texts or rows",
  args: [
    { name: 'model', help: "The folder of a model, such as runs/photos-1/model, or a run's." },
    { name: 'inputs', help: 'Pictures, folders of them, or files of texts or rows.', many: true },
  ],
  flags: {
    out: { default: '', short: 'o', path: true, placeholder: 'file', help: 'CSV file, or pipe, to write; otherwise the answers are printed.' },
    all: { default: false, help: 'The probability of every class, not of the likeliest alone.' },
    text: dataFlags.text,
    image: dataFlags.image,
    format: dataFlags.format,
    formatOption: dataFlags.formatOption,
    onDamaged: dataFlags.onDamaged,
    maxDamaged: dataFlags.maxDamaged,
  },
  examples: [
    { line: 'graft predict runs/photos-1/model new/*.jpg', does: 'a line for each' },
    { line: 'graft predict runs/reviews-1 new.csv --out predictions.csv', does: 'a file' },
  ],
  run: async ({ args: [model = '', ...inputs], flags }, context) =>
    (await import('../predict/predict.ts')).predictFiles(model, inputs, flags, context),
});
