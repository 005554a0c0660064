// A target with some of the source's classes alone: a linear model of the source, whose rows count by how much of the target is taken for their class.
import { learntFrom, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { labelledRows, pinned } from './pieces/known.ts';
import { sumsOf } from './pieces/rows-of-classes.ts';

/** `w_c` is the mean over the target of `p(c | x)`, over the greatest of them; the model learns anew, and so on. */
export const classWeights = defineDomainMethod({
  name: 'class-weights',
  paper:
    'Cao, Ma, Long & Wang 2018, Partial adversarial domain adaptation (arXiv:1808.04205), equations 5 and 6: the weights, here of a linear model, without the adversary',
  about: 'a linear model of the source, whose classes count by how frequent they seem in the target',
  options: { rounds: { default: 5, integer: true, range: { min: 0 }, help: 'Rounds of weighing; 0 is the source alone.' } },
  adapt: async (domains, { rounds }, { l2, signal }) => {
    const { target, classes, known } = domains;
    const given = labelledRows(domains);
    const learn = (weights: Float64Array | undefined, start?: Awaited<ReturnType<typeof learntFrom>>) =>
      learntFrom({ ...given, weights }, { classes, l2, start, signal });
    let linear = await learn(given.weights);
    let probabilities = await probabilitiesOf(target, linear);
    for (let round = 0; round < rounds; round++) {
      const sums = sumsOf(pinned(probabilities, known, classes), classes);
      const greatest = Math.max(...sums);
      const weights = Float64Array.from(given.labels, (label, i) => ((sums[label] as number) / greatest) * (given.weights?.[i] ?? 1));
      linear = await learn(weights, linear);
      probabilities = await probabilitiesOf(target, linear);
    }
    return { linear, probabilities };
  },
});
