// The options that several adapters have as strategies, written once.
import { targetsIn } from './targets.ts';

/** Layers to adapt, as one text. */
export const targetRecord = {
  default: '',
  help: 'Layers to adapt, by names or patterns apart by commas, such as `query,value`; empty for those that the method takes by itself.',
} as const;

/** Of LoRA and DoRA. */
export const lowRankRecords = {
  rank: {
    default: 8,
    range: { min: 1 },
    integer: true,
    help: 'Rank of the change of each weight; by default less where no layer’s can have so much.',
  },
  alpha: { default: 16, range: { above: 0 }, help: 'The change is multiplied by alpha / rank.' },
  dropout: { default: 0, range: { min: 0, below: 1 }, help: 'Rate of dropout on what the adapter reads.' },
  targets: targetRecord,
  seed: { default: 0, range: { min: 0 }, integer: true, help: 'Seed of the adapter’s first values.' },
} as const;

/** What a strategy gives to its function: a rank that nobody chose is left to that. */
export function lowRankGiven<T extends { readonly rank: number; readonly targets: string }>({ rank, targets, ...others }: T) {
  return { ...others, ...(rank !== lowRankRecords.rank.default && { rank }), targets: targetsIn(targets) };
}
