// Correction for classes that are more or less frequent in the target: the source's linear model with the shares of the classes put right.
import { learntFrom, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { labelledRows, pinned } from './pieces/known.ts';
import { madeShares, oneHot, sumsOf } from './pieces/rows-of-classes.ts';

/** By expectation and maximisation: each row's probabilities times what each class gained, until the gains stay. */
export const labelShift = defineDomainMethod({
  name: 'label-shift',
  paper:
    'Saerens, Latinne & Decaestecker 2002, Adjusting the outputs of a classifier to new a priori probabilities, equation 2.5; called MLLS by Garg et al. 2020 (arXiv:2003.07554)',
  about: "a linear model of the source, with the target's shares of the classes",
  options: {
    rounds: { default: 100, integer: true, range: { min: 0 }, help: 'Rounds of estimating the shares; 0 leaves them as the source has them.' },
  },
  adapt: async (domains, { rounds }, { l2, signal }) => {
    const { target, classes, known } = domains;
    const given = labelledRows(domains);
    const linear = await learntFrom(given, { classes, l2, signal });
    const plain = pinned(await probabilitiesOf(target, linear), known, classes);
    const counts = sumsOf(oneHot(given.labels, classes, given.weights), classes);
    const whole = counts.reduce((sum, count) => sum + count, 0);
    const before = counts.map((count) => Math.max(1, count) / whole);
    const gains = gainsOf(plain, before, rounds);
    return {
      linear: { weights: linear.weights, bias: linear.bias.map((value, c) => value + Math.log(gains[c] as number)) },
      probabilities: weighed(plain, gains),
    };
  },
});

/** Share of each class in the target over that in the source. @param probabilities by a model of the source, `[N, classes]`. */
function gainsOf(probabilities: Float64Array, before: Float64Array, rounds: number): Float64Array {
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

function weighed(probabilities: Float64Array, gains: Float64Array): Float64Array {
  const classes = gains.length;
  return madeShares(
    probabilities.map((p, i) => p * (gains[i % classes] as number)),
    classes,
  );
}
