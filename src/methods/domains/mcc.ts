// Minimum class confusion: a linear model learns from the source while its answers on the target are pressed not to waver between classes.
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { classConfusion } from '../../nn/losses/domains/class-confusion.ts';
import { crossEntropyOf, learntFrom, linearMinimum, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { labelledRows } from './pieces/known.ts';
import { joinRows } from './pieces/products.ts';

/** On features that stay, over all rows at once. */
export const mcc = defineDomainMethod({
  name: 'mcc',
  paper: 'Jin et al. 2020, Minimum class confusion for versatile domain adaptation (arXiv:1912.03699), equations 2 to 7',
  about: 'learns from the source, and not to waver between classes on the target',
  options: {
    weight: { default: 1, range: { min: 0 }, help: 'Weight of the confusion.' },
    temperature: { default: 2.5, range: { above: 0 }, help: "Divides the target's scores before their confusion is measured." },
  },
  adapt: async (domains, { weight, temperature }, { l2, signal }) => {
    const { target, classes } = domains;
    const given = labelledRows(domains);
    const start = await learntFrom(given, { classes, l2, signal });
    if (weight === 0) return { linear: start, probabilities: await probabilitiesOf(target, start) };
    const count = given.labels.length;
    const all = joinRows(given.features, target);
    const objective = (g: Builder, scores: Value) => {
      const own = g.slice(scores, [count], [all.dims[0] as number], [0]);
      return g.add(crossEntropyOf(g, scores, given.labels, given.weights), g.mul(classConfusion(g, own, temperature), weight));
    };
    const linear = await linearMinimum(all, objective, { classes, l2, start, signal });
    return { linear, probabilities: await probabilitiesOf(target, linear) };
  },
});
