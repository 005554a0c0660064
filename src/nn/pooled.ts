// Features with axes of their own -> one vector `[N, C]` for each example. Called where a head is put on them.
import { fail } from '../core/errors.ts';
import type { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { formatShape } from '../graph/types.ts';
import { globalAveragePool, meanPool } from './layers/pool.ts';
import { Scope } from './scope.ts';

/**
 * Features `[N, C, ...]` averaged over their places, `[N, L, D]` over the tokens, those alone that an `attention_mask` counts where the graph has one.
 * @throws GraftError `invalid-shape` for other ranks.
 */
export function pooled(g: Builder, path: string, features: Value): Value {
  const rank = features.shape.length;
  const mask = g.ofKind('input').find(({ name }) => name === 'attention_mask');
  const scope = new Scope({ g, seed: 0, parameters: new Map(), members: [] }, [path]);
  if (rank === 2) return features;
  // An encoder's mask does not count a decoder's places.
  const masked = mask && (mask.shape[1] === features.shape[1] || [mask, features].some(({ shape }) => typeof shape[1] === 'string'));
  if (rank === 3 && masked) {
    return g.scope(path, () => {
      const counted = g.unsqueeze(g.cast(mask, features.dtype), [2]);
      return g.div(g.sum(g.mul(features, counted), [1]), g.max(g.sum(counted, [1]), 1));
    });
  }
  if (rank === 3) return scope.layer(meanPool(), features, 'pool');
  if (rank > 3) return scope.layer(globalAveragePool(), features, 'pool');
  return fail('invalid-shape', `A head cannot read features ${formatShape(features.shape)}; name others as \`features\`.`);
}
