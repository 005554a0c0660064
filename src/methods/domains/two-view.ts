// Two-view self-training: two models that each see half of the features label target rows for each other.
import { stream } from '../../core/rng.ts';
import { takeColumns, takeRows } from '../../data/rows.ts';
import { learntFrom, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { joinLabelled, labelledRows, pinned, unknown } from './pieces/known.ts';
import { balanceRecord, taking } from './pieces/surest.ts';

/** Halves are drawn by chance, several times; the answer is the mean of all scores, which is a linear model of all features. */
export const twoView = defineDomainMethod({
  name: 'two-view',
  paper:
    'Blum & Mitchell 1998, Combining labeled and unlabeled data with co-training, table 1; random halves as Chen, Weinberger & Blitzer 2011, Co-training for domain adaptation, has them learnt',
  about: 'two halves of the features label the target for each other',
  options: {
    rounds: { default: 3, integer: true, range: { min: 1 }, help: 'Rounds of labelling and learning.' },
    share: { default: 0.8, range: { above: 0, max: 1 }, help: 'Share of the target rows of each class that the last round takes.' },
    balance: balanceRecord,
    draws: { default: 1, integer: true, range: { min: 1 }, help: 'Ways of halving.' },
  },
  adapt: async (domains, { rounds, share, balance, draws }, { l2, seed, signal }) => {
    const { source, target, classes, known } = domains;
    const given = labelledRows(domains);
    const width = target.dims[1] as number;
    const take = taking(balance, source.labels, classes);
    const linear = { weights: new Float32Array(width * classes), bias: new Float32Array(classes) };
    for (let draw = 0; draw < draws; draw++) {
      const views = halvesOf(width, seed, draw).map((columns) => ({
        columns,
        given: { ...given, features: takeColumns(given.features, columns) },
        target: takeColumns(target, columns),
      }));
      let models = await Promise.all(views.map((view) => learntFrom(view.given, { classes, l2, signal })));
      for (let round = 1; round <= rounds; round++) {
        const said = await Promise.all(
          views.map(async (view, i) => pinned(await probabilitiesOf(view.target, models[i] as (typeof models)[number]), known, classes)),
        );
        models = await Promise.all(
          views.map((view, i) => {
            const { rows, labels } = unknown(take(said[1 - i] as Float64Array, (share * round) / rounds), known);
            const from = joinLabelled(view.given, { features: takeRows(view.target, rows), labels });
            return learntFrom(from, { classes, l2, start: models[i], signal });
          }),
        );
      }
      for (const [i, { columns }] of views.entries()) {
        const { weights, bias } = models[i] as (typeof models)[number];
        const part = 1 / (2 * draws);
        for (const [j, column] of columns.entries())
          for (let c = 0; c < classes; c++)
            linear.weights[column * classes + c] = (linear.weights[column * classes + c] as number) + part * (weights[j * classes + c] as number);
        for (let c = 0; c < classes; c++) linear.bias[c] = (linear.bias[c] as number) + part * (bias[c] as number);
      }
    }
    return { linear, probabilities: await probabilitiesOf(target, linear) };
  },
});

function halvesOf(width: number, seed: number, draw: number): [Int32Array, Int32Array] {
  const order = stream(seed, 'two-view', draw).permutation(width);
  const half = Math.ceil(width / 2);
  return [order.slice(0, half).sort(), order.slice(half).sort()];
}
