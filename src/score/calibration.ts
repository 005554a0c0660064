// Whether a model is as often right as it says: labels and probabilities `[N, classes]` come in, bins and their error leave. Called by evaluation and
// by the reliability diagram of reports.
import { fail } from '../core/errors.ts';
import { classAt, requireProbabilities } from './checks.ts';
import { argmaxRows } from './metrics.ts';

/** The predictions whose confidence, the probability of the predicted class, lies in `(low, high]`. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  /** Predictions in the bin, at least 1. */
  readonly count: number;
  /** Their mean confidence. */
  readonly confidence: number;
  /** Share of them that are right. */
  readonly accuracy: number;
}

/** How confidences are binned: into ranges of equal `width`, or of equal `mass`, which hold equally many predictions. */
export type Binning = 'width' | 'mass';

/**
 * The bins of a reliability diagram, from low to high confidence; those without predictions are left out. Of width: bin m of M is `((m - 1) / M, m / M]`
 * (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 2). Of mass: the upper edges are the confidences at rank `ceil(m N / M)`
 * (Nguyen and O'Connor, "Posterior calibration and exploratory analysis for natural language processing models", EMNLP 2015); equal confidences stay together.
 * @param bins number of bins M; default 15, as in Guo et al.
 * @throws GraftError `invalid-data` when a row does not hold probabilities or a label is not a class, `invalid-argument` for another number of bins.
 */
export function reliabilityBins(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
  bins = 15,
  binning: Binning = 'width',
): ReliabilityBin[] {
  if (!Number.isInteger(bins) || bins < 1) fail('invalid-argument', `\`bins\` (=${bins}) must be a whole number >= 1.`);
  requireProbabilities(labels, probabilities, classes);
  const predicted = argmaxRows(probabilities, classes);
  const confidences = Float64Array.from(predicted, (c, i) => probabilities[i * classes + c] as number);
  const edges = binning === 'width' ? Float64Array.from({ length: bins }, (_, m) => (m + 1) / bins) : ranks(confidences, bins);
  const start = binning === 'width' ? 0 : confidences.reduce((least, value) => Math.min(least, value));
  const [counts, sums, rights] = [new Int32Array(bins), new Float64Array(bins), new Int32Array(bins)];
  for (let i = 0; i < confidences.length; i++) {
    const bin = firstNotBelow(edges, confidences[i] as number);
    counts[bin] = (counts[bin] as number) + 1;
    sums[bin] = (sums[bin] as number) + (confidences[i] as number);
    if (predicted[i] === classAt(labels, i, classes, 'Label')) rights[bin] = (rights[bin] as number) + 1;
  }
  return Array.from(counts, (count, m) => ({
    low: m === 0 ? start : (edges[m - 1] as number),
    high: edges[m] as number,
    count,
    confidence: (sums[m] as number) / count,
    accuracy: (rights[m] as number) / count,
  })).filter(({ count }) => count > 0);
}

/**
 * Expected calibration error, `sum_m |B_m| / N * |accuracy(B_m) - confidence(B_m)|` over {@link reliabilityBins}: 0 is perfect, 1 sure and always wrong.
 * Guo et al. 2017, equation 3.
 *
 * It is biased upwards: chance alone parts accuracy from confidence by about `sqrt(p (1 - p) / |B_m|)` in each bin, so that a perfect model has an error
 * above 0, the more so with few examples and many bins (Roelofs et al., "Mitigating Bias in Calibration Error Estimation", AISTATS 2022). Compare models
 * on the same examples and bins; equal mass has the smaller bias.
 * @param bins number of bins M; default 15, as in the paper.
 * @throws GraftError as {@link reliabilityBins}.
 */
export function expectedCalibrationError(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
  bins = 15,
  binning: Binning = 'width',
): number {
  const gaps = reliabilityBins(labels, probabilities, classes, bins, binning).map((bin) => bin.count * Math.abs(bin.accuracy - bin.confidence));
  return gaps.reduce((sum, gap) => sum + gap, 0) / labels.length;
}

/** The confidences at rank `ceil(m N / M)`. */
function ranks(confidences: Float64Array, bins: number): Float64Array {
  const sorted = confidences.toSorted();
  return Float64Array.from({ length: bins }, (_, m) => sorted[Math.ceil(((m + 1) * sorted.length) / bins) - 1] as number);
}

/** The first edge that is not below `value`; the last one for a probability that rounding has put above 1. */
function firstNotBelow(edges: Float64Array, value: number): number {
  let [low, high] = [0, edges.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
