// The body of an Arrow record batch -> columns of values, by the batches of `flechette`. Called by `readArrow`. Counts and offsets are checked here, before those
// see them: they take what a file says on trust.
import { type Batch, batchType, Column, type DataType, type Field, Type } from '@uwdata/flechette';
import type { BatchHeader } from './arrow-messages.ts';
import { unpack } from './codecs.ts';
import type { Budget } from './limits.ts';

/** Values by index, `null` where one is missing. */
export type Values = Batch<unknown>;

/** Dictionaries by their numbers. */
export type Dictionaries = ReadonlyMap<number, Column<unknown>>;

interface Parts {
  readonly length: number;
  readonly nullCount: number;
  readonly type: DataType;
  readonly validity?: Uint8Array;
  readonly values?: ArrayBufferView;
  readonly offsets?: ArrayLike<number | bigint>;
  readonly data?: readonly Uint8Array[];
  readonly children?: readonly Values[];
}

interface TypedArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): ArrayBufferView & ArrayLike<number | bigint>;
}

const OPTIONS = { useDate: true, useBigInt: true };
/** A length that says that a buffer is not packed after all. */
const NOT_PACKED = -1;
const VIEW_BYTES = 16;
/** Longer texts of a column of views lie in its data buffers. */
const LONGEST_INSIDE = 12;

/**
 * The columns of a batch; one of a type that is not read is all missing.
 * @throws Error when what the batch says does not fit its body.
 */
export function columnsOfBatch(
  fields: readonly { readonly type: DataType }[],
  header: BatchHeader,
  body: Uint8Array,
  dictionaries: Dictionaries,
  budget: Budget,
): Values[] {
  const { codec } = header;
  const [nodes, buffers, variadic] = [header.nodes.values(), header.buffers.values(), header.variadic.values()];
  const node = () => nodes.next().value ?? lacking('a column');
  const region = () => buffers.next().value ?? lacking('a buffer');

  function buffer(): Uint8Array {
    const { start, length } = region();
    const bytes = body.subarray(start, start + length);
    if (codec === undefined || length === 0) return bytes;
    const unpacked = Number(new DataView(bytes.buffer, bytes.byteOffset, length).getBigInt64(0, true));
    const packed = bytes.subarray(8);
    if (unpacked === NOT_PACKED) return packed;
    budget.bytes(unpacked);
    return unpack(codec, packed, unpacked);
  }

  function numbers(Numbers: TypedArrayConstructor): ArrayBufferView & ArrayLike<number | bigint> {
    const bytes = buffer();
    const own = bytes.byteOffset % Numbers.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
    return new Numbers(own.buffer, own.byteOffset, Math.floor(own.length / Numbers.BYTES_PER_ELEMENT));
  }

  function columns(fields: readonly { readonly type: DataType }[], least: number): Values[] {
    return fields.map(({ type }) => column(type, least));
  }

  /** @param least values that are needed; a column may not have fewer. */
  function column(type: DataType, least: number): Values {
    if (!isRead(type)) {
      skip(type);
      return made({ length: least, nullCount: least, type: { typeId: Type.Null } });
    }
    const { length, missing } = node();
    if (!(least >= 0 && length >= least)) throw new Error(`a column has ${length} values, but needs ${least}`);
    budget.values(least);
    const base = { length: least, nullCount: missing, type };
    if (type.typeId === Type.Null) return made({ ...base, nullCount: least });
    const validity = buffer();
    if (missing > 0) enough(validity.length * 8, least);
    const parts = { ...base, validity };
    switch (type.typeId) {
      case Type.Bool: {
        const values = buffer();
        enough(values.length * 8, least);
        return made({ ...parts, values });
      }
      case Type.FixedSizeBinary: {
        const values = buffer();
        enough(values.length, least * type.stride);
        return made({ ...parts, values });
      }
      case Type.Utf8:
      case Type.Binary:
      case Type.LargeUtf8:
      case Type.LargeBinary: {
        const offsets = numbers(type.offsets);
        const values = buffer();
        lastOffset(offsets, least, values.length);
        return made({ ...parts, offsets, values });
      }
      case Type.Utf8View:
      case Type.BinaryView: {
        const values = buffer();
        const count = variadic.next().value ?? lacking('a count of buffers');
        const data = Array.from({ length: Math.min(count, header.buffers.length) }, buffer);
        checkViews(values, data, least, budget);
        return made({ ...parts, values, data });
      }
      case Type.List:
      case Type.LargeList: {
        const offsets = numbers(type.offsets);
        return made({ ...parts, offsets, children: columns(type.children, lastOffset(offsets, least, Number.POSITIVE_INFINITY)) });
      }
      case Type.FixedSizeList:
        return made({ ...parts, children: columns(type.children, least * type.stride) });
      case Type.Struct:
        return made({ ...parts, children: columns(type.children, least) });
      case Type.Dictionary: {
        const values = numbers(type.indices.values);
        enough(values.length, least);
        const known = dictionaries.get(type.id) ?? lacking(`dictionary ${type.id}`);
        return made({ ...parts, values }, known);
      }
      case Type.Decimal: {
        const values = numbers(type.values);
        enough(values.length, least * Math.max(1, type.bitWidth / 64));
        return made({ ...parts, values });
      }
      case Type.Int:
      case Type.Float:
      case Type.Date:
      case Type.Time:
      case Type.Timestamp:
      case Type.Duration: {
        const values = numbers(type.values);
        enough(values.length, least);
        return made({ ...parts, values });
      }
      default:
        return lacking(`a reader of type ${type.typeId}`);
    }
  }

  /** Passes over what a type that is not read takes. */
  function skip(type: DataType): void {
    node();
    for (let i = 0; i < bufferCount(type); i++) region();
    if (type.typeId === Type.BinaryView || type.typeId === Type.Utf8View) for (let i = variadic.next().value ?? 0; i > 0; i--) region();
    for (const child of childrenOf(type)) skip(child.type);
  }

  if (header.length < 0) throw new Error(`a record batch claims ${header.length} rows`);
  return columns(fields, header.length);
}

