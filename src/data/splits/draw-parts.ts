// Units of rows and their classes -> parts in which every class has its share. Called by `splitRows`.
import type { Stream } from '../../core/rng.ts';
import { targetsOf } from './targets.ts';
import { rowsOf, type Units } from './units.ts';

const FREE = 255;

/**
 * Draws the parts. Where every unit is one row, each part has exactly what `targetsOf` says. Larger units cannot be torn: first each class gets a unit in
 * train, then, while units last, in the other parts; the rest, largest first, go where they bring the classes nearest to their shares.
 * @param strata for each row its class, from 0.
 * @param wanted rows of parts 1, 2 ..., fewer than there are in all.
 * @returns the part of each unit; 0 is train.
 */
export function drawParts(units: Units, strata: Int32Array, wanted: readonly number[], random: Stream): Uint8Array {
  const classes = units.rows.reduce((most, row) => Math.max(most, strata[row] as number), 0) + 1;
  const sizes = new Int32Array(classes);
  for (const row of units.rows) sizes[strata[row] as number] = (sizes[strata[row] as number] as number) + 1;
  const targets = targetsOf(sizes, wanted);
  const filled = targets.map(() => new Int32Array(classes));
  const totals = targets.map((target) => ({ wanted: target.reduce((sum, count) => sum + count, 0), filled: 0 }));
  const allParts = [...targets.keys()];
  const placed = new Uint8Array(units.count).fill(FREE);
  const size = (unit: number) => (units.starts[unit + 1] as number) - (units.starts[unit] as number);

  const place = (unit: number, part: number) => {
    placed[unit] = part;
    const [counts, total] = [filled[part] as Int32Array, totals[part] as { filled: number }];
    for (const row of rowsOf(units, unit)) counts[strata[row] as number] = (counts[strata[row] as number] as number) + 1;
    total.filled += size(unit);
  };
  const countOf = (unit: number, label: number) => rowsOf(units, unit).reduce((sum, row) => sum + Number(strata[row] === label), 0);
  const lacks = (part: number, label: number) => (targets[part]?.[label] as number) > 0 && filled[part]?.[label] === 0;
  const shortage = (part: number) => (totals[part]?.wanted ?? 0) - (totals[part]?.filled ?? 0);

  /** The classes of a unit and how many rows it has of each. */
  const tally = (unit: number) => {
    const counts = new Map<number, number>();
    for (const row of rowsOf(units, unit)) counts.set(strata[row] as number, (counts.get(strata[row] as number) ?? 0) + 1);
    return counts;
  };
  /** By how much the squared distance of a class from its target grows with more rows in a part, in parts of the class. */
  const growth = (label: number, count: number, part: number) =>
    (count * (count + 2 * ((filled[part]?.[label] as number) - (targets[part]?.[label] as number)))) / (sizes[label] as number);
  const cheapest = (unit: number) => {
    if (size(unit) === 1) return least(allParts, (part) => growth(strata[units.rows[units.starts[unit] as number] as number] as number, 1, part));
    const counts = [...tally(unit)];
    return least(allParts, (part) => counts.reduce((sum, [label, count]) => sum + growth(label, count, part), 0));
  };

  const order = random.permutation(units.count).sort((a, b) => size(b) - size(a));
  const unitsByClass = Array.from({ length: classes }, (): number[] => []);
  for (const unit of order) for (const label of tally(unit).keys()) unitsByClass[label]?.push(unit);
  const rarestFirst = [...unitsByClass.keys()].sort((a, b) => (unitsByClass[a]?.length ?? 0) - (unitsByClass[b]?.length ?? 0) || a - b);
  const freeOf = (label: number) => (unitsByClass[label] ?? []).filter((unit) => placed[unit] === FREE);

  for (const label of rarestFirst) {
    if (!lacks(0, label)) continue;
    const [largest] = freeOf(label);
    if (largest !== undefined) place(largest, 0);
  }
  for (const label of rarestFirst) {
    const parts = allParts.filter((part) => part > 0 && lacks(part, label)).sort((a, b) => shortage(b) - shortage(a) || a - b);
    for (const part of parts) {
      const distance = (unit: number) => Math.abs(countOf(unit, label) - (targets[part]?.[label] as number));
      const nearest = least(freeOf(label), distance);
      if (nearest !== undefined) place(nearest, part);
    }
  }
  for (const unit of order) {
    if (placed[unit] === FREE) place(unit, cheapest(unit) ?? 0);
  }
  return placed;
}

/** The first of the items whose measure is the least. */
function least(items: readonly number[], measure: (item: number) => number): number | undefined {
  let [best, smallest]: [number | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const item of items) {
    const own = measure(item);
    if (own < smallest) [best, smallest] = [item, own];
  }
  return best;
}
