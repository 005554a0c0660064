// What is known of a small value's elements before anything runs: shapes, and the arithmetic that models do on them. `Graph.append` asks it for
// every node, so that a Reshape to a computed shape is typed as if the shape were a constant.
import { dtypes } from '../core/dtype.ts';
import { type Tensor, toNumbers } from '../core/tensor.ts';
import { sliceRange } from './slice-range.ts';
import type { Attrs, Dim, Shape, TensorType } from './types.ts';

/** Elements in row-major order: a number, the name of a size, or `undefined` where nothing is known. */
export type Elements = readonly (Dim | undefined)[];

/** Larger values are not followed: no shape is that long. */
const MOST = 1024;

/** What of a graph's value tells its elements. */
interface Source extends TensorType {
  readonly kind: string;
  readonly data?: Tensor;
  readonly elements?: Elements;
}

interface Known {
  readonly shape: readonly number[];
  readonly elements: Elements;
}

/** What a folding function may look at. */
interface Context {
  readonly attrs: Attrs;
  /** Elements of each input; `undefined` where it is left out or nothing is known. */
  readonly x: readonly (Known | undefined)[];
  readonly types: readonly (TensorType | undefined)[];
  /** Type of the output that is asked for, and its number. */
  readonly out: { readonly shape: readonly number[]; readonly index: number; readonly whole: boolean };
}

type Fold = (context: Context) => Elements | undefined;

/** Elements of a value, where it is small and something is known of them. */
export function elementsOf(value: Source | undefined): Elements | undefined {
  if (!value) return undefined;
  if (value.elements) return value.elements;
  if (value.kind !== 'constant' || !value.data || value.data.data.length > MOST) return undefined;
  return toNumbers(value.data);
}

/** The elements as numbers, where all are known. */
export function numbersOf(elements: Elements | undefined): readonly number[] | undefined {
  return elements?.every((element) => typeof element === 'number') ? (elements as readonly number[]) : undefined;
}

/** Numbers of a value that are known before it is computed: a constant's, however many, or those that constants and known sizes give. */
export function numbersIn(value: Source | undefined): readonly number[] | undefined {
  return value?.kind === 'constant' && value.data ? toNumbers(value.data) : numbersOf(value?.elements);
}

/** Elements of output `index` of a node, as far as its inputs tell. */
export function foldElements(
  op: string,
  inputs: readonly (Source | undefined)[],
  attrs: Attrs,
  output: TensorType,
  index: number,
): Elements | undefined {
  const fold = Object.hasOwn(folds, op) ? folds[op] : undefined;
  if (!fold || !isConcrete(output.shape) || sizeOfShape(output.shape) > MOST) return undefined;
  const known = inputs.map((value): Known | undefined => {
    const elements = elementsOf(value);
    return value && elements && isConcrete(value.shape) ? { shape: value.shape, elements } : undefined;
  });
  const { kind } = dtypes[output.dtype];
  const whole = kind !== 'float';
  const folded = fold({ attrs, x: known, types: inputs, out: { shape: output.shape, index, whole } });
  if (!folded?.some((element) => element !== undefined)) return undefined;
  return output.dtype === 'float32' ? folded.map((element) => (typeof element === 'number' ? Math.fround(element) : element)) : folded;
}

function isConcrete(shape: Shape): shape is readonly number[] {
  return shape.every((dim) => typeof dim === 'number');
}

function sizeOfShape(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Row-major strides. */
function stridesOf(shape: readonly number[]): number[] {
  const strides = Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] as number) * (shape[i + 1] as number);
  return strides;
}

/** An output whose element at each place is one of an input's. */
function moved(shape: readonly number[], from: Known, source: (place: readonly number[]) => readonly number[]): Elements {
  const [strides, own] = [stridesOf(shape), stridesOf(from.shape)];
  return Array.from({ length: sizeOfShape(shape) }, (_, at) => {
    const place = shape.map((dim, i) => Math.floor(at / (strides[i] as number)) % dim);
    return from.elements[source(place).reduce((sum, p, i) => sum + p * (own[i] as number), 0)];
  });
}

