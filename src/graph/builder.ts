// The typed builder: one method per op, as rules, layers and losses write graphs. `op` takes any op of the schema table by its ONNX name.

import type { DType } from '../core/dtype.ts';
import { fail } from '../core/errors.ts';
import { tensorOf } from '../core/tensor.ts';
import { Graph, type Value } from './graph.ts';
import { domainOf, type OpAttrs, type OpName } from './schema/index.ts';
import type { Attrs } from './types.ts';

/** A value, or a number that becomes a scalar constant of the other operand's type. */
export type Operand = Value | number;

/**
 * A graph that is written by calling ops as methods. Each appends one node, of ONNX's op of that name, and returns its output; types and shapes are
 * inferred at once. Operands broadcast as in NumPy, a number stands for a scalar of the other operand's type, negative axes count from the end.
 * @throws GraftError `invalid-shape` or `invalid-argument`, naming the node, when operands do not fit together or belong to another graph.
 */
export class Builder extends Graph {
  readonly #constants = new Map<string, Value>();

  /** Appends `op` and returns its first output. Inputs may be `undefined` where optional. */
  op<K extends OpName>(op: K, inputs: readonly (Value | undefined)[], attrs: OpAttrs<K> = {} as OpAttrs<K>): Value {
    return this.append(op, inputs, attrs as Attrs, { domain: domainOf(op) }).outputs[0] as Value;
  }

  /** Appends `op` with `count` outputs and returns them all. */
  ops<K extends OpName>(op: K, inputs: readonly (Value | undefined)[], attrs: OpAttrs<K>, count: number): Value[] {
    const stem = this.fresh(op);
    const outputs = Array.from({ length: count }, (_, i) => this.fresh(`${op}.${i}`));
    return this.append(op, inputs, attrs as Attrs, { domain: domainOf(op), name: stem, outputs }).outputs as Value[];
  }

