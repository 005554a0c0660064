// What recurrent layers are taken apart into: directions one by one, and blocks of single steps. Used by their gradients and where they run as steps.
import type { Builder } from './builder.ts';
import type { Value } from './graph.ts';
import type { RecurrentAttrs } from './schema/recurrent.ts';

/** What one direction of LSTM, GRU or RNN is given, without the axis for directions: W, R, the biases of both, and the first states `[B, H]`. */
interface GivenDirection {
  readonly reverse: boolean;
  readonly w: Value;
  readonly r: Value;
  readonly wb: Value | undefined;
  readonly rb: Value | undefined;
  readonly h0: Value | undefined;
  readonly c0: Value | undefined;
}

/** What direction `d` of `count` has of a value with an axis for directions. */
export function ofDirection(g: Builder, value: Value, d: number, count: number, axis = 0): Value {
  return g.squeeze(count === 1 ? value : g.slice(value, [d], [d + 1], [axis]), [axis]);
}

/** The directions of a layer with `inputs` in ONNX's order. */
export function directionsOf(
  g: Builder,
  inputs: readonly (Value | undefined)[],
  { layout, direction }: Pick<RecurrentAttrs, 'layout' | 'direction'>,
): readonly GivenDirection[] {
  const [, w, r, bias, , h0, c0] = inputs as readonly [Value, Value, Value, ...(Value | undefined)[]];
  const count = w.shape[0] as number;
  return Array.from({ length: count }, (_, d) => {
    const own = (value: Value, axis = 0) => ofDirection(g, value, d, count, axis);
    const [wb, rb] = bias ? g.ops('Split', [own(bias)], { axis: 0, num_outputs: 2 }, 2) : [];
    return { reverse: direction === 'reverse' || d === 1, w: own(w), r: own(r), wb, rb, h0: h0 && own(h0, layout), c0: c0 && own(c0, layout) };
  });
}

/** Steps in the order in which they are taken. */
export function orderOf(steps: number, reverse: boolean): readonly number[] {
  return Array.from({ length: steps }, (_, i) => (reverse ? steps - 1 - i : i));
}

/** Cuts `[T B, n]` into the T blocks of single steps. */
export function blocks(g: Builder, value: Value, steps: number): readonly Value[] {
  return steps === 1 ? [value] : g.ops('Split', [value], { axis: 0, num_outputs: steps }, steps);
}

/** Joins blocks, or parts of one step's columns. */
export function joined(g: Builder, values: readonly Value[], axis = 0): Value {
  return values.length === 1 ? (values[0] as Value) : g.concat(values, axis);
}

/** Puts values of single directions side by side along a new axis. */
export function stackedAlong(g: Builder, values: readonly Value[], axis: number): Value {
  return joined(
    g,
    values.map((value) => g.unsqueeze(value, [axis])),
    axis,
  );
}
