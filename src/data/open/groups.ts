// The groups of the rows that something is measured on: numbers for what goes by whole groups, and what people are told of them. Called by the choice among candidates, the verdict, evaluation and reports.
import type { Grouped } from './data.ts';

/** For each of `rows` its group; nothing where there are no groups, or only one, which says nothing of others. */
export function groupsOf({ groups }: Grouped, rows: Int32Array): Int32Array | undefined {
  const own = groups && rows.map((row) => groups[row] as number);
  return own && new Set(own).size > 1 ? own : undefined;
}

/** How many groups the rows are of. */
export function countGroups({ groups }: Grouped, rows: Int32Array): { readonly groups?: number } {
  return groups ? { groups: new Set(rows.map((row) => groups[row] as number)).size } : {};
}
