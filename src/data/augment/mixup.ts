// Two inputs averaged. Called by `mixedSource`.
import { defineOptions, type OptionsOf } from '../../core/options.ts';
import type { Stream } from '../../core/rng.ts';
import { betaShare } from './beta.ts';

/** Options of {@link mixup}. */
export const mixupOptions = defineOptions({
  alpha: {
    default: 0.2,
    range: { above: 0 },
    help: 'Shares are drawn from Beta(alpha, alpha): small ones mostly leave examples as they are, 1 makes all shares alike.',
  },
});

/** Resolved options of {@link mixup}. */
export type MixupOptions = OptionsOf<typeof mixupOptions>;

/**
 * Replaces `own` by `share * own + (1 - share) * other` (Zhang et al., "mixup: beyond empirical risk minimization", 2018, section 2).
 * @returns the share of `own`, which is also that of its label.
 */
export function mixup(own: Float32Array, other: Float32Array, { alpha }: MixupOptions, random: Stream): number {
  const share = betaShare(random, alpha);
  for (let i = 0; i < own.length; i++) own[i] = share * (own[i] as number) + (1 - share) * (other[i] as number);
  return share;
}
