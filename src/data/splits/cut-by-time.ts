// Units of rows and their times -> parts, the newest last. Called by `splitRows`.
import { fail } from '../../core/errors.ts';
import { rowsOf, type Units } from './units.ts';

/**
 * Cuts units in the order of their newest rows: the last part has the newest, and what is equally new stays together. Cuts are made where they bring the
 * parts nearest to the rows wanted, but with something in each part where there are moments enough.
 * @param time of each row; rows without one (NaN) are taken for the oldest.
 * @param wanted rows of parts 1, 2 ...; 0 is what is left.
 * @returns the part of each unit; 0 is train.
 * @throws GraftError `invalid-data` when all units are equally new.
 */
export function cutByTime(units: Units, time: ArrayLike<number>, wanted: readonly number[]): Uint8Array {
  const newest = Float64Array.from({ length: units.count }, (_, unit) => {
    let latest = Number.NEGATIVE_INFINITY;
    for (const row of rowsOf(units, unit)) if ((time[row] as number) > latest) latest = time[row] as number;
    return latest;
  });
  const rowsAt = new Map<number, number>();
  newest.forEach((moment, unit) => {
    rowsAt.set(moment, (rowsAt.get(moment) ?? 0) + rowsOf(units, unit).length);
  });
  const moments = [...rowsAt].sort(([a], [b]) => b - a);
  if (moments.length < 2) {
    fail('invalid-data', 'All rows, or the groups they belong to, are equally new, so they cannot be divided by time; leave out `time`.');
  }
  const partOf = new Map<number, number>();
  let at = 0;
  for (let part = wanted.length; part > 0; part--) {
    // A moment for each part that is still to come, train among them; where moments are few, the last part comes first.
    const end = Math.max(moments.length - part, Math.min(at + 1, moments.length - 1));
    let rows = 0;
    const off = () => Math.abs(rows - (wanted[part - 1] as number));
    for (const from = at; at < end; at++) {
      const [moment, count] = moments[at] as [number, number];
      const before = off();
      rows += count;
      if (at > from && off() >= before) break;
      partOf.set(moment, part);
    }
  }
  return Uint8Array.from(newest, (moment) => partOf.get(moment) ?? 0);
}
