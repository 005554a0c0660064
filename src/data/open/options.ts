// The options of `openData`, as records: the command line's flags and the docs come from them too.
import { defineOptions, type OptionsOf } from '../../core/options.ts';

/** Kinds of tasks; `auto` chooses by what the labels look like. */
export const TASKS = ['auto', 'classification', 'multi-label', 'regression'] as const;

/** Their records. */
export const dataOptions = defineOptions({
  format: { default: 'auto', help: 'Format of the file, where its name and beginning do not tell.' },
  label: { default: '', help: 'Column to predict; several, with commas between, are several labels or targets.' },
  text: { default: '', help: 'Column that holds the texts; two, with a comma between, are pairs.' },
  image: { default: '', help: 'Column that holds the paths of pictures.' },
  ignore: { default: '', help: 'Columns to leave out, with commas between.' },
  types: { default: '', help: 'What columns are, where that is not found out: `zip=category,sold=day-first`; or number, date, month-first, text.' },
  task: { default: 'auto', values: TASKS, help: 'What kind of prediction it is; auto goes by what the labels look like.' },
  labelSeparator: { default: '', help: 'What stands between the labels of a row, where one text holds several.' },
  group: { default: '', help: 'Column whose equal values must not be torn apart, such as a patient.' },
  timeColumn: { default: '', help: 'Column of dates or numbers to divide by: the newest rows are for testing.' },
  validation: { default: '', help: 'File or folder to choose by; otherwise a share of what is to learn from.' },
  test: { default: '', help: 'File or folder for the one test at the end; otherwise a share of the data.' },
  onDamaged: { default: 'fail', values: ['fail', 'skip'], help: 'What to do about rows and files that cannot be read.' },
  maxDamaged: { default: 0.05, range: { min: 0, max: 1 }, help: 'Largest share of damaged rows that is passed over.' },
  duplicates: { default: 'near', values: ['near', 'exact', 'off'], help: 'Which copies are looked for, so that none lies in two parts.' },
  seed: { default: 0, integer: true, range: { min: 0 }, help: 'Seed of the division into parts.' },
});

/** All of them. */
export type DataOptions = OptionsOf<typeof dataOptions>;
