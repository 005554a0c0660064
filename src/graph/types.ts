// The vocabulary of graphs: dimensions, shapes, attribute values. Imported by every file of graph/, grad/ and lower/.
import type { DType } from '../core/dtype.ts';
import { fail } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';

/** A size, or the name of a size known only at run time (`'N'` for the batch). Equal names mean equal sizes. */
export type Dim = number | string;
/** Sizes from the first axis to the last; `[]` is that of a scalar. */
export type Shape = readonly Dim[];

/** Element type and shape of a value. A scalar has `shape = []`. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Value of a node attribute. Whether a number is ONNX `INT` or `FLOAT` is said by the op's schema. */
export type AttrValue = number | string | readonly number[] | readonly string[] | Tensor;
/** Attributes of a node, by their ONNX names. */
export type Attrs = Readonly<Record<string, AttrValue>>;

/** ONNX's kinds of attribute that Graft represents; a `dtype` is written as the INT of its TensorProto.DataType. */
export type AttrType = 'dtype' | 'int' | 'float' | 'string' | 'ints' | 'floats' | 'strings' | 'tensor';

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** The shape as numbers. @throws GraftError `invalid-shape` when a dimension is symbolic; `specialise` binds it. */
export function concrete(shape: Shape, what: string): readonly number[] {
  if (shape.every((dim) => typeof dim === 'number')) return shape as readonly number[];
  return fail('invalid-shape', `${what} has shape ${formatShape(shape)}, but sizes must be known here. Bind its names with specialise().`);
}

/**
 * Shape that ONNX's multidirectional (NumPy) broadcasting gives: aligned at the right, sizes equal or 1.
 * A symbolic dimension meets a number other than 1 as that number.
 * @throws GraftError `invalid-shape` naming both shapes.
 */
export function broadcastShapes(a: Shape, b: Shape, what: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    if (typeof x === 'string') return y;
    if (typeof y === 'string') return x;
    return fail('invalid-shape', `${what}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast (${x} against ${y}).`);
  });
}

/** `axis` counted from the front. @throws GraftError `invalid-argument` when it lies outside [-rank, rank). */
export function normaliseAxis(axis: number, rank: number, what: string): number {
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  return fail('invalid-argument', `${what}: axis ${axis} is outside [${-rank}, ${rank - 1}] of a value of rank ${rank}.`);
}
