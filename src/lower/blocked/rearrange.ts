// Moves of blocked values: along the places as they are, along the channels by whole blocks, and channels to the end.
import { numbersIn } from '../../graph/elements.ts';
import type { Value } from '../../graph/graph.ts';
import { type LowerBlocked, sizesOf } from './layout.ts';

/** Channels side by side, where every part but the last fills its blocks. */
export const Concat: LowerBlocked<{ readonly axis: number }> = ({ b, g, inputs, attrs, node }) => {
  const parts = inputs as readonly Value[];
  const rank = parts[0]?.shape.length;
  const axis = (attrs.axis + (rank as number)) % (rank as number);
  if (rank !== 4 || !parts.some((x) => b.held(x)) || parts[0]?.dtype !== 'float32') return undefined;
  const channels = node.outputs[0]?.shape[1] as number;
  if (axis === 0)
    return [
      b.give(
        g.concat(
          parts.map((x) => b.of(x)),
          0,
        ),
        channels,
      ),
    ];
  if (axis !== 1 || parts.slice(0, -1).some((x) => (sizesOf(x)[1] as number) % b.block !== 0)) return undefined;
  return [
    b.give(
      g.concat(
        parts.map((x) => b.of(x)),
        1,
      ),
      channels,
    ),
  ];
};

/** The same number at every place. */
export const Expand: LowerBlocked = ({ b, g, x: [x], node }) => {
  const target = node.outputs[0]?.shape as readonly number[];
  const own = sizesOf(x);
  if (own.length !== 4 || target.length !== 4 || own[0] !== target[0] || own[1] !== target[1] || own[2] !== 1 || own[3] !== 1) return undefined;
  const [n, channels, ...places] = target as [number, number, number, number];
  const blocks = (n * b.padded(channels)) / b.block;
  if (x.dtype !== 'float32' || channels < b.block || places[0] * places[1] === 1) return undefined;
  const wide = g.expand(g.reshape(b.of(x), [blocks, 1, b.block]), [blocks, places[0] * places[1], b.block]);
  return [b.give(g.reshape(wide, [n, b.padded(channels), ...places]), channels)];
};

/** Zeros around the places. */
export const Pad: LowerBlocked<{ readonly mode: string }> = ({ b, g, x: [x], inputs, attrs }) => {
  const held = b.held(x);
  const pads = numbersIn(inputs[1]);
  const value = inputs[2] ? numbersIn(inputs[2]) : [0];
  if (!held || !pads || inputs[3] || attrs.mode !== 'constant' || value?.[0] !== 0 || held.dtype !== 'float32') return undefined;
  const [n0, c0, top, left, n1, c1, bottom, right] = pads as [number, number, number, number, number, number, number, number];
  if (n0 || c0 || n1 || c1) return undefined;
  const padded = b.places(held, (five) => g.op('Pad', [five, g.ints([0, 0, top, left, 0, 0, 0, bottom, right, 0])]));
  return [b.give(padded, sizesOf(x)[1] as number)];
};

/** Along places, examples, and whole blocks of channels. */
export const Slice: LowerBlocked = ({ b, g, x: [x], inputs, node }) => {
  const held = b.held(x);
  if (!held) return undefined;
  const [starts, ends, axes, steps] = [1, 2, 3, 4].map((i) => numbersIn(inputs[i]));
  const sizes = sizesOf(x);
  if (!starts || !ends) return undefined;
  let [from, to] = [[0, 0, 0, 0], [...sizes]];
  const step = [1, 1, 1, 1];
  for (const [i, start] of starts.entries()) {
    const axis = ((axes?.[i] ?? i) + 4) % 4;
    const stride = steps?.[i] ?? 1;
    if (stride < 1) return undefined;
    const size = sizes[axis] as number;
    const bound = (at: number) => Math.max(0, Math.min(size, at < 0 ? at + size : at));
    from[axis] = bound(start);
    to[axis] = bound(ends[i] as number);
    step[axis] = stride;
  }
  const channels = node.outputs[0]?.shape[1] as number;
  const [first, last] = [from[1] as number, to[1] as number];
  if (step[1] !== 1 || first % b.block !== 0 || (last % b.block !== 0 && last !== sizes[1])) return undefined;
  from = from.with(1, first / b.block);
  to = to.with(1, Math.ceil(last / b.block));
  const moved = [0, 1, 2, 3].filter(
    (axis) => from[axis] !== 0 || step[axis] !== 1 || to[axis] !== (axis === 1 ? (sizesOf(held)[1] as number) / b.block : sizes[axis]),
  );
  const at = (values: readonly number[]) => moved.map((axis) => values[axis] as number);
  return [
    b.give(
      b.places(held, (five) => (moved.length ? g.slice(five, at(from), at(to), moved, at(step)) : five)),
      channels,
    ),
  ];
};

/** To channels last, as the kernel that leaves the layout gives them; the way back is in `Blocks.of`. */
export const Transpose: LowerBlocked<{ readonly perm?: readonly number[] }> = ({ b, x: [x], attrs }) => {
  const held = b.held(x);
  if (!held || String(attrs.perm) !== '0,2,3,1' || held.dtype !== 'float32') return undefined;
  const [n, channels, ...places] = sizesOf(x) as [number, number, number, number];
  return [b.op('ReorderOutput', [held], { channels, channels_last: 1 }, [n, ...places, channels])];
};