/** The place in an operand that broadcasts to `place`. */
const within = (shape: readonly number[]) => (place: readonly number[]) =>
  shape.map((dim, i) => (dim === 1 ? 0 : (place[place.length - shape.length + i] as number)));

const axisOf = (attrs: Attrs, rank: number, fallback = 0): number => {
  const axis = (attrs.axis as number | undefined) ?? fallback;
  return axis < 0 ? axis + rank : axis;
};

type Element = Dim | undefined;

/** An element-wise op; `symbolic` answers where not all operands are numbers, `one` says that a single operand may settle the result. */
const each = (
  compute: (whole: boolean, ...numbers: number[]) => number,
  symbolic: (...elements: Element[]) => Element = () => undefined,
  one = false,
): Fold => {
  return ({ x, out }) => {
    const unknown = (operand: Known | undefined) => operand === undefined;
    if (one ? x.every(unknown) : x.some(unknown)) return undefined;
    const operands = x.map((operand) => operand && moved(out.shape, operand, within(operand.shape)));
    return Array.from({ length: sizeOfShape(out.shape) }, (_, i) => {
      const elements = operands.map((operand) => operand?.[i]);
      return elements.every((element) => typeof element === 'number') ? compute(out.whole, ...(elements as number[])) : symbolic(...elements);
    });
  };
};

const same: Fold = ({ x: [x] }) => x?.elements;

const reduced = (compute: (numbers: readonly number[]) => number): Fold => {
  return ({ x: [x, axes], types, attrs, out }) => {
    const numbers = numbersOf(x?.elements);
    if (!x || !numbers || (types[1] && !axes)) return undefined;
    const given = numbersOf(axes?.elements) ?? [];
    if (given.length === 0 && attrs.noop_with_empty_axes) return numbers;
    const rank = x.shape.length;
    const over = new Set(given.length ? given.map((axis) => (axis < 0 ? axis + rank : axis)) : x.shape.map((_, i) => i));
    const kept = x.shape.map((dim, i) => (over.has(i) ? 1 : dim));
    const [strides, own] = [stridesOf(x.shape), stridesOf(kept)];
    const groups = Array.from({ length: sizeOfShape(out.shape) }, () => [] as number[]);
    numbers.forEach((number, at) => {
      const to = x.shape.reduce((sum, dim, i) => sum + (over.has(i) ? 0 : (Math.floor(at / (strides[i] as number)) % dim) * (own[i] as number)), 0);
      groups[to]?.push(number);
    });
    return groups.map(compute);
  };
};

const both = (a: Element, b: Element): boolean => a !== undefined && a === b;
/** Only a size is known never to be negative; an element of which nothing is known may be anything. */
const isSize = (a: Element): boolean => typeof a === 'string';
const atMostZero = (a: Element): boolean => typeof a === 'number' && a <= 0;
const negative = (a: Element): boolean => typeof a === 'number' && a < 0;

