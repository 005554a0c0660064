// The gradient of layer norm, as ops that can be differentiated again.
import type { Value } from '../graph.ts';
import { normaliseAxis } from '../types.ts';
import { expansion } from './expansion.ts';

/** dx = inverse (h - mean(h) - normal mean(h normal)), h = dy scale, over `axis` and what lies behind it (Ba et al. 2016). */
export const LayerNormGrad = expansion<'LayerNormGrad'>(({ g, inputs, attrs, shape }) => {
  const [x, scale, dy] = inputs as readonly [Value, Value, Value];
  const rank = x.shape.length;
  const axes = [...shape(x).keys()].slice(normaliseAxis(attrs.axis, rank, 'LayerNormGrad'));
  const mean = (value: Value) => g.mean(value, axes, true);
  const centred = g.sub(x, mean(x));
  const inverse = g.reciprocal(g.sqrt(g.add(mean(g.mul(centred, centred)), attrs.epsilon)));
  const normal = g.mul(centred, inverse);
  const scaled = g.mul(dy, scale);
  const dx = g.mul(inverse, g.sub(scaled, g.add(mean(scaled), g.mul(normal, mean(g.mul(scaled, normal))))));
  const products = g.mul(dy, normal);
  const lead = rank - axes.length;
  return [dx, lead === 0 ? products : g.sum(products, [...Array(lead).keys()])];
});
