// Two-view self-training: two models that each see half of the features label target rows for each other.
import { stream } from '../../core/rng.ts';
import { takeColumns, takeRows } from '../../data/rows.ts';
import { classifier, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { joinRows } from './pieces/products.ts';
import { surest } from './pieces/surest.ts';

/** Halves are drawn by chance, several times; the answer is the mean over all. */
export const twoView = defineDomainMethod({
  name: 'two-view',
  paper:
    'Blum & Mitchell 1998, Combining labeled and unlabeled data with co-training, table 1; random halves as Chen, Weinberger & Blitzer 2011, Co-training for domain adaptation, has them learnt',
  about: 'two halves of the features label the target for each other',
  options: {
    rounds: { default: 3, integer: true, range: { min: 1 }, help: 'Rounds of labelling and learning.' },
    share: { default: 0.8, range: { above: 0, max: 1 }, help: 'Share of the target rows of each predicted class that the last round takes.' },
    draws: { default: 1, integer: true, range: { min: 1 }, help: 'Ways of halving.' },
  },
  adapt: async ({ source, target, classes }, { rounds, share, draws }, { l2, seed, signal }) => {
    const width = target.dims[1] as number;
    const total = new Float64Array((target.dims[0] as number) * classes);
    for (let draw = 0; draw < draws; draw++) {
      const halves = halvesOf(width, seed, draw);
      const views = halves.map((columns) => ({ source: takeColumns(source.features, columns), target: takeColumns(target, columns) }));
      let said = await Promise.all(
        views.map(async (view) => probabilitiesOf(view.target, await classifier(view.source, source.labels, { classes, l2, signal }))),
      );
      for (let round = 1; round <= rounds; round++) {
        said = await Promise.all(
          views.map(async (view, i) => {
            const taken = surest(said[1 - i] as Float64Array, classes, (share * round) / rounds);
            const rows = joinRows(view.source, takeRows(view.target, taken.rows));
            const linear = await classifier(rows, Int32Array.from([...source.labels, ...taken.labels]), { classes, l2, signal });
            return probabilitiesOf(view.target, linear);
          }),
        );
      }
      for (const probabilities of said)
        probabilities.forEach((p, i) => {
          total[i] = (total[i] as number) + p / (2 * draws);
        });
    }
    return { probabilities: total };
  },
});

function halvesOf(width: number, seed: number, draw: number): [Int32Array, Int32Array] {
  const order = stream(seed, 'two-view', draw).permutation(width);
  const half = Math.ceil(width / 2);
  return [order.slice(0, half).sort(), order.slice(half).sort()];
}