/** Whether values of that type are read; those of a list or struct are looked at one by one. */
export function isRead({ typeId }: DataType): boolean {
  return !NOT_READ.has(typeId);
}

const NOT_READ: ReadonlySet<number> = new Set([
  Type.NONE,
  Type.Interval,
  Type.Union,
  Type.Map,
  Type.RunEndEncoded,
  Type.ListView,
  Type.LargeListView,
]);

function childrenOf(type: DataType): readonly Field[] {
  return 'children' in type ? type.children : [];
}

/** Buffers of a type, without the data buffers of views. */
function bufferCount(type: DataType): number {
  switch (type.typeId) {
    case Type.Null:
    case Type.RunEndEncoded:
    case Type.NONE:
      return 0;
    case Type.Struct:
    case Type.FixedSizeList:
      return 1;
    case Type.Union:
      return type.mode === 0 ? 1 : 2;
    case Type.Utf8:
    case Type.Binary:
    case Type.LargeUtf8:
    case Type.LargeBinary:
    case Type.ListView:
    case Type.LargeListView:
      return 3;
    default:
      return 2;
  }
}

function made(parts: Parts, dictionary?: Column<unknown>): Values {
  const batch = new (batchType(parts.type, OPTIONS))(parts);
  return dictionary ? batch.setDictionary(dictionary) : batch;
}

/** A dictionary's values; those of a delta come behind the ones before. */
export function dictionaryOf(type: DataType, batch: Values, before: Column<unknown> | undefined): Column<unknown> {
  return new Column<unknown>([...(before?.data ?? []), batch], type);
}

/** Offsets must ascend inside of what they lead into; gives the last. */
function lastOffset(offsets: ArrayLike<number | bigint>, length: number, most: number): number {
  // A column without values may lack its offsets too.
  if (length === 0) return 0;
  enough(offsets.length, length + 1);
  let before = 0;
  for (let i = 0; i <= length; i++) {
    const offset = Number(offsets[i]);
    if (!(offset >= before && offset <= most)) throw new Error(`value ${i} begins at ${offset}, behind ${before} and up to ${most}`);
    before = offset;
  }
  return before;
}

/** Views may all show the same bytes, so what they show together is counted. */
function checkViews(values: Uint8Array, data: readonly Uint8Array[], length: number, budget: Budget): void {
  enough(values.length, length * VIEW_BYTES);
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  for (let at = 0; at < length * VIEW_BYTES; at += VIEW_BYTES) {
    const size = view.getInt32(at, true);
    if (size >= 0 && size <= LONGEST_INSIDE) continue;
    const [index, start] = [view.getInt32(at + 8, true), view.getInt32(at + 12, true)];
    if (size < 0 || start < 0 || start + size > (data[index]?.length ?? 0)) throw new Error(`a text of ${size} bytes lies outside of its buffer`);
    budget.bytes(size);
  }
}

function enough(there: number, needed: number): void {
  if (!(there >= needed)) throw new Error(`a buffer holds ${there} values, but needs ${needed}`);
}

/** Becomes an error of ours, with the file's name, in `readArrow`. */
function lacking(what: string): never {
  throw new Error(`a record batch lacks ${what}`);
}
