// What a model of the source says of labelled rows -> a warning where it is right hardly more often than chance. Called where such a model is made.
import { balancedInterval } from '../../score/balanced.ts';

/** Of the way from chance to being always right, what counts as next to nothing. */
const LITTLE = 0.1;

/**
 * @param of what is looked at: `A linear model of one half of the source`; @param rows the rows it is tried on: `the other half`.
 * @returns nothing where its balanced accuracy is beyond chance at p < 0.05, by a tenth of what is missing there.
 */
export function learntNothing(said: ArrayLike<number>, labels: Int32Array, of: string, rows: string): string | undefined {
  const right = labels.map((label, row) => Number(said[row] === label));
  const { estimate, low } = balancedInterval(right, labels);
  const chance = 1 / new Set(labels).size;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  if (low > chance && estimate > chance + LITTLE * (1 - chance)) return undefined;
  return `${of} tells ${percent(estimate)} of ${rows} rightly, each class weighing the same, where guesses have ${percent(chance)}: it has learnt next to nothing that could carry over.`;
}
