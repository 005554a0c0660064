// What an op is: its inputs, outputs, attributes and the types it yields. The family files beside this one define the table.
import type { DType } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import type { Tensor } from '../../core/tensor.ts';
import { type Attrs, type AttrType, type AttrValue, broadcastShapes, type Dim, type Shape, type TensorType } from '../types.ts';

/** Declares one attribute: its ONNX kind and its default; without a default it is optional, or `required`. */
export interface AttrDef<T extends AttrValue = AttrValue, D extends T | undefined = T | undefined> {
  readonly type: AttrType;
  readonly default: D;
  readonly required?: boolean;
}
export type AttrDefs = Readonly<Record<string, AttrDef>>;

/** Attributes as a rule or a shape function sees them: defaults filled in. */
export type AttrsOf<A extends AttrDefs> = {
  readonly [K in keyof A]: A[K] extends AttrDef<infer T, infer D> ? (D extends undefined ? T | undefined : T) : never;
};

const attr =
  <T extends AttrValue>(type: AttrType) =>
  <D extends T | undefined = undefined>(value?: D): AttrDef<T, D> => ({ type, default: value as D });

export const dtypeAttr = attr<DType>('dtype');
export const int = attr<number>('int');
export const float = attr<number>('float');
export const string = attr<string>('string');
export const ints = attr<readonly number[]>('ints');
export const floats = attr<readonly number[]>('floats');
export const strings = attr<readonly string[]>('strings');
export const tensorAttr = attr<Tensor>('tensor');

/** What a shape function may look at. */
export interface InferContext<A = Attrs> {
  /** Types of the inputs; `undefined` where an optional input is left out. */
  readonly inputs: readonly (TensorType | undefined)[];
  readonly attrs: A;
  /** How many outputs the node declares. */
  readonly outputs: number;
  /** Numbers of input `i` where it is a constant or computed from constants and known sizes, else `undefined`. */
  constant(i: number): readonly number[] | undefined;
  /** As `constant`, where only some elements are known, or known by the names of sizes. */
  elements(i: number): readonly (Dim | undefined)[] | undefined;
  /** Type of input `i`. @throws GraftError when it is missing. */
  type(i: number): TensorType;
  /** A new name for a dimension that cannot be told before the symbolic ones are bound; equal keys give equal names within the node. */
  unknown(key: string | number): Dim;
  /** The node, for messages of what checks its shapes: ``Add node `Add_1` ``. */
  readonly place: string;
  /** Throws, naming the node. */
  fail(message: string): never;
}

export interface OpSchema<A extends AttrDefs = AttrDefs> {
  /** First opset of the op's domain whose meaning this describes. */
  readonly since: number;
  /** Names as in the ONNX text; `?` marks an optional one, `*` (last only) a variadic one: `['X', 'W', 'B?']`. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attrs: A;
  infer(c: InferContext<AttrsOf<A>>): readonly TensorType[];
}

/** Identity that infers the attributes' types. */
export function defineOp<const A extends AttrDefs>(schema: OpSchema<A>): OpSchema<A> {
  return schema;
}

/** Same type as input 0: activations and the like. */
export function sameAsFirst(c: InferContext<unknown>): readonly TensorType[] {
  return [c.type(0)];
}

/** Type of the broadcast of all inputs; the element type is the first's unless given. */
export function broadcastInputs(c: InferContext<unknown>, dtype?: DType): readonly TensorType[] {
  const types = c.inputs.map((_, i) => c.type(i));
  if (dtype === undefined && types.some((type) => type.dtype !== types[0]?.dtype)) {
    c.fail(`inputs have different element types (${types.map((type) => type.dtype).join(', ')}); cast them to one.`);
  }
  const shape = types.map((type) => type.shape).reduce((a: Shape, b) => broadcastShapes(a, b, c.place));
  return [{ dtype: dtype ?? c.type(0).dtype, shape }];
}

/** Attributes with the schema's defaults; unknown or missing ones are refused. */
export function resolveAttrs(schema: OpSchema, given: Attrs, place: string): Attrs {
  for (const name of Object.keys(given)) {
    if (!(name in schema.attrs)) {
      const known = Object.keys(schema.attrs).join(', ') || 'none';
      fail('invalid-argument', `${place} has no attribute \`${name}\` (=${String(given[name])}). It has: ${known}.`);
    }
  }
  const all: Record<string, AttrValue> = {};
  for (const [name, def] of Object.entries(schema.attrs)) {
    const value = given[name] ?? def.default;
    if (value !== undefined) all[name] = value;
  }
  return all;
}

/** Product of dimensions, or `undefined` when one is symbolic. */
export function product(shape: Shape): number | undefined {
  let result = 1;
  for (const dim of shape) {
    if (typeof dim === 'string') return undefined;
    result *= dim;
  }
  return result;
}
