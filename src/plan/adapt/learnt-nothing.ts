// What a model of the source says of labelled rows -> a warning where it is right hardly more often than chance. Called where such a model is made.
import { stream } from '../../core/rng.ts';
import { learntFrom, probabilitiesOf } from '../../methods/domains/pieces/classifier.ts';
import type { Domains } from '../../methods/domains/pieces/domain-method.ts';
import { takeLabelled } from '../../methods/domains/pieces/known.ts';
import { balancedInterval } from '../../score/balanced.ts';
import { argmaxRows } from '../../score/metrics.ts';

/** Of the way from chance to being always right, and as a multiple of chance, what counts as next to nothing. */
const [LITTLE, TIMES] = [0.1, 2];
/** Half the width of an interval that says nothing. */
const WIDE = 0.2;

/**
 * @param of what is looked at: `A linear model of one half of the source`; @param rows the rows it is tried on: `the other half`.
 * @returns nothing where it is right more often, far less often (it has learnt something then), or where so few rows do not tell.
 */
export function learntNothing(said: ArrayLike<number>, labels: Int32Array, of: string, rows: string): string | undefined {
  const right = labels.map((label, row) => Number(said[row] === label));
  const { estimate, low, high } = balancedInterval(right, labels);
  const chance = 1 / new Set(labels).size;
  const little = Math.min(chance + LITTLE * (1 - chance), TIMES * chance);
  if (estimate > little || high < chance || high - low > 2 * WIDE) return undefined;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return `${of} tells ${percent(estimate)} of ${rows} rightly, each class weighing the same, where guesses have ${percent(chance)}: it has learnt next to nothing that could carry over.`;
}

/** The same of a linear model of half of the source, drawn by chance, and the other half. @throws GraftError `aborted` when the signal says so. */
export async function sourceLearntNothing(
  { domains, l2 }: { readonly domains: Pick<Domains, 'source' | 'classes'>; readonly l2: number },
  seed: number,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { source, classes } = domains;
  const order = stream(seed, 'halves').permutation(source.labels.length);
  const half = Math.ceil(order.length / 2);
  const [learnt, held] = [takeLabelled(source, order.subarray(0, half)), takeLabelled(source, order.subarray(half))];
  if (new Set(learnt.labels).size < 2 || held.labels.length === 0) return undefined;
  const said = argmaxRows(await probabilitiesOf(held.features, await learntFrom(learnt, { classes, l2, signal })), classes);
  return learntNothing(said, held.labels, 'A linear model of one half of the source', 'the other half');
}
