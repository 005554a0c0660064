// Rotary positions (Su et al. 2021): of each pair (a, b) of elements, a cos - b sin and a sin + b cos.
import type { Value } from '../graph.ts';
import { expansion } from './expansion.ts';

export const RotaryEmbedding = expansion<'RotaryEmbedding'>(({ g, inputs, attrs, shape }) => {
  const [x, cosCache, sinCache, positions] = inputs as [Value, Value, Value, Value | undefined];
  const flat = shape(x).length === 3;
  const sizes = flat ? [...shape(x).slice(0, 2), attrs.num_heads, (shape(x)[2] as number) / attrs.num_heads] : shape(x);
  const apart = flat ? g.reshape(x, sizes) : x;
  const width = sizes[3] as number;
  const turned = attrs.rotary_embedding_dim || width;
  /** `[B, L, D / 2]`, with an axis for the heads. */
  const angles = (cache: Value) => g.unsqueeze(positions ? g.gather(cache, positions) : cache, [flat ? 2 : 1]);
  const [cos, sin] = [angles(cosCache), angles(sinCache)];
  const half = turned / 2;
  const part = (from: number, to: number, step = 1) => g.slice(apart, [from], [to], [3], [step]);
  const [a, b] = attrs.interleaved ? [part(0, turned, 2), part(1, turned, 2)] : [part(0, half), part(half, turned)];
  const real = g.sub(g.mul(a, cos), g.mul(b, sin));
  const imaginary = g.add(g.mul(a, sin), g.mul(b, cos));
  const pairs = attrs.interleaved
    ? [g.reshape(g.concat([g.unsqueeze(real, [4]), g.unsqueeze(imaginary, [4])], 4), [...sizes.slice(0, 3), turned])]
    : [real, imaginary];
  const parts = turned < width ? [...pairs, part(turned, width)] : pairs;
  const y = parts.length === 1 ? (parts[0] as Value) : g.concat(parts, 3);
  return [flat ? g.reshape(y, shape(x)) : y];
});
