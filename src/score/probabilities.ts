// How good predicted probabilities are: labels and probabilities `[N, classes]` come in, numbers leave. Called by evaluation and reports.
import { fail } from '../core/errors.ts';
import { classAt, requirePairs, rowsOf } from './checks.ts';
import { argmaxRows } from './metrics.ts';

/**
 * Probabilities `exp(x_c) / sum exp(x)` from each row of logits `[N, classes]`, computed in float64.
 * @throws GraftError `not-finite` when a logit is NaN or infinite.
 */
export function softmaxRows(logits: ArrayLike<number>, classes: number): Float64Array {
  const out = Float64Array.from(logits);
  for (let row = 0; row < rowsOf(logits, classes); row++) {
    const values = out.subarray(row * classes, (row + 1) * classes);
    const wrong = values.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) fail('not-finite', `A logit of example ${row} is ${wrong}; the model has diverged or its input is damaged.`);
    const highest = values.reduce((most, value) => Math.max(most, value));
    const sum = values.reduce((total, value) => total + Math.exp(value - highest), 0);
    values.forEach((value, c) => {
      values[c] = Math.exp(value - highest) / sum;
    });
  }
  return out;
}

/**
 * Mean of `-ln p[label]` in nats; probabilities below 2^-52 count as 2^-52.
 * @throws GraftError `invalid-data` when a row does not hold probabilities.
 */
export function logLoss(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): number {
  requireProbabilities(labels, probabilities, classes);
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const p = probabilities[i * classes + classAt(labels, i, classes, 'Label')] as number;
    sum -= Math.log(Math.max(p, Number.EPSILON));
  }
  return sum / labels.length;
}

/**
 * Expected calibration error, `sum_m |B_m| / N * |accuracy(B_m) - confidence(B_m)|` over bins of equal width, where bin m of M holds the predictions
 * whose probability lies in `((m - 1) / M, m / M]`. Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017), equation 3.
 * @param bins number of bins M; default 15, as in the paper.
 * @throws GraftError `invalid-data` when a row does not hold probabilities.
 */
export function expectedCalibrationError(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number, bins = 15): number {
  if (!Number.isInteger(bins) || bins < 1) fail('invalid-argument', `\`bins\` (=${bins}) must be a whole number >= 1.`);
  requireProbabilities(labels, probabilities, classes);
  const gaps = new Float64Array(bins);
  argmaxRows(probabilities, classes).forEach((predicted, i) => {
    const confidence = probabilities[i * classes + predicted] as number;
    const bin = Math.min(bins, Math.max(1, Math.ceil(confidence * bins))) - 1;
    const right = predicted === classAt(labels, i, classes, 'Label') ? 1 : 0;
    gaps[bin] = (gaps[bin] as number) + right - confidence;
  });
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / labels.length;
}

/** Rounding in float32 leaves sums a little off 1; logits passed by mistake are far off. */
const SUM_TOLERANCE = 1e-3;

function requireProbabilities(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): void {
  const rows = rowsOf(probabilities, classes);
  requirePairs(labels, { length: rows }, 'rows of probabilities');
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const p = probabilities[row * classes + c] as number;
      if (!(p >= 0 && p <= 1 + SUM_TOLERANCE)) {
        fail(
          'invalid-data',
          `Probability ${p} of example ${row} for class ${c} is outside 0..1; turn logits into probabilities with \`softmaxRows\`.`,
        );
      }
      sum += p;
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) {
      fail('invalid-data', `The probabilities of example ${row} sum to ${sum}, not to 1; turn logits into probabilities with \`softmaxRows\`.`);
    }
  }
}
