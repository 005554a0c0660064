// Gradients of Fourier transforms.
import { DFT as expandDft } from '../../graph/expand/dft.ts';
import { expanded, unsupported } from '../rule.ts';

export const DFT = expanded(expandDft);
export const STFT = unsupported(
  'Graft has no gradient for transforms of overlapping windows. Compute the spectrum before the model, or train what follows it.',
);
