// Importance weights: a linear model of the source in which a row counts the more, the likelier a model of the domains takes it for one of the target.
import { learntFrom, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { labelledRows } from './pieces/known.ts';
import { domainOdds } from './pieces/mismatch.ts';

/**
 * `w(x) = (p(target | x) / p(source | x))^power`, brought to a mean of 1; each row's odds are by a model that has not seen it. Right for domains that differ in
 * how frequent rows are, not in what they mean; where the domains hardly overlap few rows decide.
 */
export const importanceWeights = defineDomainMethod({
  name: 'importance-weights',
  paper:
    'Bickel, Brückner & Scheffer 2009, Discriminative learning under covariate shift (JMLR 10), in two steps: weights, then the model; with the flattening of Sugiyama, Krauledat & Müller 2007, Covariate shift adaptation by importance weighted cross validation (JMLR 8)',
  about: 'a linear model of the source, whose rows count by how like the target they are',
  options: { power: { default: 0.5, range: { min: 0, max: 1 }, help: 'Of the odds: 1 is the full weight, 0 the source alone.' } },
  adapt: async (domains, { power }, { l2, signal }) => {
    const { source, target, classes } = domains;
    const [odds] = await domainOdds(source.features, target, signal);
    const weights = odds.map((value) => Math.exp(power * value));
    const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
    const weighted = { ...source, weights: weights.map((weight) => weight / mean) };
    const linear = await learntFrom(labelledRows({ ...domains, source: weighted }), { classes, l2, signal });
    return { linear, probabilities: await probabilitiesOf(target, linear) };
  },
});
