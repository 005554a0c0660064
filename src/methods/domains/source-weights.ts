// Weights of several sources: a linear model of each, whose answers for a target row count by how probable it is that the row is of that source.
import type { Tensor } from '../../core/tensor.ts';
import { learntFrom, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod, type LabelledRows } from './pieces/domain-method.ts';
import { labelledRows, takeLabelled } from './pieces/known.ts';
import { DOMAIN_L2 } from './pieces/mismatch.ts';
import { madeShares } from './pieces/rows-of-classes.ts';

/**
 * `h(x) = sum_s p(s | x) h_s(x)`, with `p(s | x)` by a model that tells the sources apart, each as frequent as the others. Right for a target that is a mixture of
 * the sources, in any proportion, and for sources of which each holds another part of the inputs; with one source it is the source alone.
 */
export const sourceWeights = defineDomainMethod({
  name: 'source-weights',
  paper:
    'Mansour, Mohri & Rostamizadeh 2009, Domain adaptation with multiple sources (the distribution-weighted combining rule), with the probability of a source for the ratio of densities, as Cortes, Mohri, Suresh & Zhang 2021, A discriminative technique for multiple-source adaptation (arXiv:2008.11036)',
  about: 'a linear model of each source, which counts by how like that source the row is',
  options: { power: { default: 1, range: { min: 0 }, help: 'Of the probability of each source: at 0 all models count the same.' } },
  adapt: async (domains, { power }, { l2, signal }) => {
    const { source, target, classes } = domains;
    const { origin = new Int32Array(source.labels.length) } = source;
    const sources = 1 + origin.reduce((most, own) => Math.max(most, own), 0);
    const likely = await sourceProbabilities({ ...source, labels: origin }, sources, target, signal);
    // Beside the likeliest: a great power leaves that one alone.
    const most = Float64Array.from({ length: likely.length / sources }, (_, row) => Math.max(...likely.subarray(row * sources, (row + 1) * sources)));
    const shares = madeShares(
      likely.map((p, i) => (p / (most[Math.floor(i / sources)] as number)) ** power),
      sources,
    );
    const probabilities = new Float64Array((target.dims[0] as number) * classes);
    for (let s = 0; s < sources; s++) {
      const own = takeLabelled(
        source,
        Int32Array.from(origin.keys()).filter((row) => origin[row] === s),
      );
      const said = await probabilitiesOf(target, await learntFrom(labelledRows({ ...domains, source: own }), { classes, l2, signal }));
      said.forEach((p, i) => {
        probabilities[i] = (probabilities[i] as number) + p * (shares[Math.floor(i / classes) * sources + s] as number);
      });
    }
    return { probabilities };
  },
});

/** Of each source for each target row, `[M, sources]`. @param rows the sources', with the source that each is of as its label. */
async function sourceProbabilities(
  { features, labels }: LabelledRows,
  sources: number,
  target: Tensor<'float32'>,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  if (sources === 1) return new Float64Array(target.dims[0] as number).fill(1);
  const counts = new Float64Array(sources);
  for (const source of labels) counts[source] = (counts[source] as number) + 1;
  const weights = Float64Array.from(labels, (source) => 1 / (counts[source] as number));
  return probabilitiesOf(target, await learntFrom({ features, labels, weights }, { classes: sources, l2: DOMAIN_L2, tolerance: 1e-3, signal }));
}