/** A symbolic quotient, remainder or product stays unknown. */
const folds: Readonly<Record<string, Fold>> = {
  Shape: ({ types: [type], attrs }) => type?.shape.slice((attrs.start as number | undefined) ?? 0, attrs.end as number | undefined),
  Size: ({ types: [type] }) => (type && isConcrete(type.shape) ? [sizeOfShape(type.shape)] : undefined),
  Identity: same,
  Reshape: same,
  Squeeze: same,
  Unsqueeze: same,
  Flatten: same,
  Cast: ({ x: [x], attrs, out }) =>
    x?.elements.map((element) => {
      if (typeof element !== 'number') return attrs.to === 'bool' ? undefined : element;
      if (attrs.to === 'bool') return element === 0 ? 0 : 1;
      return out.whole ? Math.trunc(element) : element;
    }),
  Concat: ({ x, types, attrs, out }) => {
    const axis = axisOf(attrs, out.shape.length);
    let from = 0;
    const parts = types.map((type, i) => {
      const size = type?.shape[axis] as number;
      from += size;
      return { start: from - size, end: from, known: x[i] };
    });
    const strides = stridesOf(out.shape);
    return Array.from({ length: sizeOfShape(out.shape) }, (_, at) => {
      const place = out.shape.map((dim, i) => Math.floor(at / (strides[i] as number)) % dim);
      const along = place[axis] as number;
      const part = parts.find(({ start, end }) => along >= start && along < end);
      if (!part?.known) return undefined;
      const own = stridesOf(part.known.shape);
      return part.known.elements[place.with(axis, along - part.start).reduce((sum, p, i) => sum + p * (own[i] as number), 0)];
    });
  },
  Gather: ({ x: [data, indices], attrs, out }) => {
    const at = numbersOf(indices?.elements);
    if (!data || !indices || !at) return undefined;
    const axis = axisOf(attrs, data.shape.length);
    const size = data.shape[axis] as number;
    const rank = indices.shape.length;
    const own = stridesOf(indices.shape);
    return moved(out.shape, data, (place) => {
      const index = at[place.slice(axis, axis + rank).reduce((sum, p, i) => sum + p * (own[i] as number), 0)] as number;
      return [...place.slice(0, axis), index < 0 ? index + size : index, ...place.slice(axis + rank)];
    });
  },
  Slice: ({ x: [data, ...bounds], types, out }) => {
    const [starts, ends, axes, steps] = bounds.map((known) => numbersOf(known?.elements));
    if (!data || !starts || !ends || (types[3] && !axes) || (types[4] && !steps)) return undefined;
    const cuts = new Map(
      starts.map((start, i) => {
        const axis = axes?.[i] ?? i;
        const at = axis < 0 ? axis + data.shape.length : axis;
        return [at, sliceRange(data.shape[at] as number, start, ends[i] as number, steps?.[i] ?? 1)];
      }),
    );
    return moved(out.shape, data, (place) =>
      place.map((p, i) => {
        const cut = cuts.get(i);
        return cut ? cut.start + p * cut.step : p;
      }),
    );
  },
  Split: ({ x: [data, split], types, attrs, out }) => {
    const sizes = numbersOf(split?.elements);
    if (!data || (types[1] && !sizes)) return undefined;
    const axis = axisOf(attrs, data.shape.length);
    const chunk = Math.ceil((data.shape[axis] as number) / ((attrs.num_outputs as number | undefined) ?? 1));
    const start = sizes ? sizes.slice(0, out.index).reduce((a, b) => a + b, 0) : out.index * chunk;
    return moved(out.shape, data, (place) => place.with(axis, (place[axis] as number) + start));
  },
  Transpose: ({ x: [data], attrs, out }) => {
    if (!data) return undefined;
    const perm = (attrs.perm as readonly number[] | undefined) ?? data.shape.map((_, i) => data.shape.length - 1 - i);
    return moved(out.shape, data, (place) => data.shape.map((_, i) => place[perm.indexOf(i)] as number));
  },
  Expand: ({ x: [data], out }) => data && moved(out.shape, data, within(data.shape)),
  Tile: ({ x: [data], out }) => data && moved(out.shape, data, (place) => place.map((p, i) => p % (data.shape[i] as number))),
  ConstantOfShape: ({ attrs, out }) => {
    const { value } = attrs;
    const filler = typeof value === 'object' && 'dtype' in value ? (toNumbers(value)[0] ?? 0) : 0;
    return Array<number>(sizeOfShape(out.shape)).fill(filler);
  },
  Range: ({ x, out }) => {
    const [start, , delta] = x.map((known) => numbersOf(known?.elements)?.[0]);
    return start === undefined || delta === undefined ? undefined : Array.from({ length: sizeOfShape(out.shape) }, (_, i) => start + i * delta);
  },
  Add: each(
    (_, a, b) => a + b,
    (a, b) => (a === 0 ? b : b === 0 ? a : undefined),
  ),
  Sub: each(
    (_, a, b) => a - b,
    (a, b) => (b === 0 ? a : both(a, b) ? 0 : undefined),
  ),
  Mul: each(
    (_, a, b) => a * b,
    (a, b) => (a === 1 ? b : b === 1 ? a : (a === 0 && isSize(b)) || (b === 0 && isSize(a)) ? 0 : undefined),
  ),
  Div: each(
    (whole, a, b) => (whole ? (b === 0 ? 0 : Math.trunc(a / b)) : a / b),
    (a, b) => (b === 1 ? a : both(a, b) ? 1 : undefined),
  ),
  Clip: ({ x: [x, ...bounds], types: [, ...given] }) => {
    const [low, high] = bounds.map((bound, i) => (given[i] ? numbersOf(bound?.elements)?.[0] : i === 0 ? -Infinity : Infinity));
    const [least, most] = [bounds.length > 0 ? low : -Infinity, bounds.length > 1 ? high : Infinity];
    if (least === undefined || most === undefined) return undefined;
    return x?.elements.map((element) => {
      if (typeof element === 'number') return Math.min(Math.max(element, least), most);
      return least <= 0 && most === Infinity ? element : undefined;
    });
  },
  Mod: each((_, a, b) => (b === 0 ? 0 : a - b * Math.floor(a / b))),
  Neg: each((_, a) => -a),
  Abs: each(
    (_, a) => Math.abs(a),
    (a) => a,
  ),
  Floor: each(
    (_, a) => Math.floor(a),
    (a) => a,
  ),
  Ceil: each(
    (_, a) => Math.ceil(a),
    (a) => a,
  ),
  Sqrt: each((_, a) => Math.sqrt(a)),
  Reciprocal: each((_, a) => 1 / a),
  Pow: each((_, a, b) => a ** b),
  Min: each((_, ...all) => Math.min(...all)),
  Max: each(
    (_, ...all) => Math.max(...all),
    (a, b, ...more) => {
      if (more.length > 0) return undefined;
      return both(a, b) || (isSize(a) && atMostZero(b)) ? a : isSize(b) && atMostZero(a) ? b : undefined;
    },
  ),
  Equal: each(
    (_, a, b) => Number(a === b),
    (a, b) => (both(a, b) ? 1 : (negative(a) && isSize(b)) || (negative(b) && isSize(a)) ? 0 : undefined),
  ),
  Less: each(
    (_, a, b) => Number(a < b),
    (a, b) => (isSize(a) && atMostZero(b) ? 0 : undefined),
  ),
  LessOrEqual: each(
    (_, a, b) => Number(a <= b),
    (a, b) => (isSize(a) && negative(b) ? 0 : undefined),
  ),
  Greater: each(
    (_, a, b) => Number(a > b),
    (a, b) => (isSize(a) && negative(b) ? 1 : undefined),
  ),
  GreaterOrEqual: each(
    (_, a, b) => Number(a >= b),
    (a, b) => (isSize(a) && atMostZero(b) ? 1 : undefined),
  ),
  And: each(
    (_, a, b) => Number(a !== 0 && b !== 0),
    (a, b) => (a === 0 || b === 0 ? 0 : undefined),
    true,
  ),
  Or: each(
    (_, a, b) => Number(a !== 0 || b !== 0),
    (a, b) => (a === 1 || b === 1 ? 1 : undefined),
    true,
  ),
  Not: each((_, a) => Number(a === 0)),
  Where: each(
    (_, condition, a, b) => (condition ? a : b),
    (condition, a, b) => (condition === undefined ? (both(a, b) ? a : undefined) : condition ? a : b),
    true,
  ),
  ReduceProd: reduced((all) => all.reduce((a, b) => a * b, 1)),
  ReduceSum: reduced((all) => all.reduce((a, b) => a + b, 0)),
  ReduceMax: reduced((all) => Math.max(...all)),
  ReduceMin: reduced((all) => Math.min(...all)),
};
