// What a model's losses on rows of the source say of its risk on the target, each row weighted by how much likelier it is there: losses and density ratios in, a
// risk out. The labels are the source's. Called where an adapted model is judged.
import { fail } from '../../core/errors.ts';

/**
 * `p(x | target) / p(x | source)` of rows by the logarithm of the odds that a model of the two domains gives them: `n_source / n_target exp(odds)`, by Bayes' rule
 * (Bickel, Brückner & Scheffer 2007, Discriminative learning for differing training and test distributions).
 * @param odds logarithm of `p(target | x) / p(source | x)`, `[N]`, by a model that has not seen the row.
 * @param source rows of the source that the model of the domains learnt from.
 * @param target likewise of the target.
 */
export function densityRatios(odds: Float64Array, source: number, target: number): Float64Array {
  return odds.map((value) => (source / target) * Math.exp(value));
}

/**
 * The mean of `w l`: without bias the risk on the target, where the domains differ in how frequent rows are and not in what they mean. Sugiyama, Krauledat & Müller
 * 2007, Covariate shift adaptation by importance weighted cross validation (JMLR 8), with one fold. Where the domains hardly overlap, few rows decide.
 * @param losses of rows whose labels the model has not seen, `[N]`.
 * @param ratios their density ratios, `[N]`.
 */
export function importanceWeightedRisk(losses: ArrayLike<number>, ratios: ArrayLike<number>): number {
  requireRatios(losses, ratios);
  let sum = 0;
  for (let i = 0; i < losses.length; i++) sum += (losses[i] as number) * (ratios[i] as number);
  return sum / losses.length;
}

/** @throws GraftError `invalid-data` when there are no losses, `invalid-shape` when there is not one ratio for each. */
export function requireRatios(losses: ArrayLike<number>, ratios: ArrayLike<number>): void {
  if (losses.length === 0) fail('invalid-data', 'There is nothing to weigh: the losses are empty.');
  if (losses.length !== ratios.length)
    fail('invalid-shape', `There are ${losses.length} losses but ${ratios.length} density ratios; give one for each loss.`);
}
