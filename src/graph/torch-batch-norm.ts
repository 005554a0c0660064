// Batch normalisation as PyTorch states it, in ONNX's terms. Called where weights or settings come from PyTorch.
import { fail } from '../core/errors.ts';

/**
 * ONNX's `momentum` of a batch norm, given PyTorch's: `1 - momentum`, since PyTorch weighs the new batch and ONNX the past.
 * The running means then agree. PyTorch's running variance takes the unbiased batch variance, n / (n - 1) times the biased one that ONNX
 * (and ONNX Runtime) takes, n elements a channel; statistics trained here differ from PyTorch's by that factor.
 * @param momentum PyTorch's, in [0, 1]; its default is 0.1.
 * @throws GraftError `invalid-argument` outside that range. PyTorch's `None`, the average over all batches, has no ONNX form.
 */
export function fromTorchMomentum(momentum: number): number {
  if (momentum >= 0 && momentum <= 1) return 1 - momentum;
  return fail('invalid-argument', `\`momentum\` (=${momentum}) of a batch norm must lie in [0, 1].`);
}
