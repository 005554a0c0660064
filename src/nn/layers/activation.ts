// Activations and dropout.
import { fail } from '../../core/errors.ts';
import type { Layer } from '../scope.ts';

export function relu(name?: string): Layer {
  return { kind: 'relu', name, build: ({ g }, x) => g.relu(x) };
}

export function sigmoid(name?: string): Layer {
  return { kind: 'sigmoid', name, build: ({ g }, x) => g.sigmoid(x) };
}

export function tanh(name?: string): Layer {
  return { kind: 'tanh', name, build: ({ g }, x) => g.tanh(x) };
}

/** x Phi(x), exact (Hendrycks & Gimpel 2016). */
export function gelu(name?: string): Layer {
  return { kind: 'gelu', name, build: ({ g }, x) => g.op('Gelu', [x]) };
}

/** max(x, slope x). */
export function leakyRelu(slope = 0.01, name?: string): Layer {
  return { kind: 'leakyRelu', name, build: ({ g }, x) => g.op('LeakyRelu', [x], { alpha: slope }) };
}

/** x if x > 0, else alpha (e^x - 1) (Clevert et al. 2016). */
export function elu(alpha = 1, name?: string): Layer {
  return { kind: 'elu', name, build: ({ g }, x) => g.op('Elu', [x], { alpha }) };
}

/**
 * While training, sets each element to 0 with probability `rate` and divides the others by 1 - rate; the identity otherwise (Srivastava et al. 2014).
 * Masks are a function of (seed, epoch, step, place).
 * @throws GraftError `invalid-argument` when `rate` is outside [0, 1).
 */
export function dropout(rate = 0.5, name?: string): Layer {
  if (!(rate >= 0 && rate < 1)) fail('invalid-argument', `\`rate\` (=${rate}) of dropout must be at least 0 and below 1.`);
  return { kind: 'dropout', name, build: ({ g }, x) => g.op('Dropout', [x, g.scalar(rate)]) };
}
