// Rounds of self-training: a linear model, and what it is surest of, learnt from in turn. Called by self-training and by what goes before it.
import type { Tensor } from '../../../core/tensor.ts';
import { takeRows } from '../../../data/rows.ts';
import type { LinearModel } from '../../probes/linear.ts';
import { learntFrom, probabilitiesOf } from './classifier.ts';
import { ofPlainColumns, scaleColumns } from './columns.ts';
import type { AdaptContext, Adapted, Domains, LabelledRows } from './domain-method.ts';
import { joinLabelled, knownRows, labelledRows, pinned, unknown } from './known.ts';
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
  domains: Domains,
  { rounds, share, balance, targetOnly = false }: SelfTraining,
  { l2, signal }: Pick<AdaptContext, 'l2' | 'signal'>,
  weighing?: Weighing,
): Promise<Adapted & { readonly linear: LinearModel }> {
  const { source, target, classes, known } = domains;
  const take = taking(balance, source.labels, classes);
  let start: LinearModel | undefined;
  const learnt = async (rows: LabelledRows): Promise<LinearModel> => {
    const weights = weighing?.(rows.features, rows.labels);
    const features = weights ? scaleColumns(rows.features, weights) : rows.features;
    start = await learntFrom({ ...rows, features }, { classes, l2, start, signal });
    return weights ? ofPlainColumns(start, weights) : start;
  };
  const given = labelledRows(domains);
  let linear = await learnt(given);
  for (let round = 1; round <= rounds; round++) {
    const { rows, labels } = unknown(take(pinned(await probabilitiesOf(target, linear), known, classes), (share * round) / rounds), known);
    const own = { features: takeRows(target, rows), labels };
    const from = targetOnly && round === rounds ? knownRows(domains) : given;
    linear = await learnt(from ? joinLabelled(from, own) : own);
  }
  return { linear, probabilities: await probabilitiesOf(target, linear) };
}
