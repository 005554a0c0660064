// Logits divided by one number, so that probabilities say how often the model is right: labels and logits of validation examples come in, the temperature
// leaves. Called after training; `softmaxRows` applies it.
import { classAt, requireFinite, requirePairs, rowsOf } from './checks.ts';
import { requireTemperature } from './probabilities.ts';

/** What {@link fitTemperature} found. */
export interface FittedTemperature {
  /** Divisor of the logits: above 1 for a model that was too sure, below 1 for one that was not sure enough. */
  readonly temperature: number;
  /** Log loss of the validation examples at temperature 1, in nats. */
  readonly lossBefore: number;
  /** The same at `temperature`; never above `lossBefore`. */
  readonly lossAfter: number;
}

/** Bounds of `largest gap between two logits of a row / T`: probabilities equal to three digits, and gaps of a millionth told apart. */
const LEAST = 2 ** -10;
const MOST = 2 ** 20;
const ROUNDS = 100;
const TOLERANCE = 1e-12;

/**
 * Temperature scaling: the T at which the log loss of `softmax(logits / T)` is least. The order of the classes stays, so no prediction changes.
 * Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017), equation 9. The loss is convex in 1 / T: solved by Newton's method between bounds.
 *
 * Where every label has the highest logit of its row, the loss has no minimum. Then the labels are smoothed: a share 1 / (N + 1) of each is spread over all
 * classes, in the manner of Platt ("Probabilistic Outputs for Support Vector Machines", 1999, section 2.2), and T stays 1 where that makes the
 * model less sure. T also stays 1 where all logits of each row are equal.
 * @param labels `[N]`, of examples that were not trained on.
 * @param logits `[N, classes]`.
 * @throws GraftError `invalid-data` for no examples or a label that is not a class, `invalid-shape` when the lengths differ, `not-finite` when a logit is
 *   NaN or infinite.
 */
export function fitTemperature(labels: ArrayLike<number>, logits: ArrayLike<number>, classes: number): FittedTemperature {
  const lossBefore = logLossOfLogits(labels, logits, classes);
  const unchanged = { temperature: 1, lossBefore, lossAfter: lossBefore };
  const { gaps, largest } = gapsBelowHighest(logits, classes);
  if (largest === 0) return unchanged;
  const own = Float64Array.from(labels, (label, i) => gaps[i * classes + label] as number);
  const smoothing = own.every((gap) => gap === 0) ? 1 / (own.length + 1) : 0;
  const temperature = largest / rootOf((scale) => slopeAt(scale, gaps, own, smoothing));
  const lossAfter = logLossOfLogits(labels, logits, classes, temperature);
  return lossAfter < lossBefore ? { temperature, lossBefore, lossAfter } : unchanged;
}

/**
 * Mean of `-ln softmax(logits / T)[label]` in nats, as `ln sum exp`: unlike `logLoss` of probabilities it has no floor, however sure and wrong.
 * @throws GraftError as {@link fitTemperature}; `invalid-argument` when `temperature` is not above 0.
 */
export function logLossOfLogits(labels: ArrayLike<number>, logits: ArrayLike<number>, classes: number, temperature = 1): number {
  requireTemperature(temperature);
  requirePairs(labels, { length: rowsOf(logits, classes) }, 'rows of logits');
  requireFinite(logits, classes, 'logit');
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const highest = highestOf(logits, row, classes);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(((logits[row * classes + c] as number) - highest) / temperature);
    const own = (logits[row * classes + classAt(labels, row, classes, 'Label')] as number) - highest;
    total += Math.log(sum) - own / temperature;
  }
  return total / labels.length;
}

/** Each logit less the highest of its row, divided by the largest such gap: numbers in -1..0, whatever the size of the logits. */
function gapsBelowHighest(logits: ArrayLike<number>, classes: number): { gaps: Float64Array; largest: number } {
  const gaps = Float64Array.from(logits);
  let largest = 0;
  for (let row = 0; row < gaps.length / classes; row++) {
    const highest = highestOf(logits, row, classes);
    for (let i = row * classes; i < (row + 1) * classes; i++) {
      const gap = (gaps[i] as number) - highest;
      gaps[i] = gap;
      if (-gap > largest) largest = -gap;
    }
  }
  if (largest > 0) for (let i = 0; i < gaps.length; i++) gaps[i] = (gaps[i] as number) / largest;
  return { gaps, largest };
}

/** First and second derivative of the log loss of `softmax(scale * gaps)`: mean over rows of `E_p[gap] - target` and of `Var_p[gap]`. */
function slopeAt(scale: number, gaps: Float64Array, own: Float64Array, smoothing: number): readonly [number, number] {
  const classes = gaps.length / own.length;
  let [slope, curvature] = [0, 0];
  for (let row = 0; row < own.length; row++) {
    let [sum, first, second, plain] = [0, 0, 0, 0];
    for (let i = row * classes; i < (row + 1) * classes; i++) {
      const gap = gaps[i] as number;
      const weight = Math.exp(scale * gap);
      sum += weight;
      first += weight * gap;
      second += weight * gap * gap;
      plain += gap;
    }
    const mean = first / sum;
    slope += mean - (1 - smoothing) * (own[row] as number) - (smoothing * plain) / classes;
    curvature += second / sum - mean * mean;
  }
  return [slope / own.length, curvature / own.length];
}

/** Where a growing function crosses 0, between the bounds: Newton's steps, halving (in the logarithm) where one would leave the bracket. */
function rootOf(slope: (at: number) => readonly [number, number]): number {
  let [low, high] = [LEAST, MOST];
  if (slope(low)[0] >= 0) return low;
  if (slope(high)[0] <= 0) return high;
  let at = 1;
  for (let round = 0; round < ROUNDS; round++) {
    const [value, growth] = slope(at);
    if (value < 0) low = at;
    else high = at;
    const newton = at - value / growth;
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high);
    if (Math.abs(next - at) <= TOLERANCE * at) return next;
    at = next;
  }
  return at;
}

function highestOf(logits: ArrayLike<number>, row: number, classes: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = row * classes; i < (row + 1) * classes; i++) if ((logits[i] as number) > highest) highest = logits[i] as number;
  return highest;
}
