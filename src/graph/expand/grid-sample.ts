// GridSample (Jaderberg et al. 2015) as a weighted sum of the elements around each place.
import { fail } from '../../core/errors.ts';
import { sizeOf, tensorOf } from '../../core/tensor.ts';
import type { Builder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { concrete } from '../types.ts';
import { expansion } from './expansion.ts';

/** Parameter of the cubic (Keys 1981), as in PyTorch. */
const A = -0.75;

/**
 * Up to so many elements of an image for each neighbour of a place, its gradient is faster as a product with a matrix of weights than as a look-up,
 * whose gradient adds element by element in one thread; and up to so many weights such a matrix is made at all.
 */
const MOST_PER_NEIGHBOUR = 600;
const MOST_WEIGHTS = 2 ** 25;

/** A neighbour along one axis: its index as a whole floating-point number, and its weight; `undefined` counts 1. `[N, places]` both. */
interface Tap {
  readonly index: Value;
  readonly weight: Value | undefined;
}

interface Axis {
  readonly g: Builder;
  readonly size: number;
  readonly padding: string;
  readonly aligned: boolean;
}

export const GridSample = expansion<'GridSample'>(({ g, node, inputs, attrs, shape }) => {
  const [x, grid] = inputs as [Value, Value];
  const [n, channels, ...sizes] = shape(x) as [number, number, ...number[]];
  const output = shape(grid).slice(1, -1);
  const places = sizeOf(output);
  const rank = sizes.length;
  const flat = g.reshape(grid, [n, places, rank]);
  const taps = sizes.map((size, k) => {
    const axis: Axis = { g, size, padding: attrs.padding_mode, aligned: attrs.align_corners !== 0 };
    const coordinate = g.squeeze(g.slice(flat, [rank - 1 - k], [rank - k], [2]), [2]);
    return (methods[attrs.mode] ?? fail('unsupported-gradient', `GridSample node \`${node.name}\` has no mode "${attrs.mode}".`))(axis, coordinate);
  });
  // All combinations of neighbours, the index counted over the whole image.
  let corners: Tap[] = [{ index: g.scalar(0, x.dtype), weight: undefined }];
  taps.forEach((along, k) => {
    corners = corners.flatMap((corner) =>
      along.map(({ index, weight }) => ({
        index: k === 0 ? index : g.add(g.mul(corner.index, sizes[k] as number), index),
        weight: corner.weight && weight ? g.mul(corner.weight, weight) : (corner.weight ?? weight),
      })),
    );
  });
  const stacked = (values: readonly Value[]) =>
    g.concat(
      values.map((value) => g.unsqueeze(value, [1])),
      1,
    );
  const indices = g.cast(stacked(corners.map(({ index }) => index)), 'int64');
  const counted = corners.every(({ weight }) => weight);
  const weights = counted ? stacked(corners.map(({ weight }) => weight as Value)) : undefined;
  const image = { g, x: g.reshape(x, [n, channels, -1]), size: sizeOf(sizes), indices, weights };
  const few = sizeOf(sizes) <= MOST_PER_NEIGHBOUR * corners.length && n * places * sizeOf(sizes) <= MOST_WEIGHTS;
  return [g.reshape(few ? multiplied(image) : lookedUp(image), [n, channels, ...output])];
});

interface Image {
  readonly g: Builder;
  /** `[N, C, size]` */
  readonly x: Value;
  readonly size: number;
  /** `[N, neighbours, places]` both; without weights each counts 1. */
  readonly indices: Value;
  readonly weights: Value | undefined;
}

/** Every place as a column of weights of all elements, and one product for each image. */
function multiplied({ g, x, size, indices, weights }: Image): Value {
  const [n, neighbours, places] = concrete(indices.shape, `\`${indices.name}\``) as [number, number, number];
  const zeros = g.expand(g.scalar(0, x.dtype), [n, size, places]);
  const updates = weights ?? g.expand(g.scalar(1, x.dtype), [n, neighbours, places]);
  return g.matMul(x, g.op('ScatterElements', [zeros, indices, updates], { axis: 1, reduction: 'add' }));
}

/** Each neighbour's channels looked up, weighted and summed. */
function lookedUp({ g, x, size, indices, weights }: Image): Value {
  const [n, channels] = concrete(x.shape, `\`${x.name}\``) as [number, number, number];
  const starts = Array.from({ length: n }, (_, i) => i * size);
  const rows = g.add(indices, g.constant(tensorOf('int64', starts, [n, 1, 1])));
  const found = g.gather(g.reshape(g.transpose(x, [0, 2, 1]), [n * size, channels]), rows);
  const weighted = weights ? g.mul(found, g.unsqueeze(weights, [3])) : found;
  return g.transpose(g.sum(weighted, [1]), [0, 2, 1]);
}

const methods: Readonly<Record<string, (axis: Axis, coordinate: Value) => Tap[]>> = {
  nearest: (axis, coordinate) => [tap(axis, axis.g.op('Round', [padded(axis, onAxis(axis, coordinate))]), undefined)],
  linear: (axis, coordinate) => {
    const { g } = axis;
    const at = padded(axis, onAxis(axis, coordinate));
    const first = g.op('Floor', [at]);
    const rest = g.sub(at, first);
    return [tap(axis, first, g.sub(1, rest)), tap(axis, g.add(first, 1), rest)];
  },
  /** Neighbours outside are looked for by the padding one by one, not the place itself. */
  cubic: (axis, coordinate) => {
    const { g } = axis;
    const at = onAxis(axis, coordinate);
    const first = g.op('Floor', [at]);
    const t = g.sub(at, first);
    const polynomial = (x: Value, [c3, c2, c1, c0]: readonly [number, number, number, number]) =>
      g.add(g.mul(g.add(g.mul(g.add(g.mul(x, c3), c2), x), c1), x), c0);
    const near = [A + 2, -(A + 3), 0, 1] as const;
    const far = [A, -5 * A, 8 * A, -4 * A] as const;
    const weights = [polynomial(g.add(t, 1), far), polynomial(t, near), polynomial(g.sub(1, t), near), polynomial(g.sub(2, t), far)];
    return weights.map((weight, i) => tap(axis, padded(axis, g.add(first, i - 1)), weight));
  },
};

/** From [-1, 1] to [0, size - 1], or with corners not aligned [-1/2, size - 1/2]. */
function onAxis({ g, size, aligned }: Axis, coordinate: Value): Value {
  const from0 = g.add(coordinate, 1);
  return aligned ? g.mul(from0, (size - 1) / 2) : g.sub(g.mul(from0, size / 2), 0.5);
}

/** A place outside brought to the border, or mirrored at it. */
function padded({ g, size, padding, aligned }: Axis, at: Value): Value {
  if (padding === 'zeros') return at;
  let inside = at;
  if (padding === 'reflection') {
    const [low, span] = aligned ? [0, size - 1] : [-0.5, size];
    if (span === 0) return g.mul(at, 0);
    const distance = g.abs(g.sub(at, low));
    const flips = g.op('Floor', [g.mul(distance, 1 / span)]);
    const extra = g.sub(distance, g.mul(flips, span));
    const odd = g.sub(flips, g.mul(g.op('Floor', [g.mul(flips, 0.5)]), 2));
    // extra + low, or span - extra + low after an odd number of turns.
    inside = g.add(g.add(extra, g.mul(odd, g.sub(span, g.mul(extra, 2)))), low);
  }
  return g.op('Clip', [inside, g.scalar(0, at.dtype), g.scalar(size - 1, at.dtype)]);
}

/** A neighbour at `index`, which counts nothing where that lies outside. */
function tap({ g, size, padding }: Axis, index: Value, weight: Value | undefined): Tap {
  const clipped = g.op('Clip', [index, g.scalar(0, index.dtype), g.scalar(size - 1, index.dtype)]);
  if (padding !== 'zeros') return { index: clipped, weight };
  const inside = g.mask(g.equal(clipped, index), index.dtype);
  return { index: clipped, weight: weight ? g.mul(weight, inside) : inside };
}
