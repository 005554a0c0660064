// The blocked layout while a graph is lowered: which values are held in it, and the way in and out. One `Blocks` for each graph; see ../lower.ts.
import { tensorOf } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import type { Attrs, AttrType } from '../../graph/types.ts';
import type { LowerContext } from '../lowering.ts';

/** ONNX Runtime's domain of blocked kernels. It uses them for constant weights by itself; named in a model, they take any. */
const NCHWC = 'com.microsoft.nchwc';

/** What this machine's blocked kernels are made for. */
export interface BlockLayout {
  /** Channels in a block: 8 with AVX2, 16 with AVX-512. */
  readonly block: number;
  /** Threads within an op: work is cut into at least as many pieces. */
  readonly threads: number;
}

/** What a blocked lowering may look at. */
export interface BlockedContext<A> extends LowerContext<A> {
  readonly b: Blocks;
  /** Whether the node alone reads its input `i`. */
  only(i: number): boolean;
}

/** The plain values of a node's outputs, most of them from {@link Blocks.give}; `undefined` leaves the node to the plain lowering. */
export type LowerBlocked<A = never> = (context: BlockedContext<A>) => readonly Value[] | undefined;

export function sizesOf(x: Value): readonly number[] {
  return x.shape as readonly number[];
}

/**
 * Values in the blocked layout have the type `[N, channels, H, W]`, channels padded to whole blocks, and lie in memory as
 * `[N, channels / block, H, W, block]`. What the padding holds does not matter as long as it is finite: weights are 0 there.
 */
export class Blocks {
  readonly g: Builder;
  readonly block: number;
  readonly threads: number;
  readonly #held = new Map<Value, Value>();
  readonly #converted = new Map<Value, Value>();

  constructor(g: Builder, { block, threads }: BlockLayout) {
    this.g = g;
    this.block = block;
    this.threads = threads;
  }

  /** Channels rounded up to whole blocks. */
  padded(channels: number): number {
    return Math.ceil(channels / this.block) * this.block;
  }

