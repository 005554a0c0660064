// GatherND and ScatterND address several axes at once; with those axes joined to one, their indices are ordinary ones. Used by rules and lowerings.
import { sizeOf, tensorOf } from '../core/tensor.ts';
import type { Builder } from './builder.ts';
import type { Value } from './graph.ts';
import { concrete } from './types.ts';

/** Indices into the joined axes, and how many of the data's axes were joined. */
export interface Joined {
  /** Of the shape of the given indices without their last axis. */
  readonly indices: Value;
  /** Size of the joined axis. */
  readonly rows: number;
  /** Sizes of the axes behind it. */
  readonly rest: readonly number[];
}

/**
 * Joins the axes of data of `sizes` that `indices` `[..., k]` address, the k axes behind the first `batch`, with those. Negative indices count from
 * the end of their own axis.
 */
export function joinedIndices(g: Builder, indices: Value, sizes: readonly number[], batch = 0): Joined {
  const shape = concrete(indices.shape, `\`${indices.name}\``);
  const depth = shape.at(-1) as number;
  const addressed = sizes.slice(batch, batch + depth);
  const counted = g.where(g.less(indices, 0), g.add(indices, g.ints(addressed)), indices);
  const flat = g.sum(g.mul(counted, g.ints(addressed.map((_, i) => sizeOf(addressed.slice(i + 1))))), [-1]);
  const lead = sizes.slice(0, batch);
  const [blocks, rows] = [sizeOf(lead), sizeOf(addressed)];
  const starts = Array.from({ length: blocks }, (_, block) => block * rows);
  const aligned = [...lead, ...shape.slice(batch, -1).map(() => 1)];
  return {
    indices: batch === 0 ? flat : g.add(flat, g.constant(tensorOf('int64', starts, aligned))),
    rows: blocks * rows,
    rest: sizes.slice(batch + depth),
  };
}
