// Fourier transforms.
import { unsupported } from '../rule.ts';

const why = 'Graft has no gradient for Fourier transforms. Compute the spectrum before the model, or train what follows it.';
export const DFT = unsupported(why);
export const STFT = unsupported(why);
