// Self-attention and the transformer encoder layer.
import { fail } from '../../core/errors.ts';
import type { Layer } from '../scope.ts';
import { dropout, gelu } from './activation.ts';
import { dense } from './dense.ts';
import { layerNorm } from './norm.ts';
import { residual, sequential } from './sequential.ts';

/**
 * Multi-head self-attention `[N, L, D]` to `[N, L, D]`: softmax(Q K^T / sqrt(D / heads)) V per head (Vaswani et al. 2017, eq. 1).
 * @throws GraftError `invalid-argument` when `heads` does not divide D.
 */
export function selfAttention(heads: number, name?: string): Layer {
  return {
    kind: 'attention',
    name,
    build: (scope, x) => {
      const { g } = scope;
      const width = x.shape.at(-1);
      if (x.shape.length !== 3 || typeof width !== 'number' || width % heads) {
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

export interface EncoderLayerOptions {
  readonly name?: string;
  readonly heads: number;
  /** Width of the hidden layer of the feed-forward part. */
  readonly hidden: number;
  readonly dropout?: number;
}

/** A transformer encoder layer `[N, L, D]` to `[N, L, D]`, normalised before each part (Xiong et al. 2020). */
export function encoderLayer({ name, heads, hidden, dropout: rate = 0 }: EncoderLayerOptions): Layer {
  const drop = rate > 0 ? [dropout(rate)] : [];
  return {
    kind: 'encoder',
    name,
    build: (scope, x) => {
      const width = x.shape.at(-1) as number;
      const attend = residual(sequential([layerNorm(), selfAttention(heads), ...drop]));
      const feed = residual(sequential([layerNorm(), dense(hidden, { name: 'up' }), gelu(), dense(width, { name: 'down' }), ...drop]));
      return scope.layer(feed, scope.layer(attend, x, 'attend'), 'feed');
    },
  };
}
