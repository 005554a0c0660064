// How much two groupings of the same rows say of each other, beyond what chance would: labels of groups in, one number out. Called where predictions are
// compared with clusters.
import { fail } from '../../core/errors.ts';

/**
 * `(I - E[I]) / (mean of the entropies - E[I])`: 1 for the same grouping under other names, about 0 for groupings that have nothing to do with each other.
 * Vinh, Epps & Bailey 2010, Information theoretic measures for clusterings comparison, equations 5 and 24a.
 * @param a group of each row, `[N]`, whole numbers from 0.
 * @param b the same of the other grouping.
 */
export function adjustedMutualInformation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) fail('invalid-shape', `The groupings are of ${a.length} and ${b.length} rows; give the same rows to both.`);
  const length = a.length;
  if (length === 0) fail('invalid-data', 'There is nothing to compare: the groupings are empty.');
  const [rows, columns] = [countsOf(a), countsOf(b)];
  if (rows.size === columns.size && (rows.size === 1 || rows.size === length)) return 1;
  const joint = new Map<string, number>();
  for (let i = 0; i < length; i++) joint.set(`${a[i]},${b[i]}`, (joint.get(`${a[i]},${b[i]}`) ?? 0) + 1);
  let information = 0;
  for (const [key, count] of joint) {
    const [first, second] = key.split(',').map(Number) as [number, number];
    const expected = ((rows.get(first) as number) * (columns.get(second) as number)) / length;
    information += (count / length) * Math.log(count / expected);
  }
  const chance = expectedInformation([...rows.values()], [...columns.values()], length);
  const most = (entropy(rows, length) + entropy(columns, length)) / 2;
  const [above, whole] = [information - chance, most - chance];
  return Math.abs(whole) < 1e-12 ? 0 : above / whole;
}

function countsOf(groups: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < groups.length; i++) counts.set(groups[i] as number, (counts.get(groups[i] as number) ?? 0) + 1);
  return counts;
}

function entropy(counts: Map<number, number>, length: number): number {
  return [...counts.values()].reduce((sum, count) => sum - (count / length) * Math.log(count / length), 0);
}

/** Of groupings of these sizes, drawn by chance: equation 24a, with factorials by their logarithms. */
function expectedInformation(rows: readonly number[], columns: readonly number[], length: number): number {
  const logs = logFactorials(length);
  const log = (n: number) => logs[n] as number;
  let sum = 0;
  for (const a of rows) {
    for (const b of columns) {
      const fixed = log(a) + log(b) + log(length - a) + log(length - b) - log(length);
      for (let both = Math.max(1, a + b - length); both <= Math.min(a, b); both++) {
        const chance = Math.exp(fixed - log(both) - log(a - both) - log(b - both) - log(length - a - b + both));
        sum += (both / length) * Math.log((length * both) / (a * b)) * chance;
      }
    }
  }
  return sum;
}

function logFactorials(most: number): Float64Array {
  const out = new Float64Array(most + 1);
  for (let n = 2; n <= most; n++) out[n] = (out[n - 1] as number) + Math.log(n);
  return out;
}
