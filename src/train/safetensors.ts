// The safetensors format: named tensors to bytes and back. An 8-byte little-endian header length, a JSON header, the tensors' bytes.
import { type DType, dtypes } from '../core/dtype.ts';
import { fail } from '../core/errors.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';

const names = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint64: 'U64',
  uint32: 'U32',
  uint16: 'U16',
  uint8: 'U8',
  bool: 'BOOL',
} as const satisfies Record<DType, string>;
const dtypeOf = new Map(Object.entries(names).map(([dtype, name]) => [name as string, dtype as DType]));

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Tensors as the bytes of a safetensors file. */
export function writeSafetensors(tensors: ReadonlyMap<string, Tensor>, metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const header: Record<string, Entry | Readonly<Record<string, string>>> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { dtype, dims, data }] of tensors) {
    header[name] = { dtype: names[dtype], shape: dims, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  let at = 8 + padded;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

export interface Safetensors {
  readonly tensors: Map<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Tensors of a safetensors file, copied out of `bytes`.
 * @param source named in errors, such as the file's path.
 * @throws GraftError `invalid-checkpoint` when the bytes are cut off or are not of this format.
 */
export function readSafetensors(bytes: Uint8Array, source: string): Safetensors {
  const wrong = (what: string): never => fail('invalid-checkpoint', `${source} is not a whole safetensors file: ${what}.`);
  if (bytes.length < 8) return wrong(`it has ${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > bytes.length - 8) return wrong(`its header of ${length} bytes is longer than the file`);
  let header: Record<string, Entry>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  } catch {
    return wrong('its header is not JSON');
  }
  if (header === null || typeof header !== 'object') return wrong('its header is no object');
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, Entry> & { __metadata__?: Record<string, string> };
  const tensors = new Map<string, Tensor>();
  const taken: { readonly name: string; readonly from: number; readonly to: number }[] = [];
  for (const [name, entry] of Object.entries(entries)) {
    if (!Array.isArray(entry?.shape) || !Array.isArray(entry.data_offsets)) return wrong(`\`${name}\` has no shape or place`);
    const whole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
    if (!entry.shape.every(whole)) return wrong(`\`${name}\` has the shape ${JSON.stringify(entry.shape)}, whose sizes must be whole numbers`);
    if (entry.data_offsets.length !== 2 || !entry.data_offsets.every(whole))
      return wrong(`\`${name}\` lies at ${JSON.stringify(entry.data_offsets)}, which must be two whole numbers`);
    const dtype = dtypeOf.get(entry.dtype) ?? wrong(`\`${name}\` has the unknown type ${entry.dtype}`);
    const [from, to] = entry.data_offsets;
    const { array, bytes: width } = dtypes[dtype];
    if (!(from >= 0 && to <= bytes.length - 8 - length && to - from === sizeOf(entry.shape) * width)) {
      return wrong(`\`${name}\` lies at ${from}..${to}, which does not fit its shape or the file`);
    }
    taken.push({ name, from, to });
    const copy = new Uint8Array(bytes.subarray(8 + length + from, 8 + length + to));
    tensors.set(name, tensor(dtype, entry.shape, new array(copy.buffer) as Float32Array<ArrayBuffer>));
  }
  const inOrder = taken.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from);
  inOrder.forEach(({ name, from, to }, i) => {
    const before = inOrder[i - 1];
    if (before && from < before.to) wrong(`\`${name}\` at ${from}..${to} overlaps \`${before.name}\` at ${before.from}..${before.to}`);
  });
  const end = Math.max(0, ...taken.map(({ to }) => to));
  if (bytes.length - 8 - length > end) wrong(`${bytes.length - 8 - length - end} bytes lie behind its last tensor`);
  return { tensors, metadata };
}
