// What a model of the source says of labelled rows -> a warning where it is right hardly more often than chance. Called where such a model is made.
import { balancedInterval } from '../../score/balanced.ts';

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
