// Features that each weigh as much as is said, and linear models of such. Called by methods that weigh features.
import { type Tensor, tensor } from '../../../core/tensor.ts';
import type { LinearModel } from '../../probes/linear.ts';

/** Each feature of `[N, D]` times its weight, copied. */
export function scaleColumns({ dims, data }: Tensor<'float32'>, weights: Float32Array): Tensor<'float32'> {
  const width = weights.length;
  return tensor(
    'float32',
    dims,
    data.map((value, i) => value * (weights[i % width] as number)),
  );
}

/** The model of plain features that gives what `linear` gives of those times `weights`. */
export function ofPlainColumns({ weights: own, bias }: LinearModel, weights: Float32Array): LinearModel {
  return { weights: own.map((value, i) => value * (weights[Math.floor(i / bias.length)] as number)), bias };
}
