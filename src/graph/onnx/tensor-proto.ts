// Tensors <-> TensorProto, the tensors of ONNX files: initialisers and attributes. Called by the readers and writers of models and attributes.
// Bytes are little-endian in the file and on every machine that ONNX Runtime supports, so they are taken as they are.
import { create } from '@bufbuild/protobuf';
import { type ArrayOf, type DType, dtypes } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import { sizeOf, type Tensor, tensor } from '../../core/tensor.ts';
import { type TensorProto, TensorProto_DataLocation, TensorProtoSchema } from './onnx_pb.ts';
import { dtypeFromOnnx, numberFromInt64 } from './type-proto.ts';

/**
 * Reads `length` bytes from `offset` on of a file beside the model. `location` comes from the model and is not to be trusted:
 * whoever opens it makes sure that it does not lead out of the model's folder.
 */
export type ExternalData = (location: string, offset: number, length: number) => Uint8Array;

/** Bytes of a tensor that is copied out of its file: a view would keep all of the file in memory. */
const SMALL = 2 ** 16;

/** The tensor as a message. Its bytes are not copied until the message is written. */
export function tensorToProto(value: Tensor, name = ''): TensorProto {
  const { buffer, byteOffset, byteLength } = value.data;
  return create(TensorProtoSchema, {
    name,
    dims: value.dims.map(BigInt),
    dataType: dtypes[value.dtype].onnx,
    rawData: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
  });
}

/**
 * The tensor that a message holds, whichever of its fields the values are in. Large `raw_data` that is aligned is not copied: the tensor is then a view of the message's bytes.
 * @throws GraftError `invalid-dtype` for element types that Graft does not hold, strings among them; `invalid-model` when the number of
 *   values does not fit the sizes, or when the values are in another file and no `externalData` is given.
 */
export function tensorFromProto(proto: TensorProto, externalData?: ExternalData): Tensor {
  const place = `Tensor \`${proto.name}\``;
  const dtype = dtypeFromOnnx(proto.dataType, place);
  const dims = proto.dims.map((dim) => numberFromInt64(dim, place));
  if (dims.some((dim) => dim < 0)) fail('invalid-model', `${place} has the negative size ${Math.min(...dims)} in [${dims.join(', ')}].`);
  if (proto.segment) fail('invalid-model', `${place} is stored in segments; save the model with whole tensors.`);
  const size = sizeOf(dims);
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    return tensor(dtype, dims, fromBytes(externalBytes(proto, size * dtypes[dtype].bytes, externalData), dtype, size, place));
  }
  const values = typedField(proto, dtype);
  const data = values.length > 0 ? fromValues(values, dtype, size, place) : fromBytes(proto.rawData, dtype, size, place);
  return tensor(dtype, dims, data);
}

function externalBytes(proto: TensorProto, length: number, read: ExternalData | undefined): Uint8Array {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location =
    entries.get('location') ?? fail('invalid-model', `Tensor \`${proto.name}\` lies in another file, but the model does not say which.`);
  if (!read)
    return fail(
      'invalid-model',
      `Tensor \`${proto.name}\` lies in the file \`${location}\`. Give \`externalData\` to read it, or save the model in one file.`,
    );
  const offset = Number(entries.get('offset') ?? 0);
  const stated = Number(entries.get('length') ?? length);
  if (!Number.isSafeInteger(offset) || offset < 0 || stated !== length) {
    fail('invalid-model', `Tensor \`${proto.name}\` needs ${length} bytes of \`${location}\`, but the model says ${stated} from ${offset} on.`);
  }
  return read(location, offset, length);
}

/** The field in which the format keeps values of this type when they are not raw; 16-bit floats are bits there too. */
function typedField(proto: TensorProto, dtype: DType): readonly (number | bigint)[] {
  switch (dtype) {
    case 'float32':
      return proto.floatData;
    case 'float64':
      return proto.doubleData;
    case 'int64':
      return proto.int64Data;
    case 'uint32':
    case 'uint64':
      return proto.uint64Data;
    default:
      return proto.int32Data;
  }
}

function fromValues(values: readonly (number | bigint)[], dtype: DType, size: number, place: string): ArrayOf {
  if (values.length !== size) fail('invalid-model', `${place} has ${values.length} values, but its sizes ask for ${size}.`);
  const data = new dtypes[dtype].array(size);
  const convert = data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt : Number;
  values.forEach((value, i) => {
    data[i] = convert(value);
  });
  return data;
}

function fromBytes(bytes: Uint8Array, dtype: DType, size: number, place: string): ArrayOf {
  const { array, bytes: each } = dtypes[dtype];
  if (bytes.length !== size * each) fail('invalid-model', `${place} has ${bytes.length} bytes, but its sizes ask for ${size * each}.`);
  const own = bytes.byteOffset % each === 0 && bytes.length > SMALL ? bytes : new Uint8Array(bytes);
  return new array(own.buffer as ArrayBuffer, own.byteOffset, size);
}
