// com.microsoft: attention in one node, spelled out as products and a softmax. Decoding with a cache of earlier keys is refused: it does not train.
import type { Value } from '../../graph.ts';
import { type Adapter, type FileNode, refused, without } from './adapter.ts';

const cached =
  'it reads or writes a cache of earlier keys and values, which only decoding needs. Export the model without cache (`use_cache=False`).';

interface Heads {
  /** `[N, heads, L, size]`. */
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  readonly size: number;
  /** `[N, 1 or heads, L or 1, T]`, added to the scores. */
  readonly bias: readonly Value[];
}

/** softmax(scale q k' + bias) v, joined to `[N, L, width]` as the node's output. */
function attend(node: FileNode, { q, k, v, size, bias }: Heads): readonly (Value | undefined)[] {
  const { g } = node;
  const given = node.float('scale', 0);
  const scaled = g.mul(q, given || 1 / Math.sqrt(size));
  const scores = bias.reduce((sum, term) => g.add(sum, term), g.matMul(scaled, g.transpose(k, [0, 1, 3, 2])));
  const causal = node.int('unidirectional', 0) ? g.where(notLater(node, q, k), scores, -3.4e38) : scores;
  const mixed = g.transpose(g.matMul(g.softmax(causal), v), [0, 2, 1, 3]);
  return node.emit('Reshape', [mixed, g.ints([0, 0, widthOf(node, v) * node.int('num_heads')])]);
}

function widthOf(node: FileNode, x: Value): number {
  const width = x.shape.at(-1);
  return typeof width === 'number' ? width : node.refuse('the width of its heads is not known. Export the model with a fixed hidden size.');
}

/** `[N, L, width]` to `[N, heads, L, size]`. */
function split(node: FileNode, x: Value): Value {
  const heads = node.int('num_heads');
  const width = widthOf(node, x);
  if (heads < 1 || width % heads !== 0) node.refuse(`a width of ${width} does not divide into ${heads} heads.`);
  return node.g.transpose(node.g.reshape(x, [0, 0, heads, width / heads]), [0, 2, 1, 3]);
}

/** The places 0, 1 ... along an axis, as int64. */
function places({ g }: FileNode, x: Value, axis: number): Value {
  const size = g.squeeze(g.op('Shape', [x], { start: axis, end: axis + 1 }), [0]);
  return g.op('Range', [g.scalar(0, 'int64'), size, g.scalar(1, 'int64')]);
}

/** Whether a key `[T]` stands no later than a query `[L, 1]`. */
function notLater(node: FileNode, q: Value, k: Value): Value {
  return node.g.op('LessOrEqual', [places(node, k, 2), node.g.unsqueeze(places(node, q, 2), [1])]);
}

/** What a mask adds to the scores: by text and key `[N, T]`, by query too `[N, L, T]`, or as the number of keys that count `[N]`. */
function maskBias(node: FileNode, mask: Value, k: Value): Value {
  const { g } = node;
  const { shape } = mask;
  const filler = node.float('mask_filter_value', -10000);
  const counts = shape.length === 1;
  if (shape.length > 3 || (counts && shape[0] !== k.shape[0])) {
    return node.refuse(`Graft does not know a mask of shape [${shape.join(', ')}]. Export the model without ONNX Runtime's optimisations.`);
  }
  const keep = counts ? g.less(places(node, k, 2), g.unsqueeze(g.cast(mask, 'int64'), [1])) : g.cast(mask, 'bool');
  return g.unsqueeze(g.where(keep, g.scalar(0), g.scalar(filler)), keep.shape.length === 2 ? [1, 2] : [1]);
}

/** One product gives queries, keys and values. */
export const Attention: Adapter = (node) => {
  const { g } = node;
  if (node.inputs[4] || node.wanted(1)) node.refuse(cached);
  if (node.int('do_rotary', 0)) node.refuse("it turns queries and keys. Export the model without ONNX Runtime's optimisations.");
  const product = g.matMul(node.input(0), node.input(1));
  const all = node.inputs[2] ? g.add(product, node.inputs[2]) : product;
  const sizes = node.ints('qkv_hidden_sizes', Array(3).fill(widthOf(node, all) / 3));
  const parts = g.ops('Split', [all, g.ints(sizes)], { axis: -1 }, 3).map((part) => split(node, part));
  const [q, k, v] = parts as [Value, Value, Value];
  const mask = node.inputs[3];
  return attend(node, {
    q,
    k,
    v,
    size: widthOf(node, q),
    bias: [...(mask ? [maskBias(node, mask, k)] : []), ...(node.inputs[5] ? [node.inputs[5]] : [])],
  });
};

/** Queries, keys and values come apart; keys and values of cross attention may be split into heads already. */
export const MultiHeadAttention: Adapter = (node) => {
  const { g } = node;
  if (node.inputs[6] || node.inputs[7] || node.wanted(1) || node.wanted(2)) node.refuse(cached);
  if (node.wanted(3)) node.refuse("its scores are used. Export the model without ONNX Runtime's optimisations.");
  const given = [0, 1, 2].map((i) => node.inputs[i]);
  if (given.some((x) => !x || x.shape.length > 4))
    node.refuse("its queries, keys and values are packed. Export the model without ONNX Runtime's optimisations.");
  const biases = node.inputs[3] ? cut(node, node.inputs[3], given as Value[]) : [];
  const [q, k, v] = given.map((x, i) => {
    const value = x as Value;
    if (value.shape.length === 4) return value;
    return split(node, biases[i] ? g.add(value, biases[i]) : value);
  }) as [Value, Value, Value];
  const mask = node.inputs[4];
  return attend(node, {
    q,
    k,
    v,
    size: widthOf(node, q),
    bias: [...(mask ? [maskBias(node, mask, k)] : []), ...(node.inputs[5] ? [node.inputs[5]] : [])],
  });
};

/** The bias of all three, one after another. */
function cut(node: FileNode, bias: Value, xs: readonly Value[]): Value[] {
  const heads = node.int('num_heads');
  const widths = xs.map((x) => widthOf(node, x) * (x.shape.length === 4 ? heads : 1));
  return node.g.ops('Split', [bias, node.g.ints(widths)], { axis: 0 }, 3);
}

/** ONNX has it from opset 23 on, with the inputs in another order. */
export const RotaryEmbedding: Adapter = (node) => {
  if (node.int('is_packed_batching', 0) || node.float('scale', 1) !== 1 || node.input(1).shape.length !== 2) {
    node.refuse("Graft knows it with positions [N, L], unscaled and unpacked. Export the model without ONNX Runtime's optimisations.");
  }
  const [x, positions, cos, sin] = [node.input(0), node.input(1), node.input(2), node.input(3)];
  const attrs = without(node.attrs, 'is_packed_batching', 'scale');
  const heads = node.int('num_heads', 0) || (x.shape.length === 3 ? widthOf(node, x) / (2 * widthOf(node, cos)) : 0);
  return node.emit('RotaryEmbedding', [x, cos, sin, positions], { ...attrs, ...(x.shape.length === 3 && { num_heads: heads }) });
};

export const GroupQueryAttention = refused(cached);
export const DecoderMaskedMultiHeadAttention = refused(cached);
export const DecoderMaskedSelfAttention = refused(cached);
export const DecoderAttention = refused(cached);
export const PagedAttention = refused(cached);
const search = refused('it decodes token by token within the model. Export the network alone, without generation.');
export const BeamSearch = search;
export const GreedySearch = search;
export const Sampling = search;
export const WhisperBeamSearch = search;
