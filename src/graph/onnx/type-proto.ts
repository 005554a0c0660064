// Element types, sizes and 64-bit integers of ONNX files <-> Graft's. Called by the readers and writers of tensors, attributes and models.
import { create } from '@bufbuild/protobuf';
import { type DType, dtypes } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import type { Dim, Shape, TensorType } from '../types.ts';
import { TensorProto_DataType, type ValueInfoProto, ValueInfoProtoSchema } from './onnx_pb.ts';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

const byNumber = new Map<number, DType>((Object.keys(dtypes) as DType[]).map((dtype) => [dtypes[dtype].onnx, dtype]));

/** The element type with this `TensorProto.DataType`. @throws GraftError `invalid-dtype` when Graft has none such. */
export function dtypeFromOnnx(number: number, place: string): DType {
  const known = byNumber.get(number);
  if (known) return known;
  const name = Object.entries(TensorProto_DataType).find(([, value]) => value === number)?.[0] ?? 'unknown';
  return fail(
    'invalid-dtype',
    `${place} has element type ${name} (=${number}), which Graft does not hold. It holds: ${Object.keys(dtypes).join(', ')}.`,
  );
}

/**
 * An int64 of a file as a number. The two ends of the range, which files use for "to the end", become -2^63 and 2^63.
 * @throws GraftError `invalid-model` for any other integer beyond 2^53.
 */
export function numberFromInt64(value: bigint, place: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) || value === INT64_MAX || value === INT64_MIN) return number;
  return fail('invalid-model', `${place} holds the integer ${value}, which is beyond 2^53 and would lose digits.`);
}

/** Inverse of {@link numberFromInt64}. @throws GraftError `invalid-argument` when `value` is not an integer of the int64 range. */
export function int64FromNumber(value: number, place: string): bigint {
  if (value === 2 ** 63) return INT64_MAX;
  if (Number.isSafeInteger(value) || value === -(2 ** 63)) return BigInt(value);
  return fail('invalid-argument', `${place} is ${value}, but ONNX asks for an integer here.`);
}

/** Declares `name` with its element type and shape; symbolic sizes become `dim_param`. */
export function valueInfo(name: string, { dtype, shape }: TensorType): ValueInfoProto {
  const dim = shape.map((size) => ({
    value: typeof size === 'string' ? ({ case: 'dimParam', value: size } as const) : ({ case: 'dimValue', value: BigInt(size) } as const),
  }));
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: { elemType: dtypes[dtype].onnx, shape: { dim } } } } });
}

/**
 * Element type and shape that a file declares. A size without value or name is called `<value>.<axis>`.
 * @throws GraftError `invalid-model` for values that are not tensors or have no shape; `invalid-dtype` for other element types.
 */
export function typeFromInfo(info: ValueInfoProto): TensorType {
  const place = `Value \`${info.name}\``;
  const type = info.type?.value;
  if (type?.case !== 'tensorType') return fail('invalid-model', `${place} is a ${type?.case ?? 'value without type'}; Graft reads tensors only.`);
  const { elemType, shape } = type.value;
  if (!shape) return fail('invalid-model', `${place} has no shape in the file. Export the model with shapes, or run ONNX shape inference on it.`);
  return { dtype: dtypeFromOnnx(elemType, place), shape: shape.dim.map(({ value }, axis): Dim => sizeFrom(value, info.name, axis)) satisfies Shape };
}

function sizeFrom(
  size: { case: 'dimValue'; value: bigint } | { case: 'dimParam'; value: string } | { case: undefined; value?: undefined },
  name: string,
  axis: number,
): Dim {
  const unknown = `${name}.${axis}`;
  if (size.case === 'dimParam') return size.value || unknown;
  return size.case === 'dimValue' && size.value >= 0n ? numberFromInt64(size.value, `Axis ${axis} of \`${name}\``) : unknown;
}
