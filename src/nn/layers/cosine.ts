// A classifier by angles: how well features point in the direction of each class.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { glorotUniform, type Initialiser } from '../initialisers.ts';
import type { Layer } from '../scope.ts';

/** What a {@link cosine} layer starts with. */
export interface CosineOptions {
  readonly name?: string;
  /** Factor of the cosines, so that a softmax over them can be sharp; trained. Default 16. */
  readonly scale?: number;
  /** Default Glorot uniform. */
  readonly init?: Initialiser;
}

const KINDS: OptionKinds<CosineOptions> = { name: 'string', scale: 'number', init: 'function' };

/** Keeps the length of a zero vector from dividing by zero. */
const LEAST_SQUARE = 1e-12;

/**
 * y_c = s <x / |x|, w_c / |w_c|> over the last axis (Gidaris & Komodakis 2018, eq. 6; Chen et al. 2019, Baseline++): `[N, in]` to `[N, units]`. Weight
 * `[units, in]`, scale `[1]`. Lengths do not count, which helps where classes have few examples.
 * @throws GraftError `invalid-argument` for `units` below 1; `invalid-shape` when the input is not `[N, in]` with `in` known.
 */
export function cosine(units: number, options: CosineOptions = {}): Layer {
  knownOptions(options, KINDS, 'cosine');
  const { name, scale = 16, init = glorotUniform } = options;
  if (!Number.isInteger(units) || units < 1)
    fail('invalid-argument', `\`units\` (=${units}) of a cosine layer must be a whole number of at least 1.`);
  return {
    kind: 'cosine',
    name,
    build: (scope, x) => {
      const { g } = scope;
      const [, inputs] = x.shape;
      if (x.shape.length !== 2 || typeof inputs !== 'number')
        return fail('invalid-shape', `\`${scope.path.join('/')}\`: its input [${x.shape.join(', ')}] must be [N, in] with a known size.`);
      const weight = scope.parameter('weight', [units, inputs], { init, fans: { in: inputs, out: units }, decay: false });
      const factor = scope.parameter('scale', [1], { init: () => Float32Array.of(scale), decay: false });
      const unit = (value: typeof x) => g.div(value, g.sqrt(g.add(g.sum(g.mul(value, value), [1], true), LEAST_SQUARE)));
      return g.mul(g.op('Gemm', [unit(x), unit(weight)], { transB: 1 }), factor);
    },
  };
}
