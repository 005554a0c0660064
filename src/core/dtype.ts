// Element types: their ONNX numbers, typed arrays and sizes. Used by tensors, the graph and the runtime.

interface DTypeRecord {
  /** TensorProto.DataType in onnx.proto. */
  onnx: number;
  bytes: number;
  array: TypedArrayConstructor;
  kind: 'float' | 'int' | 'bool';
}

type TypedArrayConstructor =
  | Float32ArrayConstructor
  | Float64ArrayConstructor
  | Int8ArrayConstructor
  | Uint8ArrayConstructor
  | Int16ArrayConstructor
  | Uint16ArrayConstructor
  | Int32ArrayConstructor
  | Uint32ArrayConstructor
  | BigInt64ArrayConstructor
  | BigUint64ArrayConstructor;

/** Every element type of a numeric ONNX tensor. 16-bit floats are held as raw bits in a `Uint16Array`. */
export const dtypes = {
  float32: { onnx: 1, bytes: 4, array: Float32Array, kind: 'float' },
  uint8: { onnx: 2, bytes: 1, array: Uint8Array, kind: 'int' },
  int8: { onnx: 3, bytes: 1, array: Int8Array, kind: 'int' },
  uint16: { onnx: 4, bytes: 2, array: Uint16Array, kind: 'int' },
  int16: { onnx: 5, bytes: 2, array: Int16Array, kind: 'int' },
  int32: { onnx: 6, bytes: 4, array: Int32Array, kind: 'int' },
  int64: { onnx: 7, bytes: 8, array: BigInt64Array, kind: 'int' },
  bool: { onnx: 9, bytes: 1, array: Uint8Array, kind: 'bool' },
  float16: { onnx: 10, bytes: 2, array: Uint16Array, kind: 'float' },
  float64: { onnx: 11, bytes: 8, array: Float64Array, kind: 'float' },
  uint32: { onnx: 12, bytes: 4, array: Uint32Array, kind: 'int' },
  uint64: { onnx: 13, bytes: 8, array: BigUint64Array, kind: 'int' },
  bfloat16: { onnx: 16, bytes: 2, array: Uint16Array, kind: 'float' },
} as const satisfies Record<string, DTypeRecord>;

/** Name of an element type, spelled as ONNX Runtime and NumPy spell it. */
export type DType = keyof typeof dtypes;

/** The typed array that holds elements of type `D`. */
export type ArrayOf<D extends DType = DType> = InstanceType<(typeof dtypes)[D]['array']>;

/** Whether gradients flow through values of this type. */
export function isFloat(dtype: DType): boolean {
  return dtypes[dtype].kind === 'float';
}
