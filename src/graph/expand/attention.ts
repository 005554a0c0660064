// Attention (Vaswani et al. 2017, eq. 1; grouped queries as in Ainslie et al. 2023) as two matrix products and a softmax.
import { fail } from '../../core/errors.ts';
import { tensorOf } from '../../core/tensor.ts';
import type { Builder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { expansion } from './expansion.ts';

/** Stands for -Infinity: exp of it is 0, and yet a row of nothing else has a softmax. */
const HIDDEN = -1e30;

export const Attention = expansion<'Attention'>(({ g, node, inputs, attrs, shape }) => {
  const [q, k, v, mask] = inputs as [Value, Value, Value, Value | undefined];
  if (inputs[4] || inputs[5] || inputs[6]) {
    fail(
      'unsupported-gradient',
      `Attention node \`${node.name}\` reads cached keys (past_key, past_value, nonpad_kv_seqlen), which training has not. Export the model without its cache (\`use_cache=False\`).`,
    );
  }
  const flat = shape(q).length === 3;
  const heads = flat ? (attrs.q_num_heads as number) : (shape(q)[1] as number);
  const kvHeads = flat ? (attrs.kv_num_heads as number) : (shape(k)[1] as number);
  const apart = (value: Value, count: number) => (flat ? g.transpose(g.reshape(value, [0, 0, count, -1]), [0, 2, 1, 3]) : value);
  const [Q, K, V] = [apart(q, heads), apart(k, kvHeads), apart(v, kvHeads)];
  const [batch, , queries, width] = shape(Q) as [number, number, number, number];
  const keys = shape(K)[2] as number;
  // Heads of queries that share keys lie next to each other, so that together they are one head of more queries.
  const shared = heads !== kvHeads;
  const grouped = (value: Value) => (shared ? g.reshape(value, [batch, kvHeads, (heads / kvHeads) * queries, -1]) : value);
  const ungrouped = (value: Value) => (shared ? g.reshape(value, [batch, heads, queries, -1]) : value);

  let scores = ungrouped(g.matMul(grouped(g.mul(Q, attrs.scale ?? 1 / Math.sqrt(width))), g.transpose(K, [0, 1, 3, 2])));
  if (attrs.softcap) scores = g.mul(g.tanh(g.mul(scores, 1 / attrs.softcap)), attrs.softcap);
  const bias = biasOf(g, mask, attrs.is_causal ? causal(g, queries, keys) : undefined, q.dtype);
  if (bias) scores = g.add(scores, g.max(bias, HIDDEN));
  const weights = g.cast(g.softmax(g.cast(scores, attrs.softmax_precision ?? q.dtype)), q.dtype);
  let heard = ungrouped(g.matMul(grouped(weights), V));
  // A query that may see no key hears nothing.
  if (mask && bias) {
    const most = g.op('ReduceMax', [bias, g.ints([-1])], { keepdims: 1 });
    heard = g.mul(heard, g.mask(g.greater(most, -Infinity), q.dtype));
  }
  return [flat ? g.reshape(g.transpose(heard, [0, 2, 1, 3]), [0, 0, -1]) : heard, K, V];
});

/** Which keys each query may see: none behind its own place. */
function causal(g: Builder, queries: number, keys: number): Value {
  const seen = Array.from({ length: queries * keys }, (_, i) => (i % keys <= Math.floor(i / keys) ? 1 : 0));
  return g.constant(tensorOf('bool', seen, [queries, keys]));
}

/** What is added to the scores, of both masks: -Infinity for what is hidden. */
function biasOf(g: Builder, mask: Value | undefined, seen: Value | undefined, dtype: Value['dtype']): Value | undefined {
  const hiding = (visible: Value) => g.where(visible, g.scalar(0, dtype), g.scalar(-Infinity, dtype));
  if (!mask) return seen && hiding(seen);
  if (mask.dtype === 'bool') return hiding(seen ? g.op('And', [mask, seen]) : mask);
  return seen ? g.add(mask, hiding(seen)) : mask;
}
