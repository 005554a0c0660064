// Sums and means over the places of blocked values.
import { numbersIn } from '../../graph/elements.ts';
import type { Value } from '../../graph/graph.ts';
import { type BlockedContext, type LowerBlocked, sizesOf } from './layout.ts';

type Reduce = BlockedContext<{ readonly keepdims: number }>;

/** Over height and width, or over these and the examples; a sum of products needs no products in between. */
function reduce(mean: boolean): LowerBlocked<Reduce['attrs']> {
  return ({ b, g, node, inputs, x: [x], attrs, shape, map }) => {
    if (shape(x).length !== 4 || x.dtype !== 'float32') return undefined;
    const axes = numbersIn(inputs[1])
      ?.map((axis) => (axis + 4) % 4)
      .sort();
    const over = String(axes);
    if (over !== '2,3' && over !== '0,2,3') return undefined;
    const factors = node.inputs[0]?.node;
    const same = (value: Value | undefined) => value?.shape.length === 4 && value.shape.every((size, i) => size === shape(x)[i]);
    const product =
      factors?.op === 'Mul' && factors.domain === '' && factors.inputs.every(same) ? factors.inputs.map((value) => map(value as Value)) : undefined;
    if (!b.held(x) && !product?.some((value) => b.held(value))) return undefined;
    const [n, channels, ...places] = shape(x) as [number, number, number, number];
    const sums = product ? b.dots(b.of(product[0] as Value), b.of(product[1] as Value)) : b.sums(b.of(x));
    const count = places[0] * places[1];
    const scaled = (value: Value, divisor: number) => (mean ? g.mul(value, 1 / divisor) : value);
    const target = (node.outputs[0] as Value).shape as readonly number[];
    if (over === '2,3') {
      const wide = g.reshape(scaled(sums, count), [n, b.padded(channels), 1, 1]);
      if (attrs.keepdims) return [b.give(wide, channels)];
      return [g.reshape(b.plain(wide, channels), target)];
    }
    const total = scaled(g.sum(sums, [0]), n * count);
    const own = sizesOf(total)[0] === channels ? total : g.slice(total, [0], [channels], [0]);
    return [g.reshape(own, target)];
  };
}

export const ReduceSum = reduce(false);
export const ReduceMean = reduce(true);

export const GlobalAveragePool: LowerBlocked = ({ b, x: [x], shape }) => {
  const held = b.held(x);
  if (!held) return undefined;
  const [n, channels] = shape(x) as [number, number];
  return [b.give(b.op('GlobalAveragePool', [held], {}, [n, b.padded(channels), 1, 1]), channels)];
};
