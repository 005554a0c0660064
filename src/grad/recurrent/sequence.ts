// What the gradients of LSTM, GRU and RNN share: a node's directions one by one with time first, and what its steps are made of.
// In: the context of a rule. Out: gradients of its inputs in ONNX's order, put together from those of each direction.
import { fail } from '../../core/errors.ts';
import { tensorOf } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { blocks, directionsOf, joined, ofDirection, orderOf, stackedAlong } from '../../graph/recurrent-parts.ts';
import type { RecurrentAttrs } from '../../graph/schema/recurrent.ts';
import type { RuleContext } from '../rule.ts';

/**
 * One direction. Values of all steps are matrices `[T B, n]` of T blocks in the order of time, so that a product serves all steps at once and
 * a Split cuts them into those of single steps, `[B, n]`.
 */
export interface Direction {
  readonly g: Builder;
  readonly steps: number;
  readonly batch: number;
  readonly hidden: number;
  /** Steps in the order in which they are taken. */
  readonly order: readonly number[];
  /** `[T B, I]` */
  readonly x: Value;
  /** `[gates H, I]`, `[gates H, H]` */
  readonly w: Value;
  readonly r: Value;
  /** Biases of W and of R, `[gates H]`. */
  readonly wb: Value | undefined;
  readonly rb: Value | undefined;
  /** Hidden states, and those that each step started from, `[T B, H]`. */
  readonly y: Value;
  readonly before: Value;
  /** First cell state, `[B, H]`. */
  readonly c0: Value | undefined;
  /** With lengths, `[T B, 1]`: 1 where a step is within its sequence; reversed, also 1 where a sequence starts. */
  readonly valid: Value | undefined;
  readonly starts: Value | undefined;
  /** Gradients of the hidden states by step, those of the last state among them, `[B, H]`. */
  readonly dy: readonly (Value | undefined)[];
  /** Gradient of the last cell state. */
  readonly dc: Value | undefined;
}

/** Gradients of a direction's inputs, of the shapes they have there. */
export interface DirectionGradients {
  readonly dx: Value;
  readonly dw: Value;
  readonly dr: Value;
  readonly dwb: Value;
  readonly drb: Value;
  readonly dh0: Value;
  readonly dc0?: Value;
}

/** Differentiates each direction by `cell`. `activations` are what a direction must have. */
export function directions(
  c: RuleContext<RecurrentAttrs>,
  activations: readonly (readonly string[])[],
  cell: (direction: Direction) => DirectionGradients,
): readonly (Value | undefined)[] {
  refuse(c, activations);
  const { g, node, attrs, shape } = c;
  const [x, , r] = c.x;
  const given = directionsOf(g, node.inputs, attrs);
  const sizes = attrs.layout ? [shape(x)[1], shape(x)[0]] : shape(x);
  const [steps, batch] = sizes as [number, number];
  const hidden = shape(r)[2] as number;
  const timeFirst = (value: Value) => (attrs.layout ? g.transpose(value, [1, 0, 2]) : value);
  const pick = (value: Value, d: number, axis: number) => ofDirection(g, value, d, given.length, axis);
  const flat = (value: Value) => g.reshape(value, [steps * batch, -1]);
  const all = (value: Value, d: number) => flat(timeFirst(pick(value, d, attrs.layout ? 2 : 1)));
  const state = (value: Value | undefined, d: number) => value && pick(value, d, attrs.layout);
  const y = node.outputs[0] ?? (g.append(node.op, node.inputs, node.attrs, { outputs: [g.fresh('Y')] }).outputs[0] as Value);
  const rows = flat(timeFirst(x));
  const lengths = c.has(4) ? g.reshape(c.x[4], [1, batch, 1]) : undefined;

  const gradients = given.map(({ reverse, h0, ...rest }, d) => {
    const order = orderOf(steps, reverse);
    const marks = lengths && marked(g, lengths, steps, reverse, x.dtype);
    const own = all(y, d);
    const dLast = state(c.dys[1], d);
    return cell({
      g,
      steps,
      batch,
      hidden,
      order,
      x: rows,
      ...rest,
      y: own,
      before: shifted(g, own, h0, { steps, batch, hidden, reverse, starts: marks?.starts }),
      valid: marks?.valid,
      starts: marks?.starts,
      dy: arriving(g, c.dys[0] && all(c.dys[0], d), dLast, { steps, last: order.at(-1) as number, ends: marks?.ends }),
      dc: state(c.dys[2], d),
    });
  });

  const stacked = (of: (one: DirectionGradients) => Value, axis = 0) => stackedAlong(g, gradients.map(of), axis);
  const dx = g.reshape(
    gradients.map((one) => one.dx).reduce((a, b) => g.add(a, b)),
    [steps, batch, -1],
  );
  return [
    timeFirst(dx),
    stacked((one) => one.dw),
    stacked((one) => one.dr),
    c.has(3) ? stacked((one) => g.concat([one.dwb, one.drb], 0)) : undefined,
    undefined,
    c.has(5) ? stacked((one) => one.dh0, attrs.layout) : undefined,
    c.has(6) && gradients[0]?.dc0 ? stacked((one) => one.dc0 as Value, attrs.layout) : undefined,
  ];
}

