// Activations, and dropout.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { constant, type Initialiser } from '../initialisers.ts';
import type { Layer } from '../scope.ts';

/** max(x, 0) (Nair & Hinton 2010). */
export function relu(name?: string): Layer {
  return { kind: 'relu', name, build: ({ g }, x) => g.relu(x) };
}

/** 1 / (1 + e^-x). */
export function sigmoid(name?: string): Layer {
  return { kind: 'sigmoid', name, build: ({ g }, x) => g.sigmoid(x) };
}

/** (e^x - e^-x) / (e^x + e^-x). */
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

/** log(1 + e^x), without overflow. */
export function softplus(name?: string): Layer {
  return { kind: 'softplus', name, build: ({ g }, x) => g.op('Softplus', [x]) };
}

/** clip(x / 6 + 1/2, 0, 1), as PyTorch and Keras 3 have it (Howard et al. 2019, sec. 5.2). */
export function hardSigmoid(name?: string): Layer {
  return { kind: 'hardSigmoid', name, build: ({ g }, x) => g.op('HardSigmoid', [x], { alpha: 1 / 6, beta: 0.5 }) };
}

/** x clip(x / 6 + 1/2, 0, 1) (Howard et al. 2019, sec. 5.2). */
export function hardSwish(name?: string): Layer {
  return { kind: 'hardSwish', name, build: ({ g }, x) => g.op('HardSwish', [x]) };
}

/**
 * x if x > 0, else slope x, with one learned slope for each channel: `[N, C, ...]` to the same, slope `[C]` (He et al. 2015, eq. 1).
 * Slopes start at 0.25 and do not decay.
 */
export function prelu(options: { readonly name?: string; readonly init?: Initialiser } = {}): Layer {
  const kinds: OptionKinds<typeof options> = { name: 'string', init: 'function' };
  knownOptions(options, kinds, 'prelu');
  const { name, init = constant(0.25) } = options;
  return {
    kind: 'prelu',
    name,
    build: (scope, x) => {
      const channels = x.shape[1];
      if (typeof channels !== 'number')
        return fail('invalid-shape', `\`${scope.path.join('/')}\` takes [N, C, ...] with known channels, not [${x.shape.join(', ')}].`);
      const slope = scope.parameter('slope', [channels], { init, decay: false });
      return scope.g.op('PRelu', [x, scope.g.reshape(slope, [-1, ...x.shape.slice(2).map(() => 1)])]);
    },
  };
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
