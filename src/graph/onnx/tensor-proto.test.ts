// Tensors written by Graft and by the Python package onnx are read back bit for bit; whatever cannot be read is refused by name.
import { readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ArrayOf, type DType, dtypes } from '../../core/dtype.ts';
import { sizeOf, type Tensor, tensor } from '../../core/tensor.ts';
import { StringStringEntryProtoSchema, TensorProto_DataLocation, TensorProto_DataType, TensorProtoSchema } from './onnx_pb.ts';
import { tensorFromProto, tensorToProto } from './tensor-proto.ts';

interface Golden {
  tensors: { dtype: DType; form: string; dims: number[]; bytes: string; proto: string }[];
}
const golden = JSON.parse(readFileSync(new URL('../../../tests/golden/onnx.json', import.meta.url), 'utf8')) as Golden;

const bytesOf = ({ data }: Tensor) => Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

/** Any tensor, its elements any bits. */
const anyTensor = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(dtypes) as DType[])),
    dims: fc.array(fc.nat(3), { maxLength: 4 }),
    name: fc.string(),
  })
  .chain(({ dtype, dims, name }) => {
    const length = sizeOf(dims) * dtypes[dtype].bytes;
    return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => {
      const data = new dtypes[dtype].array(new Uint8Array(bytes).buffer) as ArrayOf;
      return { name, value: tensor(dtype, dims, data) };
    });
  });

describe('tensorFromProto', () => {
  it('takes a small tensor out of its file, and a large one as a view of it', () => {
    const file = new ArrayBuffer(2 ** 18);
    const read = (size: number) =>
      tensorFromProto(
        create(TensorProtoSchema, { dims: [BigInt(size)], dataType: TensorProto_DataType.FLOAT, rawData: new Uint8Array(file, 8, 4 * size) }),
      );
    expect(read(100).data.buffer.byteLength).toBe(400);
    expect(read(2 ** 15).data.buffer).toBe(file);
  });

  it('inverts tensorToProto for all element types, wherever the bytes lie', () => {
    fc.assert(
      fc.property(anyTensor, fc.nat(16), ({ name, value }, shift) => {
        const written = toBinary(TensorProtoSchema, tensorToProto(value, name));
        const shifted = new Uint8Array(written.length + shift).subarray(shift);
        shifted.set(written);
        const proto = fromBinary(TensorProtoSchema, shifted);
        const read = tensorFromProto(proto);
        expect(proto.name).toBe(name);
        expect({ dtype: read.dtype, dims: read.dims }).toEqual({ dtype: value.dtype, dims: value.dims });
        expect(bytesOf(read).equals(bytesOf(value))).toBe(true);
      }),
    );
  });

  it.each(golden.tensors)('reads $dtype as the onnx package writes it, $form', ({ dtype, dims, bytes, proto }) => {
    const read = tensorFromProto(fromBinary(TensorProtoSchema, Buffer.from(proto, 'base64')));
    expect({ dtype: read.dtype, dims: read.dims }).toEqual({ dtype, dims });
    expect(bytesOf(read).toString('base64')).toBe(bytes);
  });

  it('covers every element type in the golden file', () => {
    expect(new Set(golden.tensors.map(({ dtype }) => dtype))).toEqual(new Set(Object.keys(dtypes)));
  });

  it('reads a part of another file', () => {
    const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });
    const proto = create(TensorProtoSchema, {
      name: 'w',
      dims: [2n],
      dataType: dtypes.int16.onnx,
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: [entry('location', 'w.bin'), entry('offset', '3'), entry('length', '4')],
    });
    const file = Uint8Array.of(9, 9, 9, 1, 0, 2, 1, 9);
    const read = tensorFromProto(proto, (location, offset, length) => {
      expect(location).toBe('w.bin');
      return file.subarray(offset, offset + length);
    });
    expect([...read.data]).toEqual([1, 258]);
    expect(() => tensorFromProto(proto)).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Tensor \`w\` lies in the file \`w.bin\`. Give \`externalData\` to read it, or save the model in one file.]`,
    );
    proto.externalData[2] = entry('length', '5');
    expect(() => tensorFromProto(proto, () => file)).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Tensor \`w\` needs 4 bytes of \`w.bin\`, but the model says 5 from 3 on.]`,
    );
  });

  it('refuses what it cannot hold', () => {
    const read = (init: object) => () => tensorFromProto(create(TensorProtoSchema, { name: 'w', ...init }));
    expect(read({ dataType: TensorProto_DataType.STRING, dims: [1n] })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Tensor \`w\` has element type STRING (=8), which Graft does not hold. It holds: float32, uint8, int8, uint16, int16, int32, int64, bool, float16, float64, uint32, uint64, bfloat16.]`,
    );
    expect(read({ dataType: 1, dims: [2n], floatData: [1] })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Tensor \`w\` has 1 values, but its sizes ask for 2.]`,
    );
    expect(read({ dataType: 1, dims: [2n], rawData: new Uint8Array(7) })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Tensor \`w\` has 7 bytes, but its sizes ask for 8.]`,
    );
    expect(read({ dataType: 1, dims: [-2n, -1n] })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Tensor \`w\` has the negative size -2 in [-2, -1].]`,
    );
    expect(read({ dataType: 1, dims: [1n], segment: { begin: 0n, end: 1n } })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Tensor \`w\` is stored in segments; save the model with whole tensors.]`,
    );
  });
});
