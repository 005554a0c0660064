// Learned tables: a row for each token, and one for each position.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { type Initialiser, normal } from '../initialisers.ts';
import type { Layer } from '../scope.ts';

/** What starts in a learned table. */
export interface EmbeddingOptions {
  readonly name?: string;
  /** Default normal with deviation 0.02. */
  readonly init?: Initialiser;
}

const KINDS: OptionKinds<EmbeddingOptions> = { name: 'string', init: 'function' };

/**
 * Rows of a table `[vocabulary, width]` picked by token indices: int64 `[N, L]` to `[N, L, width]`.
 * @throws GraftError `invalid-dtype` when the model's input is not of integers.
 */
export function embedding(vocabulary: number, width: number, options: EmbeddingOptions = {}): Layer {
  knownOptions(options, KINDS, 'embedding');
  const { name, init = normal(0.02) } = options;
  return {
    kind: 'embedding',
    name,
    build: (scope, x) => {
      if (x.dtype !== 'int64' && x.dtype !== 'int32') {
        fail('invalid-dtype', `\`${scope.path.join('/')}\` picks rows by index, but its input is ${x.dtype}; give the model \`dtype: 'int64'\`.`);
      }
      return scope.g.gather(scope.parameter('weight', [vocabulary, width], { init, fans: { in: vocabulary, out: width } }), x);
    },
  };
}

/**
 * Adds a learned vector to each position: `[N, L, D]` to the same, table `[L, D]` (Gehring et al. 2017, sec. 3.1).
 * @throws GraftError `invalid-shape` unless L and D are known.
 */
export function positionalEmbedding(options: EmbeddingOptions = {}): Layer {
  knownOptions(options, KINDS, 'positionalEmbedding');
  const { name, init = normal(0.02) } = options;
  return {
    kind: 'positionalEmbedding',
    name,
    build: (scope, x) => {
      const [, length, width] = x.shape;
      if (x.shape.length !== 3 || typeof length !== 'number' || typeof width !== 'number') {
        return fail('invalid-shape', `\`${scope.path.join('/')}\` takes [N, L, D] with known L and D, not [${x.shape.join(', ')}].`);
      }
      return scope.g.add(x, scope.parameter('weight', [length, width], { init, fans: { in: length, out: width } }));
    },
  };
}
