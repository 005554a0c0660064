// Parts of rows -> what is wrong with them, in words. Called by `splitRows`.
import type { Part } from '../reading/format.ts';

/** What the parts are looked at with. */
export interface Looked {
  readonly labels?: Int32Array | Float64Array | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly time?: ArrayLike<number> | undefined;
}

/** A part that was cut, and the rows that it should have. */
export interface Cut {
  readonly part: Part;
  readonly wanted: number;
}

/** Parts cut larger or smaller than this many times what was wanted are told of, from so many rows off. */
const OFF = 1.5;
const ROWS_OFF = 5;
/** Classes that are named. */
const MOST_NAMED = 5;

/** Empty parts, sizes far from those wanted, classes that parts lack, and rows without a time. */
export function warningsOf(parts: Readonly<Record<Part, Int32Array>>, cut: readonly Cut[], { labels, classes, time }: Looked): string[] {
  const warnings: string[] = [];
  for (const { part, wanted } of cut) {
    const rows = parts[part].length;
    if (rows === 0) warnings.push(`No row is left for ${part}; give more rows, or more groups.`);
    else if (Math.abs(rows - wanted) >= ROWS_OFF && (rows > wanted * OFF || rows * OFF < wanted))
      warnings.push(
        `${part === 'test' ? 'Test' : 'Validation'} has ${rows} rows rather than ${wanted}, because what belongs together is not divided.`,
      );
  }
  if (labels instanceof Int32Array) warnings.push(...aboutClasses(parts, labels, classes));
  const untimed = time ? Array.from(time).filter(Number.isNaN).length : 0;
  if (untimed > 0)
    warnings.push(`${untimed} ${untimed === 1 ? 'row has' : 'rows have'} no time and ${untimed === 1 ? 'counts' : 'count'} as oldest.`);
  return warnings;
}

function aboutClasses(parts: Readonly<Record<Part, Int32Array>>, labels: Int32Array, classes: readonly string[] | undefined): string[] {
  const counts = new Map<number, Record<Part, number>>();
  for (const part of ['train', 'validation', 'test'] as const) {
    for (const row of parts[part]) {
      const label = labels[row] as number;
      const count = counts.get(label) ?? { train: 0, validation: 0, test: 0 };
      counts.set(label, count);
      count[part]++;
    }
  }
  const present = [...counts.keys()].sort((a, b) => a - b);
  const total = (label: number) => Object.values(counts.get(label) ?? {}).reduce((sum, count) => sum + count, 0);
  const single = present.filter((label) => total(label) === 1 && counts.get(label)?.train === 1);
  const absent = (part: Part) =>
    parts[part].length > 0 ? present.filter((label) => counts.get(label)?.[part] === 0 && !single.includes(label)) : [];
  const about = (found: readonly number[], verb: readonly [string, string], rest: string) => {
    if (found.length === 0) return [];
    const names = found.slice(0, MOST_NAMED).map((label) => (classes?.[label] === undefined ? label : `"${classes[label]}"`));
    const more = found.length > names.length ? ` and ${found.length - names.length} more` : '';
    return [`${found.length === 1 ? 'Class' : 'Classes'} ${names.join(', ')}${more} ${verb[found.length === 1 ? 0 : 1]} ${rest}`];
  };
  return [
    ...about(single, ['has', 'have'], 'one row only, which is in train: nothing measures how well such are told apart.'),
    ...about(absent('train'), ['has', 'have'], 'no row in train and cannot be learnt.'),
    ...about(absent('validation'), ['has', 'have'], 'no row in validation.'),
    ...about(absent('test'), ['has', 'have'], 'no row in test.'),
  ];
}
