// The penalty that suits the source: each is tried on thirds of it that were left out. Called once for each way of reading the data.
import { stream } from '../../../core/rng.ts';
import type { Tensor } from '../../../core/tensor.ts';
import { takeRows } from '../../../data/rows.ts';
import { logLoss } from '../../../score/probabilities.ts';
import type { LinearModel } from '../../probes/linear.ts';
import { classifier, probabilitiesOf } from './classifier.ts';

/** From hardly any freedom to hardly any penalty, for features of deviation 1. */
const PENALTIES = [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4];
const FOLDS = 3;

/** @throws GraftError `aborted` when the signal says so. */
export async function penaltyFor(
  features: Tensor<'float32'>,
  labels: Int32Array,
  classes: number,
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal | undefined },
): Promise<number> {
  const order = stream(seed, 'penalty').permutation(labels.length);
  const losses = new Float64Array(PENALTIES.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const held = order.filter((_, i) => i % FOLDS === fold);
    const rest = order.filter((_, i) => i % FOLDS !== fold);
    const [own, others] = [takeRows(features, rest), takeRows(features, held)];
    const labelsOf = (rows: Int32Array) => rows.map((row) => labels[row] as number);
    let start: LinearModel | undefined;
    for (const [i, l2] of PENALTIES.entries()) {
      start = await classifier(own, labelsOf(rest), { classes, l2, start, signal });
      const loss = logLoss(labelsOf(held), await probabilitiesOf(others, start), classes);
      losses[i] = (losses[i] as number) + loss;
    }
  }
  return PENALTIES[losses.indexOf(Math.min(...losses))] as number;
}
