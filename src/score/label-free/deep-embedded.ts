// The importance-weighted risk of a model with the chance in its weights taken off: losses and density ratios in, a risk out. Called where an adapted model is
// judged.
import { importanceWeightedRisk, requireRatios } from './importance-weighted.ts';

/**
 * `mean(w l) + η (mean(w) - 1)` with `η = -cov(w l, w) / var(w)`: density ratios are 1 on average, and what theirs are off by here tells what the risk is off by.
 * DEV, You et al. 2019, Towards accurate model selection in deep unsupervised domain adaptation (ICML), algorithm 1. The paper finds the ratios anew in each
 * model's own features; for models on the same features they are the same.
 * @param losses of rows of the source whose labels the model has not seen, `[N]`.
 * @param ratios their density ratios, `[N]`; where all are the same, the risk is the weighted one.
 */
export function deepEmbeddedRisk(losses: ArrayLike<number>, ratios: ArrayLike<number>): number {
  requireRatios(losses, ratios);
  const length = losses.length;
  const risk = importanceWeightedRisk(losses, ratios);
  let mean = 0;
  for (let i = 0; i < length; i++) mean += (ratios[i] as number) / length;
  let [together, own] = [0, 0];
  for (let i = 0; i < length; i++) {
    const ratio = ratios[i] as number;
    together += ((losses[i] as number) * ratio - risk) * (ratio - mean);
    own += (ratio - mean) ** 2;
  }
  return own === 0 ? risk : risk - (together / own) * (mean - 1);
}
