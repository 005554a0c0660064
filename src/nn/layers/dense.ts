// Fully connected layers, and flattening before them.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { glorotUniform, type Initialiser, zeros } from '../initialisers.ts';
import type { Layer } from '../scope.ts';

/** What a {@link dense} layer has beside its weight, and what starts in that. */
export interface DenseOptions {
  readonly name?: string;
  /** Default true. */
  readonly bias?: boolean;
  /** Default Glorot uniform. */
  readonly init?: Initialiser;
}

const KINDS: OptionKinds<DenseOptions> = { name: 'string', bias: 'boolean', init: { kind: 'function', like: 'initialisers.heNormal' } };

/**
 * y = x W^T + b over the last axis: `[..., in]` to `[..., units]`. Weight `[units, in]` as ONNX's Gemm with `transB` and PyTorch hold it, bias `[units]`.
 * @throws GraftError `invalid-argument` for `units` below 1; `invalid-shape` when the last axis of the input is symbolic.
 */
export function dense(units: number, options: DenseOptions = {}): Layer {
  knownOptions(options, KINDS, 'dense', { activation: 'an activation is a layer of its own: put `relu()` or another behind this one.' });
  const { name, bias = true, init = glorotUniform } = options;
  if (!Number.isInteger(units) || units < 1) fail('invalid-argument', `\`units\` (=${units}) of a dense layer must be a whole number of at least 1.`);
  return {
    kind: 'dense',
    name,
    build: (scope, x) => {
      const inputs = x.shape.at(-1);
      if (typeof inputs !== 'number')
        return fail('invalid-shape', `\`${scope.path.join('/')}\`: the last axis of its input [${x.shape.join(', ')}] must be known.`);
      const weight = scope.parameter('weight', [units, inputs], { init, fans: { in: inputs, out: units } });
      const b = bias ? scope.parameter('bias', [units], { init: zeros, decay: false }) : undefined;
      if (x.shape.length === 2) return scope.g.op('Gemm', [x, weight, b], { transB: 1 });
      const product = scope.g.matMul(x, scope.g.transpose(weight, [1, 0]));
      return b ? scope.g.add(product, b) : product;
    },
  };
}

/** `[N, ...]` to `[N, product of the rest]`. */
export function flatten(name?: string): Layer {
  return { kind: 'flatten', name, build: ({ g }, x) => g.op('Flatten', [x], { axis: 1 }) };
}
