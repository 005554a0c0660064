// The option records of `openData` and `fit`, without what they are options of, and what checks values against records: `graft-ml/options` loads in no
// time, for command lines and forms.

export { type ErrorCode, GraftError } from './core/errors.ts';
export { suggest } from './core/nearest.ts';
export { type OptionRange, type OptionRecord, type OptionRecords, type OptionsOf, resolveOptions } from './core/options.ts';
export { type DataOptions, dataOptions } from './data/open/options.ts';
export { type AdaptOptions, adaptOptions } from './plan/adapt/adapt-options.ts';
export { type FitDataOptions, fitDataOptions } from './plan/fit-options.ts';
