// How good predicted probabilities are: labels and probabilities `[N, classes]` come in, numbers leave. Called by evaluation and reports.
import { fail } from '../core/errors.ts';
import { classAt, requireFinite, requireProbabilities, rowsOf } from './checks.ts';

/**
 * Probabilities `exp(x_c / T) / sum exp(x / T)` from each row of logits `[N, classes]`, computed in float64; however large the logits, none overflows.
 * @param temperature T > 0, default 1; see `fitTemperature`.
 * @throws GraftError `not-finite` when a logit is NaN or infinite, `invalid-argument` when `temperature` is not above 0.
 */
export function softmaxRows(logits: ArrayLike<number>, classes: number, temperature = 1): Float64Array {
  requireTemperature(temperature);
  const rows = rowsOf(logits, classes);
  requireFinite(logits, classes, 'logit');
  const out = Float64Array.from(logits);
  for (let row = 0; row < rows; row++) {
    const values = out.subarray(row * classes, (row + 1) * classes);
    const highest = values.reduce((most, value) => Math.max(most, value));
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += values[c] = Math.exp(((values[c] as number) - highest) / temperature);
    for (let c = 0; c < classes; c++) values[c] = (values[c] as number) / sum;
  }
  return out;
}

/**
 * Makes sure that logits can be divided by it.
 * @throws GraftError `invalid-argument` when it is not a finite number above 0.
 */
export function requireTemperature(temperature: number): void {
  if (!(temperature > 0 && Number.isFinite(temperature)))
    fail('invalid-argument', `\`temperature\` (=${temperature}) must be a finite number above 0.`);
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
 * Mean of `sum_c (p_c - [label = c])^2`, from 0 (sure and right) to 2 (sure and wrong). Brier, "Verification of Forecasts Expressed in Terms of
 * Probability" (1950), equation 2; with two classes twice what some libraries give.
 * @throws GraftError `invalid-data` when a row does not hold probabilities.
 */
export function brierScore(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): number {
  requireProbabilities(labels, probabilities, classes);
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = classAt(labels, i, classes, 'Label');
    for (let c = 0; c < classes; c++) sum += ((probabilities[i * classes + c] as number) - (c === label ? 1 : 0)) ** 2;
  }
  return sum / labels.length;
}
