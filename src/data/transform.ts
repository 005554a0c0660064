// The one shape of every input transform: a batch of float32 examples goes in, a new batch leaves. Files in `transforms/` make them.
import type { Tensor } from '../core/tensor.ts';

/** Maps inputs `[N, ...]` to new inputs `[N, ...]`; example `i` of the result depends on example `i` alone, and the argument is left as it was. */
export type Transform = (inputs: Tensor<'float32'>) => Tensor<'float32'>;
