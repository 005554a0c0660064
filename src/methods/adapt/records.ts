// The options that several adapters have as strategies, written once.
import type { OptionsOf } from '../../core/options.ts';
import { DEFAULT_RANK, type LowRankOptions } from './low-rank.ts';
import { type Targets, targetsIn } from './targets.ts';

/** Layers to adapt, as one text. */
export const targetRecord = {
  default: '',
  example: 'query,value',
  help: 'Layers to adapt, by names or patterns apart by commas, such as `query,value`; empty for those that the method takes by itself.',
} as const;

/** Of LoRA and DoRA. */
export const lowRankRecords = {
  rank: {
    default: 0,
    range: { min: 0 },
    integer: true,
    help: `Rank of the change of each weight; 0: ${DEFAULT_RANK}, or the highest that some layer’s change can have.`,
  },
  alpha: { default: 0, range: { min: 0 }, help: 'The change is multiplied by alpha / rank; 0: twice the rank.' },
  dropout: { default: 0, range: { min: 0, below: 1 }, help: 'Rate of dropout on what the adapter reads.' },
  targets: targetRecord,
  seed: { default: 0, range: { min: 0 }, integer: true, help: 'Seed of the adapter’s first values.' },
} as const;

/** The targets of a strategy as its function takes them: left out where nobody named any. */
export function givenTargets(text: string): { readonly targets?: Targets } {
  const targets = targetsIn(text);
  return targets ? { targets } : {};
}

/** What a strategy gives to its function, which knows what stands for an option that nobody chose. */
export function lowRankGiven({ rank, alpha, targets, ...others }: OptionsOf<typeof lowRankRecords>): LowRankOptions {
  return { ...others, ...(rank > 0 && { rank }), ...(alpha > 0 && { alpha }), ...givenTargets(targets) };
}
