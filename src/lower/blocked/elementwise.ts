// Element-wise ops on blocked values: they stay blocked where one of their inputs is.
import type { DType } from '../../core/dtype.ts';
import { numbersIn } from '../../graph/elements.ts';
import type { Value } from '../../graph/graph.ts';
import type { Attrs } from '../../graph/types.ts';
import { type BlockedContext, type LowerBlocked, sizesOf } from './layout.ts';

/** Finite wherever its inputs are of an ordinary size, and so in the padding too. */
const TOTAL = new Set(
  'Abs Add And Cast Celu Ceil Clip Cos Elu Equal Erf Floor Gelu Greater GreaterOrEqual HardSigmoid HardSwish Identity LeakyRelu Less LessOrEqual Max Min Mish Mul Neg Not Or PRelu Relu Round Selu Shrink Sigmoid Sign Sin Softplus Softsign Sub Sum Swish Tanh ThresholdedRelu Where Xor'.split(
    ' ',
  ),
);

/** Not finite everywhere: only where no padding is, whose values are others than those of the channels. */
const PARTIAL = new Set(['Div', 'Exp', 'Log', 'Pow', 'Reciprocal', 'Sqrt']);

/** Types whose every value comes through float32 unchanged, in which the layout is entered and left. */
const EXACT = new Set<DType>(['float32', 'float16', 'bool', 'int8', 'uint8']);

export const elementwiseOps: readonly string[] = [...TOTAL, ...PARTIAL];

/** How an operand of another shape goes into a node with a blocked one. */
type Kind = 'same' | 'example' | 'channel' | 'gate' | undefined;

function kindOf(x: Value, shape: readonly number[]): Kind {
  const own = [...Array<number>(Math.max(0, 4 - x.shape.length)).fill(1), ...sizesOf(x)];
  if (own.length > 4) return undefined;
  const [n, channels, ...places] = own as [number, number, number, number];
  if (x.shape.length === 4 && own.every((size, i) => size === shape[i])) return 'same';
  if (places.some((size) => size !== 1)) return undefined;
  if (channels === 1) return 'example';
  if (channels !== shape[1]) return undefined;
  return n === 1 ? 'channel' : n === shape[0] ? 'gate' : undefined;
}

export const elementwise: LowerBlocked<Attrs> = (c) => {
  const { b, g, node, inputs } = c;
  const [output] = node.outputs;
  const shape = output?.shape as readonly number[];
  if (shape.length !== 4 || node.outputs.length > 1) return undefined;
  const [, channels] = shape as [number, number];
  if (channels % b.block !== 0 && PARTIAL.has(node.op)) return undefined;
  const given = inputs.filter((x) => x !== undefined);
  if (![output as Value, ...given].every(({ dtype }) => EXACT.has(dtype))) return undefined;
  if (!given.some((x) => b.held(x) && kindOf(x, shape) === 'same')) return undefined;
  const kinds = given.map((x) => kindOf(x, shape));
  if (kinds.includes(undefined)) return undefined;
  if (kinds.includes('channel') || kinds.includes('gate')) {
    const value = broadcast(c, kinds);
    return value && [b.give(value, channels)];
  }
  const extended = joined(c, kinds);
  if (extended) return [b.give(extended, channels)];
  const operands = inputs.map((x) => x && (kindOf(x, shape) === 'same' ? b.of(x) : x));
  return [b.give(g.append(node.op, operands, node.attrs).outputs[0] as Value, channels)];
};

/** Activations that a convolution applies itself, as its attributes. */
function activationOf({ node, inputs }: BlockedContext<Attrs>): Attrs | undefined {
  if (node.op === 'Relu') return { activation: 'Relu' };
  const [low, high] = [1, 2].map((i) => numbersIn(inputs[i])?.[0]);
  if (node.op === 'Clip' && low !== undefined && high !== undefined) return { activation: 'Clip', activation_params: [low, high] };
  return undefined;
}

/** A sum or an activation as part of the convolution before it, where that is read by nothing else. */
function joined(c: BlockedContext<Attrs>, kinds: readonly Kind[]): Value | undefined {
  const { b, node, inputs } = c;
  const held = (i: number) => (c.only(i) && inputs[i] ? b.held(inputs[i]) : undefined);
  const activation = activationOf(c);
  if (activation) return held(0) && b.extended(held(0) as Value, { activation });
  if (node.op !== 'Add' || kinds.some((kind) => kind !== 'same') || inputs[0] === inputs[1]) return undefined;
  for (const i of [0, 1]) {
    const conv = held(i);
    const sum = conv && b.extended(conv, { sum: b.of(inputs[1 - i] as Value) });
    if (sum) return sum;
  }
  return undefined;
}

/** One operand has a number for each channel, or for each channel of each example. */
function broadcast({ b, g, node, inputs }: BlockedContext<Attrs>, kinds: readonly Kind[]): Value | undefined {
  const [left, right] = inputs as readonly [Value, Value];
  const swapped = kinds[0] !== 'same';
  const [x, other] = swapped ? [right, left] : [left, right];
  const kind = kinds[swapped ? 0 : 1];
  if (inputs.length !== 2 || kinds[swapped ? 1 : 0] !== 'same' || x.dtype !== 'float32') return undefined;
  const whole = b.of(x);
  const [n, channels, ...places] = sizesOf(whole) as [number, number, number, number];
  const lanes = kind === 'channel' ? channels : n * channels;
  const vector = (value: Value) => (kind === 'channel' ? b.vector(value, sizesOf(x)[1] as number) : g.reshape(b.of(value), [lanes]));
  const affine = (scale: Value | number, shift?: Value) =>
    g.reshape(b.affine(g.reshape(whole, [(n * channels) / lanes, lanes, ...places]), scale, shift), [n, channels, ...places]);
  switch (node.op) {
    case 'Mul':
      return affine(vector(other));
    case 'Add':
      return affine(1, vector(other));
    case 'Sub':
      return swapped ? affine(-1, vector(other)) : affine(1, g.neg(vector(other)));
    case 'Div':
      return swapped ? undefined : affine(vector(g.reciprocal(other)));
    default:
      return undefined;
  }
}
