// Inputs unlike anything seen: logits or features come in, how familiar each input looks and the threshold below which it is flagged leave. Called after
// training, on validation examples, and at prediction. An input is flagged when its familiarity is below the threshold.
import { fail } from '../core/errors.ts';
import { requireFinite, rowsOf } from './checks.ts';
import { type Interval, wilsonInterval } from './interval.ts';
import type { FeatureIndex } from './nearest-features.ts';
import { requireTemperature, softmaxRows } from './probabilities.ts';

/**
 * Familiarity by the highest probability of each row. Hendrycks and Gimpel, "A Baseline for Detecting Misclassified and Out-of-Distribution Examples in
 * Neural Networks" (ICLR 2017), section 2.
 * @param logits `[N, classes]`.
 * @returns `[N]`, in 1 / classes .. 1.
 * @throws GraftError `invalid-shape` when the logits are not whole rows, `not-finite` when one is not finite, `invalid-argument` for a temperature not above 0.
 */
export function highestProbabilities(logits: ArrayLike<number>, classes: number, temperature = 1): Float64Array {
  const probabilities = softmaxRows(logits, classes, temperature);
  return eachRow(probabilities, classes, (row) => row.reduce((most, p) => Math.max(most, p)));
}

/**
 * Familiarity by the negative energy, `T ln sum_c exp(x_c / T)`. Liu et al., "Energy-based Out-of-distribution Detection" (NeurIPS 2020), equation 4 with the
 * sign turned, as their detector does. Unlike probabilities it tells inputs apart of which the model is equally sure.
 * @param logits `[N, classes]`.
 * @returns `[N]`, in the unit of the logits.
 * @throws GraftError as {@link highestProbabilities}.
 */
export function negativeEnergies(logits: ArrayLike<number>, classes: number, temperature = 1): Float64Array {
  requireTemperature(temperature);
  rowsOf(logits, classes);
  requireFinite(logits, classes, 'logit');
  return eachRow(Float64Array.from(logits), classes, (row) => {
    const highest = row.reduce((most, logit) => Math.max(most, logit));
    return highest + temperature * Math.log(row.reduce((sum, logit) => sum + Math.exp((logit - highest) / temperature), 0));
  });
}

/**
 * Familiarity by the distance to the k-th nearest training example, with the sign turned. Sun et al., "Out-of-Distribution Detection with Deep Nearest
 * Neighbors" (ICML 2022), algorithm 1; their k is 50 for CIFAR-10 and grows with the number of training examples.
 * @param features `[N, width]`, of the layer before the classifier.
 * @param k default 10, or all training examples where there are fewer.
 * @returns `[N]`, in -2..0.
 * @throws GraftError as `FeatureIndex.distances`.
 */
export function nearness(index: FeatureIndex, features: Float32Array, k?: number): Float64Array {
  return index.distances(features, k).map((distance) => -distance);
}

/** The mean row of each class. @param features `[N, width]`; `labels` `[N]`. @returns `[classes][width]`, nothing for a class without rows. */
export function classMeans(features: Float32Array, labels: ArrayLike<number>, classes: number): (number[] | undefined)[] {
  const width = features.length / labels.length;
  const sums = Array.from({ length: classes }, () => ({ count: 0, values: new Float64Array(width) }));
  for (let row = 0; row < labels.length; row++) {
    const sum = sums[labels[row] as number] as (typeof sums)[number];
    sum.count++;
    for (let i = 0; i < width; i++) sum.values[i] = (sum.values[i] as number) + (features[row * width + i] as number);
  }
  // Six digits, which JSON holds in little room.
  return sums.map(({ count, values }) => (count === 0 ? undefined : Array.from(values, (value) => Number((value / count).toPrecision(6)))));
}

/**
 * Familiarity by the distance to the nearest class mean: minus the mean square of the differences from it. Lee et al., "A Simple Unified Framework for Detecting
 * Out-of-Distribution Samples and Adversarial Attacks" (NeurIPS 2018), equation 2, with a covariance of 1 in each direction: features are to be standardised.
 * @param features `[N, width]`.
 * @param means `[classes][width]`.
 * @returns `[N]`, 0 or less.
 * @throws GraftError `invalid-shape` when the features are not whole rows, `not-finite` when one is not finite.
 */
export function nearnessToMeans(features: Float32Array, means: readonly (readonly number[])[]): Float64Array {
  return eachRow(distancesToMeans(features, means), means.length, (row) => -Math.min(...row));
}

/** The distances behind {@link nearnessToMeans}, `[N, classes]`. @throws GraftError as it does. */
export function distancesToMeans(features: Float32Array, means: readonly (readonly number[])[]): Float64Array {
  const width = means[0]?.length ?? fail('invalid-data', 'There is no class mean to compare with.');
  const rows = rowsOf(features, width, 'features');
  requireFinite(features, width, 'feature');
  return Float64Array.from({ length: rows * means.length }, (_, at) => {
    const [mean, start] = [means[at % means.length] as readonly number[], Math.floor(at / means.length) * width];
    return mean.reduce((sum, value, i) => sum + ((features[start + i] as number) - value) ** 2, 0) / width;
  });
}

/**
 * The threshold of familiarity below which at most the stated share of known inputs is expected: the `floor(share (N + 1))`-th lowest of the validation
 * examples' numbers, below which a new example of the same kind falls with at most that probability, on average over validation sets. Bates et al.,
 * "Testing for Outliers with Conformal p-values" (Annals of Statistics, 2023), section 2.
 * @param familiarity `[N]`, of validation examples that were not trained on.
 * @param share of known inputs wrongly flagged, 0 <= share < 1; default 0.05.
 * @returns the lowest number there is, which flags nothing, where `share (N + 1)` is below 1: too few examples to promise so little.
 * @throws GraftError `invalid-data` for no examples, `not-finite` for a number that is not finite, `invalid-argument` for another share.
 */
export function unknownThreshold(familiarity: ArrayLike<number>, share = 0.05): number {
  if (!(share >= 0 && share < 1)) fail('invalid-argument', `\`share\` (=${share}) of known inputs wrongly flagged must be in [0, 1), such as 0.05.`);
  if (familiarity.length === 0) fail('invalid-data', 'A threshold is chosen on validation examples, but there are none.');
  requireFinite(familiarity, 1, 'familiarity');
  const rank = Math.floor(share * (familiarity.length + 1));
  const lowest = Float64Array.from(familiarity).sort()[rank - 1];
  // Not -Infinity, which JSON does not hold.
  return lowest ?? -Number.MAX_VALUE;
}

/**
 * The share of inputs that the threshold flags, with Wilson's interval: its error where all inputs are known, best measured on examples that did not choose
 * it; its success where none is.
 * @param familiarity `[N]`.
 * @throws GraftError `invalid-data` for no examples, `not-finite` for a number that is not finite, `invalid-argument` when `level` is not in (0, 1).
 */
export function shareFlagged(familiarity: ArrayLike<number>, threshold: number, level = 0.95): Interval {
  requireFinite(familiarity, 1, 'familiarity');
  let flagged = 0;
  for (let i = 0; i < familiarity.length; i++) if ((familiarity[i] as number) < threshold) flagged++;
  return wilsonInterval(flagged, familiarity.length, level);
}

function eachRow(values: Float64Array, classes: number, score: (row: Float64Array) => number): Float64Array {
  return Float64Array.from({ length: values.length / classes }, (_, row) => score(values.subarray(row * classes, (row + 1) * classes)));
}
