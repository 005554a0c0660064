// Losses at rising learning rates -> the rate to train with, where they show one. Called by the range test.

/** What a range test saw, and the rate to train with. */
export interface RateRange {
  /** Learning rate of each update, rising. */
  readonly rates: readonly number[];
  /** Loss of its batch. */
  readonly losses: readonly number[];
  /** Their moving mean. */
  readonly smoothed: readonly number[];
  readonly rate: number;
  /** Why this rate, in words. */
  readonly says: string;
}

/** Weight of what came before in the moving mean: of some forty batches that differ, fastai's 0.98 would leave one flat line. */
const MEMORY = 0.8;
/** Fewer losses show no valley. */
const LEAST_POINTS = 10;
/** A descent by less than this share of the first loss may be the batches' own difference. */
const LEAST_DESCENT = 0.02;

/** Moving mean of losses, without the pull of its beginning at 0: `m_i / (1 - beta^i)`, `m_i = beta m_(i-1) + (1 - beta) x_i`. */
export function smoothedLosses(losses: readonly number[]): number[] {
  let mean = 0;
  return losses.map((loss, i) => {
    mean = MEMORY * mean + (1 - MEMORY) * loss;
    return mean / (1 - MEMORY ** (i + 1));
  });
}

/**
 * The rate in the middle of the longest descent: of the longest subsequence of falling losses, with length L and its end at e, that at
 * `e - L + floor(L / 3) + floor(L / 6)`. It is the rule `valley` of fastai's learning-rate finder, for the range test of Smith, "Cyclical Learning Rates for
 * Training Neural Networks" (2017), section 3.3.
 * @param losses smoothed, one for each of the rising `rates`.
 * @returns nothing where they are few or do not fall.
 */
export function valleyRate(rates: readonly number[], losses: readonly number[]): number | undefined {
  if (losses.length < LEAST_POINTS) return undefined;
  const lengths: number[] = [];
  let end = 0;
  losses.forEach((loss, i) => {
    const before = lengths.filter((_, j) => (losses[j] as number) > loss);
    lengths.push(1 + Math.max(0, ...before));
    if ((lengths[i] as number) > (lengths[end] as number)) end = i;
  });
  const first = losses[0] as number;
  if (first - (losses[end] as number) < LEAST_DESCENT * Math.abs(first)) return undefined;
  const length = lengths[end] as number;
  return rates[Math.max(0, end - length + Math.floor(length / 3) + Math.floor(length / 6))];
}
