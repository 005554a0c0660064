// Attention and rotary positions as single ops.
import { type Dim, formatShape, type TensorType } from '../types.ts';
import { defineOp, dtypeAttr, float, type InferContext, int } from './schema.ts';

interface HeadAttrs {
  readonly q_num_heads?: number | undefined;
  readonly kv_num_heads?: number | undefined;
}

/** Sizes of an Attention node, whose operands are `[B, heads, L, D]` or, with the heads' counts as attributes, `[B, L, heads D]`. */
function sizesOf(c: InferContext<HeadAttrs>) {
  const [q, k, v] = [c.type(0).shape, c.type(1).shape, c.type(2).shape];
  const ranks = new Set([q.length, k.length, v.length]);
  if (ranks.size !== 1 || (q.length !== 3 && q.length !== 4))
    return c.fail(`Q, K and V have three axes each, or four, not ${[q, k, v].map(formatShape).join(', ')}.`);
  if (q.length === 4) {
    return {
      batch: q[0] as Dim,
      heads: q[1] as Dim,
      queries: q[2] as Dim,
      kvHeads: k[1] as Dim,
      keys: k[2] as Dim,
      width: q[3] as Dim,
      out: v[3] as Dim,
    };
  }
  const { q_num_heads: heads, kv_num_heads: kvHeads } = c.attrs;
  if (!heads || !kvHeads) return c.fail('Q, K and V have three axes, so `q_num_heads` and `kv_num_heads` must be given.');
  const part = (dim: Dim, count: number, what: string): Dim => {
    if (typeof dim === 'string') return c.unknown(what);
    return dim % count === 0 ? dim / count : c.fail(`the last axis of ${what} (=${dim}) does not split into ${count} heads.`);
  };
  return {
    batch: q[0] as Dim,
    heads,
    queries: q[1] as Dim,
    kvHeads,
    keys: k[1] as Dim,
    width: part(k[2] as Dim, kvHeads, 'K'),
    out: part(v[2] as Dim, kvHeads, 'V'),
  };
}

export const Attention = defineOp({
  since: 23,
  inputs: ['Q', 'K', 'V', 'attn_mask?', 'past_key?', 'past_value?', 'nonpad_kv_seqlen?'],
  outputs: ['Y', 'present_key?', 'present_value?', 'qk_matmul_output?'],
  attrs: {
    is_causal: int(0),
    kv_num_heads: int(),
    q_num_heads: int(),
    qk_matmul_output_mode: int(0),
    scale: float(),
    softcap: float(0),
    softmax_precision: dtypeAttr(),
  },
  infer: (c) => {
    const { dtype } = c.type(0);
    const { batch, heads, queries, kvHeads, keys, width, out } = sizesOf(c);
    if (typeof heads === 'number' && typeof kvHeads === 'number' && heads % kvHeads)
      c.fail(`its ${heads} heads of queries do not share ${kvHeads} heads of keys evenly.`);
    const past = c.inputs[4]?.shape[2];
    const total = past === undefined ? keys : typeof past === 'number' && typeof keys === 'number' ? past + keys : c.unknown('total');
    const y =
      c.type(0).shape.length === 4
        ? [batch, heads, queries, out]
        : [batch, queries, typeof out === 'number' ? (heads as number) * out : c.unknown('Y')];
    const shapes = [y, [batch, kvHeads, total, width], [batch, kvHeads, total, out], [batch, heads, queries, total]];
    return shapes.map((shape): TensorType => ({ dtype, shape }));
  },
});

/** Turns pairs of elements of X by the angles of their positions; see the ONNX text for the two ways to pair them. */
export const RotaryEmbedding = defineOp({
  since: 23,
  inputs: ['X', 'cos_cache', 'sin_cache', 'position_ids?'],
  outputs: ['Y'],
  attrs: { interleaved: int(0), num_heads: int(0), rotary_embedding_dim: int(0) },
  infer: (c) => {
    const { shape } = c.type(0);
    if (shape.length !== 4 && !(shape.length === 3 && c.attrs.num_heads > 0))
      c.fail(`X is ${formatShape(shape)}; it has four axes, or three with \`num_heads\`.`);
    const rank = c.inputs[3] ? 2 : 3;
    if (c.type(1).shape.length !== rank || c.type(2).shape.length !== rank) {
      c.fail(
        `its caches ${formatShape(c.type(1).shape)} and ${formatShape(c.type(2).shape)} have ${rank} axes ${c.inputs[3] ? 'with' : 'without'} \`position_ids\`.`,
      );
    }
    return [c.type(0)];
  },
});
