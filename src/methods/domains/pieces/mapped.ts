// A linear model learnt on rows that an affine map has moved. Called by methods that move the source to the target before they learn.
import { type Tensor, tensor } from '../../../core/tensor.ts';
import { learntFrom, probabilitiesOf } from './classifier.ts';
import type { AdaptContext, Adapted, Domains } from './domain-method.ts';
import { labelledRows } from './known.ts';
import { product } from './products.ts';

/** `(x - from) A + to` of each row. */
export async function affine(
  { dims, data }: Tensor<'float32'>,
  { matrix, from, to }: { readonly matrix: Tensor<'float32'>; readonly from: Float32Array; readonly to: Float32Array },
): Promise<Tensor<'float32'>> {
  const width = dims[1] as number;
  const centred = tensor(
    'float32',
    dims,
    data.map((value, i) => value - (from[i % width] as number)),
  );
  const moved = await product(centred, matrix);
  for (let i = 0; i < moved.data.length; i++) moved.data[i] = (moved.data[i] as number) + (to[i % width] as number);
  return moved;
}

/** Logistic regression on source rows that lie where the target's do. */
export async function learnt(features: Tensor<'float32'>, domains: Domains, { l2, signal }: AdaptContext): Promise<Adapted> {
  const linear = await learntFrom(labelledRows(domains, features), { classes: domains.classes, l2, signal });
  return { linear, probabilities: await probabilitiesOf(domains.target, linear) };
}