  /** A scalar constant; equal ones are shared. */
  scalar(value: number, dtype: DType = 'float32'): Value {
    return this.#shared(`${dtype}:${Object.is(value, -0) ? '-0' : value}`, () =>
      this.constant(tensorOf(dtype, value), this.fresh(`scalar_${value}`)),
    );
  }

  /** A 1-D int64 constant: axes, shapes, pads; equal ones are shared. */
  ints(values: readonly number[]): Value {
    return this.#shared(`ints:${values.join()}`, () => this.constant(tensorOf('int64', values), this.fresh(`ints_${values.join('_') || 'none'}`)));
  }

  #shared(key: string, make: () => Value): Value {
    const value = this.#constants.get(key) ?? make();
    this.#constants.set(key, value);
    return value;
  }

  #pair(a: Operand, b: Operand): [Value, Value] {
    const like =
      typeof a === 'object' ? a : typeof b === 'object' ? b : fail('invalid-argument', 'At least one operand must be a value of the graph.');
    const value = (x: Operand) => (typeof x === 'number' ? this.scalar(x, like.dtype) : x);
    return [value(a), value(b)];
  }

  /** a + b. */
  add = (a: Operand, b: Operand): Value => this.op('Add', this.#pair(a, b));
  /** a - b. */
  sub = (a: Operand, b: Operand): Value => this.op('Sub', this.#pair(a, b));
  /** a b, element by element; `matMul` is the matrix product. */
  mul = (a: Operand, b: Operand): Value => this.op('Mul', this.#pair(a, b));
  /** a / b; whole numbers are truncated towards 0. */
  div = (a: Operand, b: Operand): Value => this.op('Div', this.#pair(a, b));
  /** a to the power of b, of the type of a. */
  pow = (a: Operand, b: Operand): Value => this.op('Pow', this.#pair(a, b));
  /** The greater of a and b, element by element. */
  max = (a: Operand, b: Operand): Value => this.op('Max', this.#pair(a, b));
  /** The lesser of a and b, element by element. */
  min = (a: Operand, b: Operand): Value => this.op('Min', this.#pair(a, b));
  /** Whether a = b, as bool. */
  equal = (a: Operand, b: Operand): Value => this.op('Equal', this.#pair(a, b));
  /** Whether a > b, as bool. */
  greater = (a: Operand, b: Operand): Value => this.op('Greater', this.#pair(a, b));
  /** Whether a < b, as bool. */
  less = (a: Operand, b: Operand): Value => this.op('Less', this.#pair(a, b));
  /** `a` where the bool `condition` holds, else `b`. */
  where = (condition: Value, a: Operand, b: Operand): Value => this.op('Where', [condition, ...this.#pair(a, b)]);
  /** -x. */
  neg = (x: Value): Value => this.op('Neg', [x]);
  /** |x|. */
  abs = (x: Value): Value => this.op('Abs', [x]);
  /** -1, 0 or 1. */
  sign = (x: Value): Value => this.op('Sign', [x]);
  /** e^x. */
  exp = (x: Value): Value => this.op('Exp', [x]);
  /** The natural logarithm; NaN below 0. */
  log = (x: Value): Value => this.op('Log', [x]);
  /** The square root; NaN below 0. */
  sqrt = (x: Value): Value => this.op('Sqrt', [x]);
  /** 1 / x. */
  reciprocal = (x: Value): Value => this.op('Reciprocal', [x]);
  /** 1 / (1 + e^-x). */
  sigmoid = (x: Value): Value => this.op('Sigmoid', [x]);
  /** (e^x - e^-x) / (e^x + e^-x). */
  tanh = (x: Value): Value => this.op('Tanh', [x]);
  /** max(x, 0). */
  relu = (x: Value): Value => this.op('Relu', [x]);
  /** x itself, as a value with a name of its own. */
  identity = (x: Value): Value => this.op('Identity', [x]);
  /** Matrix product over the last two axes, `[..., m, k]` by `[..., k, n]` to `[..., m, n]`; the axes before them broadcast. */
  matMul = (a: Value, b: Value): Value => this.op('MatMul', [a, b]);
  /** x as `dtype`, itself where it is of that type; floats are truncated towards 0 to become whole numbers. */
  cast = (x: Value, dtype: DType): Value => (x.dtype === dtype ? x : this.op('Cast', [x], { to: dtype }));
  /** Axis i of the result is axis `perm[i]` of x. */
  transpose = (x: Value, perm: readonly number[]): Value => this.op('Transpose', [x], { perm });
  /** e^x / sum e^x along `axis`, the last unless given, without overflow. */
  softmax = (x: Value, axis = -1): Value => this.op('Softmax', [x], { axis });
  /** x - log sum e^x along `axis`, the last unless given, without overflow. */
  logSoftmax = (x: Value, axis = -1): Value => this.op('LogSoftmax', [x], { axis });
  /** Values of one type one after another along `axis`; their other sizes must agree. */
  concat = (xs: readonly Value[], axis: number): Value => this.op('Concat', xs, { axis });

  /** 1 where `condition` holds, else 0, as `dtype`. */
  mask = (condition: Value, dtype: DType = 'float32'): Value => this.op('Cast', [condition], { to: dtype });

  /** Sum over `axes` (all when left out); `keepdims` leaves them with size 1. */
  sum = (x: Value, axes?: readonly number[], keepdims = false): Value => this.#reduce('ReduceSum', x, axes, keepdims);
  /** Mean over `axes` (all when left out); `keepdims` leaves them with size 1. */
  mean = (x: Value, axes?: readonly number[], keepdims = false): Value => this.#reduce('ReduceMean', x, axes, keepdims);

  #reduce(op: 'ReduceSum' | 'ReduceMean', x: Value, axes: readonly number[] | undefined, keepdims: boolean): Value {
    if (axes?.length === 0) return x;
    return this.op(op, [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  /** Reshapes to `shape`; -1 takes what is left, 0 copies the input's size at that place. */
  reshape = (x: Value, shape: readonly number[]): Value => this.op('Reshape', [x, this.ints(shape)]);
  /** Repeats x until it has the shape that its own and `shape` broadcast to. */
  expand = (x: Value, shape: readonly number[]): Value => this.op('Expand', [x, this.ints(shape)]);
  /** Removes `axes`, which must have size 1. */
  squeeze = (x: Value, axes: readonly number[]): Value => (axes.length ? this.op('Squeeze', [x, this.ints(axes)]) : x);
  /** Inserts axes of size 1, so that they are `axes` of the result. */
  unsqueeze = (x: Value, axes: readonly number[]): Value => (axes.length ? this.op('Unsqueeze', [x, this.ints(axes)]) : x);
  /** Slices of x at `indices` along `axis`, the first unless given; the axes of `indices` take its place. */
  gather = (x: Value, indices: Value, axis = 0): Value => this.op('Gather', [x, indices], { axis });

  /** Elements from `starts` to `ends` (exclusive) along `axes`, every `steps`-th. */
  slice = (x: Value, starts: readonly number[], ends: readonly number[], axes: readonly number[], steps?: readonly number[]): Value =>
    this.op('Slice', [x, this.ints(starts), this.ints(ends), this.ints(axes), ...(steps ? [this.ints(steps)] : [])]);
}