  /** A node of ONNX Runtime's blocked domain. */
  op(op: string, inputs: readonly (Value | undefined)[], attrs: Attrs, shape: readonly number[]): Value {
    const attrTypes = Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, kindOf(name, value)]));
    return this.g.append(op, inputs, attrs, { domain: NCHWC, types: [{ dtype: 'float32', shape }], attrTypes }).outputs[0] as Value;
  }

  /** The blocked form of a value that was computed in it. */
  held(x: Value): Value | undefined {
    return this.#held.get(x);
  }

  /** The blocked form of `x` `[N, C, H, W]`, converted where it has none yet. */
  of(x: Value): Value {
    const known = this.#held.get(x) ?? this.#converted.get(x);
    if (known) return known;
    const form = this.g.scope('blocked', () => this.#convert(x));
    this.#converted.set(x, form);
    return form;
  }

  #convert(x: Value): Value {
    const { g } = this;
    const [n, channels, ...places] = sizesOf(x) as [number, number, number, number];
    if (places.every((size) => size === 1)) return padAxis(g, x, 1, this.padded(channels));
    if (x.dtype !== 'float32') return g.cast(this.#convert(g.cast(x, 'float32')), x.dtype);
    const shape = [n, this.padded(channels), ...places];
    const last = x.node?.op === 'Transpose' && String(x.node.attrs.perm) === '0,3,1,2' ? x.node.inputs[0] : undefined;
    if (last && channels % 4 === 0) return this.op('ReorderInput', [last], { channels_last: 1 }, shape);
    return this.lanes(x, channels, shape);
  }

  /** `x` with its axis `channels` innermost, by blocks; `x` is read as `[n, channels, ...]` whatever its own shape. */
  lanes(x: Value, channels: number, shape: readonly number[]): Value {
    // The kernel takes channels by four.
    return this.op('ReorderInput', [channels % 4 === 0 ? x : padAxis(this.g, x, 1, this.padded(channels))], {}, shape);
  }

  /** The plain form of a blocked `value`, which has `channels` channels without padding, and remembers where it came from. */
  give(value: Value, channels: number): Value {
    const plain = this.g.scope('plain', () => this.plain(value, channels));
    this.#held.set(plain, value);
    return plain;
  }

  /** A blocked value in the layout of ONNX. */
  plain(value: Value, channels: number): Value {
    const { g } = this;
    const [n, , ...places] = sizesOf(value) as [number, number, number, number];
    if (places.every((size) => size === 1)) {
      // Its own value, so that it can be held.
      return channels === sizesOf(value)[1] ? g.identity(value) : g.slice(value, [0], [channels], [1]);
    }
    if (value.dtype !== 'float32') return g.cast(this.plain(g.cast(value, 'float32'), channels), value.dtype);
    return this.op('ReorderOutput', [value], { channels }, [n, channels, ...places]);
  }

  /** `[C]`, or what has as many elements, as `[channels padded]` with zeros behind. */
  vector(x: Value, channels: number): Value {
    return padAxis(this.g, this.g.reshape(x, [channels]), 0, this.padded(channels));
  }

  /** What `body` makes of a blocked value as it lies in memory, `[N, blocks, H, W, block]`. */
  places(x: Value, body: (five: Value) => Value): Value {
    const [n, channels, height, width] = sizesOf(x) as [number, number, number, number];
    const result = body(this.g.reshape(x, [n, channels / this.block, height, width, this.block]));
    const [examples, blocks, ...places] = sizesOf(result).slice(0, 4) as [number, number, number, number];
    return this.g.reshape(result, [examples, blocks * this.block, ...places]);
  }

  /** x scale + shift with one number for each channel `[channels padded]`: a convolution, which is faster than broadcasting. */
  affine(x: Value, scale: Value | number, shift?: Value, sum?: Value): Value {
    const channels = sizesOf(x)[1] as number;
    const weight = typeof scale === 'number' ? filled(this.g, scale, channels) : scale;
    const inputs = [x, this.g.reshape(weight, [channels, 1, 1, 1]), shift, sum];
    while (inputs.at(-1) === undefined) inputs.pop();
    return this.op('Conv', inputs, { group: channels, kernel_shape: [1, 1] }, sizesOf(x));
  }

  /**
   * What a convolution gives once something is added to it, or done to it after that, in its own pass over memory; `undefined` for any other value.
   * The convolution as it was stays for others who read it.
   */
  extended(value: Value, { sum, activation }: { readonly sum?: Value; readonly activation?: Attrs }): Value | undefined {
    const { node } = value;
    if (node?.domain !== NCHWC || node.op !== 'Conv' || node.attrs.activation !== undefined || (sum && node.inputs[3])) return undefined;
    const inputs = sum ? [node.inputs[0], node.inputs[1], node.inputs[2], sum] : node.inputs;
    return this.op('Conv', inputs, { ...node.attrs, ...activation }, sizesOf(value));
  }

  /** Sum over the places of each channel of each example: `[N, channels padded, H, W]` to `[N, channels padded]`. */
  sums(x: Value): Value {
    const [n, channels, ...places] = sizesOf(x) as [number, number, number, number];
    const { g, block } = this;
    return g.reshape(g.sum(g.reshape(x, [(n * channels) / block, places[0] * places[1], block]), [1]), [n, channels]);
  }

  /** The same of the products x y: a convolution of each channel whose kernel is y. */
  dots(x: Value, y: Value): Value {
    const [n, channels, ...places] = sizesOf(x) as [number, number, number, number];
    const { g } = this;
    const lanes = n * channels;
    const attrs = { group: lanes, kernel_shape: places };
    const sums = this.op('Conv', [g.reshape(x, [1, lanes, ...places]), g.reshape(y, [lanes, 1, ...places])], attrs, [1, lanes, 1, 1]);
    return g.reshape(sums, [n, channels]);
  }
}

function kindOf(name: string, value: unknown): AttrType {
  if (name === 'activation_params') return 'floats';
  return typeof value === 'string' ? 'string' : Array.isArray(value) ? 'ints' : 'int';
}

/** A constant `[size]` of equal numbers. */
function filled(g: Builder, value: number, size: number): Value {
  return g.constant(tensorOf('float32', Array<number>(size).fill(value), [size]));
}

/** `x` with zeros behind along `axis`, up to `size`. */
export function padAxis(g: Builder, x: Value, axis: number, size: number): Value {
  const from = sizesOf(x)[axis] as number;
  if (from === size) return x;
  const pads = [...x.shape, ...x.shape].map((_, i) => (i === x.shape.length + axis ? size - from : 0));
  return g.op('Pad', [x, g.ints(pads)]);
}
