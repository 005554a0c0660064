// The gradient of batch norm on the batch's own statistics, as ops that can be differentiated again.
import type { Value } from '../graph.ts';
import { expansion } from './expansion.ts';

/**
 * dx = gain (dy - mean(dy) - inverse^2 centred mean(dy centred)), gain = scale inverse (Ioffe & Szegedy 2015, sec. 3), gathered into one factor
 * for dy, one for the centred input and a shift per channel, which are fewer passes over memory.
 */
export const BatchNormGrad = expansion<'BatchNormGrad'>(({ g, inputs, attrs, shape }) => {
  const [x, scale, dy] = inputs as readonly [Value, Value, Value];
  const sizes = shape(x);
  const axes = [...sizes.keys()].filter((axis) => axis !== 1);
  const count = axes.reduce((product, axis) => product * (sizes[axis] as number), 1);
  const sum = (value: Value) => g.sum(value, axes);
  const wide = (vector: Value) => (axes.length > 1 ? g.reshape(vector, [-1, ...axes.slice(1).map(() => 1)]) : vector);
  const mean = (value: Value) => g.mul(sum(value), 1 / count);
  const centred = g.sub(x, wide(mean(x)));
  const inverse = g.reciprocal(g.sqrt(g.add(mean(g.mul(centred, centred)), attrs.epsilon)));
  const gain = g.mul(scale, inverse);
  const dBias = sum(dy);
  const dScale = g.mul(sum(g.mul(dy, centred)), inverse);
  const share = g.mul(gain, -1 / count);
  const perCentred = g.mul(share, g.mul(dScale, inverse));
  const statistics = g.add(g.mul(centred, wide(perCentred)), wide(g.mul(share, dBias)));
  return [g.add(g.mul(dy, wide(gain)), statistics), dScale, dBias];
});
