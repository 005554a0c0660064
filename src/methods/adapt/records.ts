// The options that several adapters have as strategies, written once.

/** Layers to adapt, as one text. */
export const targetRecord = {
  default: '',
  help: 'Layers to adapt, by names or patterns apart by commas, such as `query,value`; empty for those that the method takes by itself.',
} as const;

/** Of LoRA and DoRA. */
export const lowRankRecords = {
  rank: { default: 8, range: { min: 1 }, integer: true, help: 'Rank of the change of each weight.' },
  alpha: { default: 16, range: { above: 0 }, help: 'The change is multiplied by alpha / rank.' },
  dropout: { default: 0, range: { min: 0, below: 1 }, help: 'Rate of dropout on what the adapter reads.' },
  targets: targetRecord,
  seed: { default: 0, range: { min: 0 }, integer: true, help: 'Seed of the adapter’s first values.' },
} as const;
