// The account of a transfer, as data and as a table. Made by `carryOver`, printed by examples and reports.
import { sizeOf } from '../../core/tensor.ts';
import { roleOf, stemOf } from './layers.ts';

/** A tensor of the target that took the values of the source's `from`. */
export interface Moved {
  readonly id: string;
  readonly from: string;
  readonly dims: readonly number[];
}

/** A tensor that did not move. */
export interface Unmoved {
  readonly id: string;
  readonly dims: readonly number[];
  readonly reason: string;
}

/** What `carryOver` did with each tensor of both models, and why where one did not move. */
export interface TransferReport {
  /** Names of the two. */
  readonly source: string;
  readonly target: string;
  readonly moved: readonly Moved[];
  /** Tensors of the target that keep their values. */
  readonly fresh: readonly Unmoved[];
  /** Tensors of the source that went nowhere. */
  readonly unused: readonly Unmoved[];
}

/** The report as a table with a row for each layer; the heading says how much moved. */
export function describeTransfer({ source, target, moved, fresh, unused }: TransferReport): string {
  const values = (tensors: readonly { readonly dims: readonly number[] }[]) => tensors.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
  const [carried, all] = [values(moved), values(moved) + values(fresh)];
  const heading = `${source} -> ${target}: ${moved.length} of ${moved.length + fresh.length} tensors carried over, ${carried} of ${all} values`;
  const rows = [
    ...byLayer(moved).map(([layer, tensors]) => ['moved', layer, tensors.length, values(tensors), originOf(layer, tensors)] as const),
    ...byLayer(fresh).map(([layer, tensors]) => ['fresh', layer, tensors.length, values(tensors), reasonOf(tensors)] as const),
    ...byLayer(unused).map(([layer, tensors]) => ['unused', layer, tensors.length, values(tensors), reasonOf(tensors)] as const),
  ];
  const table = [['', 'layer', 'tensors', 'values', ''], ...rows.map((row) => row.map(String))];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] as string).length)));
  const lines = table.map((row) => {
    const cells = widths.map((width, column) => (column < 2 ? (row[column] as string).padEnd(width) : (row[column] as string).padStart(width)));
    return `  ${[...cells, row[4]].join('  ')}`.trimEnd();
  });
  return [heading, ...lines].join('\n');
}

function byLayer<T extends { readonly id: string }>(tensors: readonly T[]): [string, T[]][] {
  const layers = new Map<string, T[]>();
  for (const tensor of tensors) layers.set(stemOf(tensor.id), [...(layers.get(stemOf(tensor.id)) ?? []), tensor]);
  return [...layers];
}

/** Where a layer came from, unless it was called the same. */
function originOf(layer: string, moved: readonly Moved[]): string {
  const stems = [...new Set(moved.map(({ from }) => stemOf(from)))].filter((stem) => stem !== layer);
  return stems.length === 0 ? '' : `from ${stems.join(', ')}`;
}

function reasonOf(unmoved: readonly Unmoved[]): string {
  const reasons = new Set(unmoved.map(({ reason }) => reason));
  return reasons.size === 1 ? [...reasons].join() : unmoved.map(({ id, reason }) => `${roleOf(id)}: ${reason}`).join('; ');
}
