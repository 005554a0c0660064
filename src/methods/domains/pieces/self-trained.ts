// Rounds of self-training: a linear model, and what it is surest of, learnt from in turn. Called by self-training and by what goes before it.
import type { Tensor } from '../../../core/tensor.ts';
import { takeRows } from '../../../data/rows.ts';
import type { LinearModel } from '../../probes/linear.ts';
import { classifier, probabilitiesOf } from './classifier.ts';
import { ofPlainColumns, scaleColumns } from './columns.ts';
import type { AdaptContext, Adapted, Domains } from './domain-method.ts';
import { joinRows } from './products.ts';
import { taking } from './surest.ts';

/** How {@link selfTrained} learns. */
export interface SelfTraining {
  /** 0: from the source alone. */
  readonly rounds: number;
  /** Of the target rows, taken in the last round; the share grows up to it. */
  readonly share: number;
  readonly balance: 'predicted' | 'source';
  /** Whether the last round leaves the source out. */
  readonly targetOnly?: boolean;
}

/** Weights of the features, above 0, by the rows that are learnt from. */
type Weighing = (features: Tensor<'float32'>, labels: Int32Array) => Float32Array;

/**
 * @param weighing default: all features weigh the same.
 * @throws GraftError `aborted` when the signal says so.
 */
export async function selfTrained(
  { source, target, classes }: Domains,
  { rounds, share, balance, targetOnly = false }: SelfTraining,
  { l2, signal }: Pick<AdaptContext, 'l2' | 'signal'>,
  weighing?: Weighing,
): Promise<Adapted & { readonly linear: LinearModel }> {
  const take = taking(balance, source.labels, classes);
  let start: LinearModel | undefined;
  const learnt = async (features: Tensor<'float32'>, labels: Int32Array): Promise<LinearModel> => {
    const weights = weighing?.(features, labels);
    start = await classifier(weights ? scaleColumns(features, weights) : features, labels, { classes, l2, start, signal });
    return weights ? ofPlainColumns(start, weights) : start;
  };
  let linear = await learnt(source.features, source.labels);
  for (let round = 1; round <= rounds; round++) {
    const taken = take(await probabilitiesOf(target, linear), (share * round) / rounds);
    const own = takeRows(target, taken.rows);
    const alone = targetOnly && round === rounds;
    linear = alone
      ? await learnt(own, taken.labels)
      : await learnt(joinRows(source.features, own), Int32Array.from([...source.labels, ...taken.labels]));
  }
  return { linear, probabilities: await probabilitiesOf(target, linear) };
}
