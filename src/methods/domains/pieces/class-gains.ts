// Probabilities of target rows by a model of the source -> how much more or less frequent each class is there. Called by label-shift correction, and where mismatch is told.
import { madeShares } from './rows-of-classes.ts';

/**
 * Share of each class in the target over that in the source, `[classes]`, by expectation and maximisation: each row's probabilities times what each class gained, until the gains stay
 * (Saerens, Latinne & Decaestecker 2002, equation 2.5).
 * @param probabilities by a model of the source, `[N, classes]`; @param before the shares of the source, each above 0.
 */
export function gainsOf(probabilities: Float64Array, before: Float64Array, rounds: number): Float64Array {
  const classes = before.length;
  const length = probabilities.length / classes;
  let gains = new Float64Array(classes).fill(1);
  for (let round = 0; round < rounds; round++) {
    const shares = new Float64Array(classes);
    weighed(probabilities, gains).forEach((p, i) => {
      shares[i % classes] = (shares[i % classes] as number) + p / length;
    });
    // A class that nothing is predicted of would never come back.
    gains = shares.map((share, c) => Math.max(share, 1e-3 / classes) / (before[c] as number));
  }
  return gains;
}

/** The probabilities with the gains taken in. */
export function weighed(probabilities: Float64Array, gains: Float64Array): Float64Array {
  const classes = gains.length;
  return madeShares(
    probabilities.map((p, i) => p * (gains[i % classes] as number)),
    classes,
  );
}

/** Share of each class among labels; of one without a row, as if it had one. */
export function sharesOf(counts: Float64Array): Float64Array {
  const whole = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => Math.max(1, count) / whole);
}
