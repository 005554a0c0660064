// Self-attention and the transformer encoder layer.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import type { Layer } from '../scope.ts';
import { dropout, gelu } from './activation.ts';
import { dense } from './dense.ts';
import { layerNorm } from './norm.ts';
import { residual, sequential } from './sequential.ts';

/**
 * Multi-head self-attention `[N, L, D]` to `[N, L, D]`: softmax(Q K^T / sqrt(D / heads)) V per head (Vaswani et al. 2017, eq. 1).
 * Queries, keys, values and the result pass a dense layer each: `query`, `key`, `value`, `output`.
 * @throws GraftError `invalid-argument` when `heads` does not divide D.
 */
export function selfAttention(heads: number, name?: string): Layer {
  return {
    kind: 'attention',
    name,
    build: (scope, x) => {
      const { g } = scope;
      const width = x.shape.at(-1);
      if (x.shape.length !== 3 || typeof width !== 'number' || !Number.isInteger(heads) || heads < 1 || width % heads) {
        return fail(
          'invalid-argument',
          `\`${scope.path.join('/')}\`: \`heads\` (=${heads}) must divide the last axis of its input [N, L, D], which is [${x.shape.join(', ')}].`,
        );
      }
      const size = width / heads;
      const split = (kind: string) => g.reshape(scope.layer(dense(width), x, kind), [0, 0, heads, size]);
      const query = g.transpose(split('query'), [0, 2, 1, 3]);
      const key = g.transpose(split('key'), [0, 2, 3, 1]);
      const value = g.transpose(split('value'), [0, 2, 1, 3]);
      const weights = g.softmax(g.mul(g.matMul(query, key), 1 / Math.sqrt(size)));
      const heard = g.reshape(g.transpose(g.matMul(weights, value), [0, 2, 1, 3]), [0, 0, width]);
      return scope.layer(dense(width), heard, 'output');
    },
  };
}

/** Size and order of an {@link encoderLayer}, `[N, L, D]` to the same. */
export interface EncoderLayerOptions {
  readonly name?: string;
  /** Must divide D. */
  readonly heads: number;
  /** Width of the hidden layer of the feed-forward part. */
  readonly hidden: number;
  /** Rate of dropout at the end of each part. Default 0. */
  readonly dropout?: number;
  /** Layer norm `before` each part, within the shortcut (Xiong et al. 2020), or `after` each sum, as BERT has it. Default `before`. */
  readonly norm?: 'before' | 'after';
}

const KINDS: OptionKinds<EncoderLayerOptions> = {
  name: 'string',
  heads: 'number',
  hidden: 'number',
  dropout: 'number',
  norm: ['before', 'after'],
};

/**
 * A transformer encoder layer, `[N, L, D]` to the same: self-attention, then a feed-forward network with GELU, each with a shortcut around it
 * (Vaswani et al. 2017, sec. 3.1).
 */
export function encoderLayer(options: EncoderLayerOptions): Layer {
  knownOptions(options, KINDS, 'encoderLayer');
  const { name, heads, hidden, dropout: rate = 0, norm = 'before' } = options;
  const drop = rate > 0 ? [dropout(rate)] : [];
  const part = (layers: readonly Layer[]) =>
    norm === 'before' ? residual(sequential([layerNorm(), ...layers])) : sequential([residual(sequential(layers)), layerNorm()]);
  return {
    kind: 'encoder',
    name,
    build: (scope, x) => {
      const attended = scope.layer(part([selfAttention(heads), ...drop]), x, 'attend');
      const width = x.shape.at(-1) as number;
      return scope.layer(part([dense(hidden, { name: 'up' }), gelu(), dense(width, { name: 'down' }), ...drop]), attended, 'feed');
    },
  };
}
