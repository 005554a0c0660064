// The parts that rows were given as -> the same without copies that would leak from one to another. Called by `splitRows`.
import { fail } from '../../core/errors.ts';
import type { Duplicates } from '../duplicates/duplicates.ts';
import type { Part } from '../reading/format.ts';
import type { Keys } from './units.ts';

/** What the given parts come to. */
export interface GivenParts {
  /** For each row the number of its part, or `LEAKED`. */
  readonly partOf: Uint8Array;
  /** The parts that were given, by number. */
  readonly given: ReadonlySet<number>;
  readonly warnings: readonly string[];
}

/** Parts by number; a row that was taken out has the number after. */
export const PARTS: readonly Part[] = ['train', 'validation', 'test'];
export const LEAKED = PARTS.length;

/** Takes the rows out of train that validation or test has too, and those out of validation that test has. Without given parts all rows are train. */
export function partsFrom(
  length: number,
  parts: readonly Part[] | undefined,
  duplicates: Pick<Duplicates, 'contentOf' | 'groupOf'> | undefined,
  groups: Keys | undefined,
): GivenParts {
  if (!parts) return { partOf: new Uint8Array(length), given: new Set(), warnings: [] };
  const partOf = Uint8Array.from(parts, (part, row) => {
    const number = PARTS.indexOf(part);
    return number >= 0 ? number : fail('invalid-argument', `Row ${row} is given as part '${part}'; parts are ${PARTS.join(', ')}.`);
  });
  const given = new Set(partOf);
  const warnings = [...leaks(partOf, duplicates), ...straddling(partOf, groups)];
  return { partOf, given, warnings };
}

/** Marks leaked rows in `partOf` and tells of them. */
function leaks(partOf: Uint8Array, duplicates: Pick<Duplicates, 'contentOf' | 'groupOf'> | undefined): string[] {
  if (!duplicates) return [];
  const { contentOf, groupOf } = duplicates;
  const [lastOfContent, lastOfGroup] = [latestParts(partOf, contentOf), latestParts(partOf, groupOf)];
  const counts = new Map<string, { exact: number; near: number; from: string; to: string }>();
  const leaked = partOf.map((part, row) => {
    const to = lastOfGroup[groupOf[row] as number] as number;
    if (to <= part) return part;
    const [from, name] = [PARTS[part] ?? '', PARTS[to] ?? ''];
    const count = counts.get(from + name) ?? { exact: 0, near: 0, from, to: name };
    counts.set(from + name, count);
    if ((lastOfContent[contentOf[row] as number] as number) === to) count.exact++;
    else count.near++;
    return LEAKED;
  });
  partOf.set(leaked);
  return [...counts.values()].map(({ exact, near, from, to }) => {
    const kinds = [exact > 0 && `${exact} exactly`, near > 0 && `${near} nearly`].filter(Boolean).join(', ');
    return `${rowsOf(exact + near)} of ${from} ${exact + near === 1 ? 'is' : 'are'} in ${to} too (${kinds}), and taken out of ${from}.`;
  });
}

/** For each key the highest part of the rows that have it. */
function latestParts(partOf: Uint8Array, keys: Int32Array): Uint8Array {
  const latest = new Uint8Array(keys.length);
  keys.forEach((key, row) => {
    latest[key] = Math.max(latest[key] as number, partOf[row] as number);
  });
  return latest;
}

/** Groups in two given parts, which stay there. */
function straddling(partOf: Uint8Array, groups: Keys | undefined): string[] {
  const first = new Map<string | number, number>();
  const torn = new Set<string | number>();
  partOf.forEach((part, row) => {
    const key = groups?.[row] ?? null;
    if (key === null || Number.isNaN(key) || part === LEAKED) return;
    const known = first.get(key) ?? part;
    first.set(key, known);
    if (known !== part) torn.add(key);
  });
  if (torn.size === 0) return [];
  const named = [...torn].slice(0, 3).map((key) => `"${key}"`);
  const names = `${named.join(', ')}${torn.size > named.length ? ' and more' : ''}`;
  return [`${torn.size === 1 ? '1 group is' : `${torn.size} groups are`} in two of the given parts (${names}), so what is measured may flatter.`];
}

function rowsOf(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}
