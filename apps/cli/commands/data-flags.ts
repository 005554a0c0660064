// The flags that say how data is read: the records of `openData`, the rare ones only in the long help. Called by the commands that read data.
import { dataOptions } from 'graft-ml/options';
import type { FlagRecords } from '../command-words.ts';

const {
  format,
  label,
  text,
  image,
  ignore,
  types,
  task,
  labelSeparator,
  group,
  timeColumn,
  validation,
  test,
  onDamaged,
  maxDamaged,
  duplicates,
  seed,
} = dataOptions;

/** In the order of the help. */
export const dataFlags = {
  label: { ...label, placeholder: 'column' },
  text: { ...text, placeholder: 'column', more: true },
  task: { ...task, more: true },
  group: { ...group, placeholder: 'column', more: true },
  timeColumn: { ...timeColumn, placeholder: 'column', more: true },
  test: { ...test, placeholder: 'path', path: true },
  validation: { ...validation, placeholder: 'path', path: true, more: true },
  image: { ...image, placeholder: 'column', more: true },
  ignore: { ...ignore, placeholder: 'columns', more: true },
  types: { ...types, placeholder: 'column=type', more: true },
  labelSeparator: { ...labelSeparator, more: true },
  format: { ...format, placeholder: 'name', more: true },
  formatOption: { default: '', list: true, placeholder: 'name=value', more: true, help: 'An option of the format, such as delimiter=semicolon.' },
  onDamaged: { ...onDamaged, more: true },
  maxDamaged: { ...maxDamaged, more: true },
  duplicates: { ...duplicates, more: true },
  seed: { ...seed, more: true },
} as const satisfies FlagRecords;
