// The standard normal distribution: numbers in, numbers out. Called by the intervals.

/** Beyond this, the distribution is 0 or 1 in float64. */
const FAR = 9;
/** A term this much smaller than the sum no longer changes it. */
const NOTHING = 2 ** -54;
const ROUNDS = 100;

/**
 * Probability of a standard normal number at most `x`, to within 1e-15: `1/2 + phi(x) (x + x^3 / 3 + x^5 / (3 5) + ...)`.
 * Marsaglia, "Evaluating the Normal Distribution" (Journal of Statistical Software, 2004), section 3.
 */
export function normalCdf(x: number): number {
  if (Math.abs(x) > FAR) return x > 0 ? 1 : 0;
  let [sum, term] = [x, x];
  for (let i = 3; Math.abs(term) > NOTHING * Math.abs(sum); i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return Math.min(1, Math.max(0, 0.5 + sum * density(x)));
}

/**
 * The x at which {@link normalCdf} is `p`; infinite at 0 and 1. Newton's method from 0, which nears it from one side.
 * @param p in 0..1.
 */
export function normalQuantile(p: number): number {
  if (p < 0.5) return -normalQuantile(1 - p);
  if (p === 1) return Number.POSITIVE_INFINITY;
  let x = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const step = (p - normalCdf(x)) / density(x);
    x += step;
    if (Math.abs(step) < 1e-14 * (1 + x)) break;
  }
  return x;
}

function density(x: number): number {
  return Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);
}
