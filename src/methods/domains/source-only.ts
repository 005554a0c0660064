// What the source alone teaches: the yardstick that every method must beat.
import { learntFrom, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';

/** Logistic regression on the source rows. */
export const sourceOnly = defineDomainMethod({
  name: 'source-only',
  paper: 'Cox 1958, The regression analysis of binary sequences',
  about: 'a linear model of the source alone',
  options: {},
  adapt: async ({ source, target, classes }, _, { l2, signal }) => {
    const linear = await learntFrom(source, { classes, l2, signal });
    return { linear, probabilities: await probabilitiesOf(target, linear) };
  },
});
