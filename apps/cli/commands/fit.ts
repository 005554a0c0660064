// `graft fit`: its words.
import { fitDataOptions } from 'graft-ml/options';
import { defineCommand } from '../command.ts';
import { dataFlags } from './data-flags.ts';

const { preset, time, epochs, backbone, rate, threads } = fitDataOptions;

export const fit = defineCommand({
  name: 'fit',
  summary: 'The best model for your pictures, texts or table, with a report',
  args: [{ name: 'data', help: 'A folder of pictures, in class subfolders or with a labels.csv; a CSV, Parquet, JSON or other file.' }],
  flags: {
    preset,
    time: { ...time, placeholder: 'minutes' },
    from: { default: '', path: true, placeholder: 'run', more: true, help: 'A run to go on from: its network learns on, with a new head.' },
    ...dataFlags,
    epochs: { ...epochs, more: true },
    backbone: { ...backbone, placeholder: 'name', more: true },
    rate: { ...rate, more: true },
    threads: { ...threads, more: true },
    tensorboard: { default: false, more: true, help: 'Write the log for TensorBoard too, into the folder of the run.' },
    runs: { default: 'runs', path: true, placeholder: 'folder', more: true, help: 'Folder that the folder of the run is made in.' },
  },
  examples: [
    { line: 'graft fit photos/', does: 'class subfolders, or train/ val/ test/ with such' },
    { line: 'graft fit reviews.csv --label stars', does: 'the column of texts is found' },
    { line: 'graft fit more-photos/ --from runs/photos-1', does: 'goes on, also with a new class' },
  ],
  run: async ({ args, flags }, context) => (await import('../fit/fit.ts')).fitPath(args[0] as string, flags, context),
});
