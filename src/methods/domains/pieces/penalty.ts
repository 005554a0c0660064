// The penalty that suits the source: each is tried on thirds of it that were left out. Called once for each way of reading the data.
import { stream } from '../../../core/rng.ts';
import type { Tensor } from '../../../core/tensor.ts';
import { takeRows } from '../../../data/rows.ts';
import { summarise } from '../../../score/summary.ts';
import type { LinearModel } from '../../probes/linear.ts';
import { classifier, probabilitiesOf } from './classifier.ts';

/** From hardly any freedom to hardly any penalty, for features of deviation 1. */
const PENALTIES = [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4];
const FOLDS = 3;
/** Penalties differ by more than what a finer minimum would change. */
const ROUGHLY = 1e-3;
/** Of a true class, so that one wrong answer given for certain does not decide alone. */
const LEAST = 1e-12;

/**
 * The largest penalty whose loss is within one standard error of the least (Breiman et al. 1984, Classification and Regression Trees, section 3.4.3): of what
 * the source cannot tell apart, the one that leans on it least.
 * @throws GraftError `aborted` when the signal says so.
 */
export async function penaltyFor(
  features: Tensor<'float32'>,
  labels: Int32Array,
  classes: number,
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal | undefined },
): Promise<number> {
  const order = stream(seed, 'penalty').permutation(labels.length);
  const losses = PENALTIES.map((): number[] => []);
  for (let fold = 0; fold < FOLDS; fold++) {
    const held = order.filter((_, i) => i % FOLDS === fold);
    const rest = order.filter((_, i) => i % FOLDS !== fold);
    const [own, others] = [takeRows(features, rest), takeRows(features, held)];
    const wanted = rest.map((row) => labels[row] as number);
    let start: LinearModel | undefined;
    for (const [i, l2] of PENALTIES.entries()) {
      start = await classifier(own, wanted, { classes, l2, start, tolerance: ROUGHLY, signal });
      const said = await probabilitiesOf(others, start);
      held.forEach((row, at) => {
        losses[i]?.push(-Math.log(Math.max(LEAST, said[at * classes + (labels[row] as number)] as number)));
      });
    }
  }
  const summaries = losses.map((each) => summarise(each));
  const best = summaries.reduce((a, b) => (b.mean < a.mean ? b : a));
  const most = best.mean + best.sd / Math.sqrt(labels.length);
  return PENALTIES[summaries.findIndex(({ mean }) => mean <= most)] as number;
}