function refuse({ node, attrs, x: [, w], shape }: RuleContext<RecurrentAttrs>, activations: readonly (readonly string[])[]): void {
  const say = (what: string, remedy: string) =>
    fail('unsupported-gradient', `${node.op} node \`${node.name}\` has ${what}, which Graft does not differentiate. ${remedy}`);
  if (attrs.clip !== undefined) say(`\`clip\` (=${attrs.clip})`, 'Export it without, and clip gradients while training.');
  if ('input_forget' in attrs && attrs.input_forget !== 0) say('coupled gates (`input_forget`)', 'Freeze it and what lies before it.');
  if (node.inputs[7]) say('peepholes (input P)', 'Freeze it and what lies before it.');
  const given = attrs.activations?.map((name) => name.toLowerCase());
  const count = shape(w)[0] as number;
  const same = (wanted: readonly string[]) => {
    const repeated = Array.from({ length: count }, () => wanted.map((name) => name.toLowerCase())).flat();
    return given?.join() === repeated.join();
  };
  if (given && !activations.some(same)) {
    const known = activations.map((names) => names.join(', ')).join(' or ');
    say(`\`activations\` (=${attrs.activations?.join(', ')})`, `Each direction must have ${known}; else freeze it and what lies before it.`);
  }
}

/** Cuts `[T B, gates H]` into its gates. */
export function gatesOf(g: Builder, value: Value, count: number): readonly Value[] {
  return g.ops('Split', [value], { axis: 1, num_outputs: count }, count);
}

/**
 * What reaches the inputs of z = x W + h R + b, with one bias for both, from `dz` of each step: one product for all of them. `first` is that of the step
 * where a sequence without lengths starts.
 */
export function throughSums(d: Direction, dz: readonly Value[], first: Value): DirectionGradients {
  const { g, x, w, r, before } = d;
  const all = joined(g, dz);
  const db = g.sum(all, [0]);
  return {
    dx: g.op('Gemm', [all, w]),
    dw: g.op('Gemm', [all, x], { transA: 1 }),
    dr: g.op('Gemm', [all, before], { transA: 1 }),
    dwb: db,
    drb: db,
    dh0: g.op('Gemm', [atStarts(g, d, all, first), r]),
  };
}

/**
 * Where sequences of different lengths are, `[T B, 1]` of zeros and ones: their steps, and those where they start or end if that is not the first
 * or last of all.
 */
function marked(g: Builder, lengths: Value, steps: number, reverse: boolean, dtype: Value['dtype']) {
  const times = g.constant(tensorOf(lengths.dtype, [...Array(steps).keys()], [steps, 1, 1]));
  const mask = (condition: Value) => g.reshape(g.mask(condition, dtype), [-1, 1]);
  const final = mask(g.equal(times, g.sub(lengths, 1)));
  return { valid: mask(g.less(times, lengths)), starts: reverse ? final : undefined, ends: reverse ? undefined : final };
}

interface Shift {
  readonly steps: number;
  readonly batch: number;
  readonly hidden: number;
  readonly reverse: boolean;
  readonly starts: Value | undefined;
}

/** The states that the steps started from: those of the step before each, the initial ones where there is none. */
export function shifted(g: Builder, y: Value, h0: Value | undefined, { steps, batch, hidden, reverse, starts }: Shift): Value {
  const zeros = () => zerosOf(g, y, batch, hidden);
  // A reversed sequence starts where it ends; what ONNX puts behind its end is zero.
  const padded = starts && h0;
  const edge = padded ? zeros() : (h0 ?? zeros());
  const rows = (steps - 1) * batch;
  const inner = reverse ? g.slice(y, [batch], [rows + batch], [0]) : g.slice(y, [0], [rows], [0]);
  const before = steps === 1 ? edge : g.concat(reverse ? [inner, edge] : [edge, inner], 0);
  if (!padded) return before;
  return g.add(before, g.reshape(g.mul(g.reshape(starts, [steps, batch, 1]), h0), [-1, hidden]));
}

export function zerosOf(g: Builder, like: Value, rows: number, columns: number): Value {
  return g.expand(g.scalar(0, like.dtype), [rows, columns]);
}

interface Arrival {
  readonly steps: number;
  readonly last: number;
  readonly ends: Value | undefined;
}

/** By step, the gradient of its hidden state: as an element of Y, and as the last one. */
function arriving(g: Builder, dY: Value | undefined, dLast: Value | undefined, { steps, last, ends }: Arrival): (Value | undefined)[] {
  if (dLast && ends) {
    const [batch, hidden] = dLast.shape as [number, number];
    const spread = g.reshape(g.mul(g.reshape(ends, [steps, batch, 1]), dLast), [-1, hidden]);
    return [...blocks(g, dY ? g.add(dY, spread) : spread, steps)];
  }
  const parts: (Value | undefined)[] = dY ? [...blocks(g, dY, steps)] : Array<undefined>(steps).fill(undefined);
  if (dLast) parts[last] = parts[last] ? g.add(parts[last], dLast) : dLast;
  return parts;
}

/** Sum over the steps at which sequences start, `[T B, n]` to `[B, n]`: what the first state receives; `first` is the step without lengths. */
export function atStarts(g: Builder, { starts, steps, batch }: Direction, value: Value, first: Value): Value {
  return starts ? g.sum(g.reshape(g.mul(value, starts), [steps, batch, -1]), [0]) : first;
}
