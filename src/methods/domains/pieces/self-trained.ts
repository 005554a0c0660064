// Rounds of self-training: a linear model, and what it is surest of, learnt from in turn. Called by self-training and by what goes before it.
import { takeRows } from '../../../data/rows.ts';
import type { LinearModel } from '../../probes/linear.ts';
import { classifier, probabilitiesOf } from './classifier.ts';
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

/** @throws GraftError `aborted` when the signal says so. */
export async function selfTrained(
  { source, target, classes }: Domains,
  { rounds, share, balance, targetOnly = false }: SelfTraining,
  { l2, signal }: Pick<AdaptContext, 'l2' | 'signal'>,
): Promise<Adapted & { readonly linear: LinearModel }> {
  const take = taking(balance, source.labels, classes);
  let linear = await classifier(source.features, source.labels, { classes, l2, signal });
  for (let round = 1; round <= rounds; round++) {
    const taken = take(await probabilitiesOf(target, linear), (share * round) / rounds);
    const own = takeRows(target, taken.rows);
    const alone = targetOnly && round === rounds;
    const features = alone ? own : joinRows(source.features, own);
    const labels = alone ? taken.labels : Int32Array.from([...source.labels, ...taken.labels]);
    linear = await classifier(features, labels, { classes, l2, start: linear, signal });
  }
  return { linear, probabilities: await probabilitiesOf(target, linear) };
}
