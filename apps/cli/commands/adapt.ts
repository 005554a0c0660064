// `graft adapt`: its words.
import { adaptOptions } from 'graft-ml/options';
import { defineCommand } from '../command.ts';
import { dataFlags } from './data-flags.ts';

const { method, methodOptions, train, preset, time, epochs, backbone, seed, threads } = adaptOptions;

export const adapt = defineCommand({
  name: 'adapt',
  summary: 'A model for data without labels, from data with them',
  args: [{ name: 'source', help: 'Data with labels, as `graft fit` reads it; several are learnt from together.', many: true }],
  flags: {
    target: { default: '', path: true, placeholder: 'path', help: 'Data without labels, to be good on.' },
    targetLabels: { default: '', path: true, placeholder: 'path', help: 'Table of a few labels: row or id, label.' },
    method: { ...method, placeholder: 'name' },
    methodOptions: { ...methodOptions, placeholder: 'name=value', more: true },
    train: { ...train, more: true },
    preset,
    time: { ...time, placeholder: 'minutes' },
    scoreLabels: { default: false, help: "At the end read the target's labels, to score." },
    label: { ...dataFlags.label, more: true },
    text: { ...dataFlags.text },
    image: dataFlags.image,
    ignore: dataFlags.ignore,
    types: dataFlags.types,
    format: dataFlags.format,
    formatOption: dataFlags.formatOption,
    onDamaged: dataFlags.onDamaged,
    maxDamaged: dataFlags.maxDamaged,
    epochs: { ...epochs, more: true },
    backbone: { ...backbone, placeholder: 'name', more: true },
    seed: { ...seed, more: true },
    threads: { ...threads, more: true },
    runs: { default: 'runs', path: true, placeholder: 'folder', more: true, help: 'Folder that the folder of the run is made in.' },
  },
  examples: [
    { line: 'graft adapt amazon/ --target webcam/', does: 'tries methods, chooses without labels, reports' },
    { line: 'graft adapt a/ b/ --target c/ --score-labels', does: 'from two sources; says what it is worth' },
    { line: 'graft adapt a/ --target c/ --target-labels few.csv', does: 'learns from a few labels of the target too' },
  ],
  run: async ({ args, flags }, context) => (await import('../adapt/adapt.ts')).adaptPaths(args, flags, context),
});
