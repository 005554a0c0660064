// Correction for classes that are more or less frequent in the target: the source's linear model with the shares of the classes put right.
import { gainsOf, sharesOf, weighed } from './pieces/class-gains.ts';
import { learntFrom, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { labelledRows, pinned } from './pieces/known.ts';
import { oneHot, sumsOf } from './pieces/rows-of-classes.ts';

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
    const gains = gainsOf(plain, sharesOf(counts), rounds);
    return {
      linear: { weights: linear.weights, bias: linear.bias.map((value, c) => value + Math.log(gains[c] as number)) },
      probabilities: weighed(plain, gains),
    };
  },
});
