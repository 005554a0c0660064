// Cases of attention and rotary positions: with and without an axis for the heads, shared keys, masks of every form. ONNX Runtime has them in
// float32 only.
import type { Attrs } from '../../graph/types.ts';
import type { CaseInput, GradCase } from '../check.ts';

const [QUERIES, KEYS] = [3, 4];

function attention(attrs: Attrs, heads: readonly [number, number] | undefined, mask?: CaseInput, kvHeads = 2): GradCase {
  const shapes = heads
    ? [
        [2, QUERIES, heads[0] * 3],
        [2, KEYS, heads[1] * 3],
        [2, KEYS, heads[1] * 2],
      ]
    : [
        [2, 2, QUERIES, 3],
        [2, kvHeads, KEYS, 3],
        [2, kvHeads, KEYS, 2],
      ];
  return {
    op: 'Attention',
    inputs: [...shapes.map((shape) => ({ shape })), ...(mask ? [mask] : [])],
    attrs: { ...attrs, ...(heads && { q_num_heads: heads[0], kv_num_heads: heads[1] }) },
    precision: 'float32',
  };
}

const visible = (shape: readonly number[], hidden: readonly number[]): CaseInput => ({
  shape,
  constant: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (hidden.includes(i) ? 0 : 1)),
  dtype: 'bool',
});

const rotary = (x: number[], attrs: Attrs, positions?: readonly number[]): GradCase => {
  const width = Number(attrs.rotary_embedding_dim ?? 4) / 2;
  const cache = { shape: positions ? [6, width] : [2, 3, width] };
  return {
    op: 'RotaryEmbedding',
    inputs: [{ shape: x }, cache, cache, ...(positions ? [{ shape: [2, 3], constant: positions }] : [])],
    attrs,
    precision: 'float32',
  };
};

export const cases: readonly GradCase[] = [
  attention({}, undefined),
  attention({ scale: 0.3, is_causal: 1 }, undefined),
  attention({}, [2, 2]),
  attention({ softcap: 2 }, [4, 2]),
  attention({ is_causal: 1 }, undefined, undefined, 1),
  attention({}, undefined, visible([QUERIES, KEYS], [1, 6])),
  attention({}, [4, 2], visible([2, 1, QUERIES, KEYS], [3, 7, 11, 12])),
  attention({ is_causal: 1 }, undefined, visible([2, 1, QUERIES, KEYS], [4, 5, 13])),
  attention({}, undefined, { shape: [2, 1, QUERIES, KEYS] }),
  attention({ is_causal: 1 }, [2, 1], { shape: [QUERIES, KEYS] }),
  rotary([2, 2, 3, 4], {}),
  rotary([2, 2, 3, 4], { interleaved: 1 }, [0, 1, 2, 3, 4, 5]),
  rotary([2, 3, 8], { num_heads: 2 }, [0, 1, 2, 2, 0, 5]),
  rotary([2, 3, 12], { num_heads: 2, rotary_embedding_dim: 4 }),
  rotary([2, 2, 3, 6], { rotary_embedding_dim: 4, interleaved: 1 }),
];
