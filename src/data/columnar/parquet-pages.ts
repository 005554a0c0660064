// The bytes of one column in one row group of a Parquet file -> its values, page by page. Called by `readParquet`. Lengths and counts are checked here, before
// the decoders of `hyparquet` see them: they take what a file says on trust.
import type { DecodedArray, ParquetParsers, ParquetType, SchemaTree } from 'hyparquet';
import { assembleLists } from 'hyparquet/src/assemble.js';
import { parquetHeader } from 'hyparquet/src/column.js';
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { unpack } from './codecs.ts';
import { readHybrid } from './hybrid.ts';
import type { Budget } from './limits.ts';
import { endOfStruct } from './thrift.ts';

/** A column without parts. */
export interface Leaf {
  /** From the root down to it. */
  readonly path: SchemaTree[];
  readonly type: ParquetType;
  /** How often a value can be missing on the way down, and how often repeated. */
  readonly mostMissing: number;
  readonly mostRepeated: number;
}

/** A leaf's bytes in one row group. */
export interface Chunk {
  readonly leaf: Leaf;
  readonly codec: string;
  /** Values that the footer claims, missing ones among them. */
  readonly values: number;
  readonly bytes: Uint8Array;
}

/** A data page, taken apart. */
interface Page {
  readonly encoding: string;
  readonly count: number;
  readonly repetition: Uint32Array | undefined;
  readonly definition: Uint32Array | undefined;
  readonly data: Uint8Array;
}

type Header = ReturnType<typeof parquetHeader>;
type Decoder = Parameters<typeof convert>[1];

/** As texts: JSON, which may be large or no object at all. As bytes: shapes on a map. */
export const PARSERS: ParquetParsers = {
  ...DEFAULT_PARSERS,
  jsonFromBytes: DEFAULT_PARSERS.stringFromBytes,
  geometryFromBytes: (bytes) => bytes,
  geographyFromBytes: (bytes) => bytes,
};

/**
 * The values of a chunk, one array a page, `null` where one is missing.
 * @param rows where the rows of a nested column are put, since one may reach into the next page; it is what then leaves.
 * @throws Error when a page is damaged, or of an encoding that is not known.
 */
export function* pageValues({ leaf, codec, values, bytes }: Chunk, budget: Budget, rows?: unknown[]): Generator<DecodedArray, void, void> {
  const { path, type, mostMissing } = leaf;
  const element = path.at(-1)?.element ?? damaged('a column has no schema');
  const decoder = { pathInSchema: [], type, element, schemaPath: path, codec, parsers: PARSERS, utf8: false } as unknown as Decoder;
  const unpacked = (packed: Uint8Array, length: number) => {
    budget.bytes(length);
    return unpack(codec, packed, length);
  };
  let dictionary: DecodedArray | undefined;
  for (let [at, seen] = [0, 0]; seen < values && at < bytes.length; ) {
    const start = endOfStruct(bytes, at);
    const header = parquetHeader(readerAt(bytes, at));
    at = start + counted(header.compressed_page_size);
    if (at > bytes.length) damaged(`a page claims ${header.compressed_page_size} bytes, but ${bytes.length - start} are left`);
    const packed = bytes.subarray(start, at);
    if (header.type === 'DICTIONARY_PAGE') {
      const count = counted(header.dictionary_page_header?.num_values);
      budget.values(count);
      dictionary = convert(plain(unpacked(packed, header.uncompressed_page_size), type, count, element.type_length), decoder);
    } else if (header.type === 'DATA_PAGE' || header.type === 'DATA_PAGE_V2') {
      const page =
        header.type === 'DATA_PAGE' ? firstVersion(header, packed, leaf, budget, unpacked) : secondVersion(header, packed, leaf, budget, unpacked);
      if (page.count === 0) continue;
      seen += page.count;
      const present = page.definition ? occurrences(page.definition, mostMissing) : page.count;
      const found = decoded(page, present, leaf, dictionary, decoder);
      const definition = present === page.count ? [] : page.definition;
      yield assembleLists(rows ?? [], definition as unknown as number[], (page.repetition ?? []) as unknown as number[], found, path);
    } else if (header.type !== 'INDEX_PAGE') damaged(`a page is of the unknown type ${header.type}`);
  }
}

function firstVersion(
  header: Header,
  packed: Uint8Array,
  leaf: Leaf,
  budget: Budget,
  unpacked: (packed: Uint8Array, length: number) => Uint8Array,
): Page {
  const { encoding, num_values } = header.data_page_header ?? damaged('a page has no header');
  const count = counted(num_values);
  budget.values(count);
  const page = unpacked(packed, header.uncompressed_page_size);
  let at = 0;
  const levels = (most: number): Uint32Array | undefined => {
    if (most === 0) return undefined;
    const start = at + 4;
    at = start + readerAt(page, 0).view.getUint32(at, true);
    return readHybrid(page, start, Math.min(at, page.length), bitsOf(most), count);
  };
  const repetition = levels(leaf.mostRepeated);
  const definition = levels(leaf.mostMissing);
  return { encoding, count, repetition, definition, data: page.subarray(at) };
}

function secondVersion(
  header: Header,
  packed: Uint8Array,
  leaf: Leaf,
  budget: Budget,
  unpacked: (packed: Uint8Array, length: number) => Uint8Array,
): Page {
  const { encoding, num_values, is_compressed, ...lengths } = header.data_page_header_v2 ?? damaged('a page has no header');
  const count = counted(num_values);
  budget.values(count);
  const middle = counted(lengths.repetition_levels_byte_length);
  const end = middle + counted(lengths.definition_levels_byte_length);
  if (end > packed.length) damaged(`the levels of a page claim ${end} bytes of ${packed.length}`);
  const levels = (most: number, from: number, to: number) => (most === 0 ? undefined : readHybrid(packed, from, to, bitsOf(most), count));
  const repetition = levels(leaf.mostRepeated, 0, middle);
  const definition = levels(leaf.mostMissing, middle, end);
  const rest = packed.subarray(end);
  return {
    encoding,
    count,
    repetition,
    definition,
    data: is_compressed ? unpacked(rest, header.uncompressed_page_size - end) : new Uint8Array(rest),
  };
}

/** The `present` values of a page. */
function decoded({ encoding, data }: Page, present: number, leaf: Leaf, dictionary: DecodedArray | undefined, decoder: Decoder): DecodedArray {
  const { type } = leaf;
  const length = decoder.element.type_length;
  if (present === 0) return [];
  const reader = readerAt(data, 0);
  switch (encoding) {
    case 'PLAIN':
      return convert(plain(data, type, present, length), decoder);
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      return looked(readHybrid(data, 1, data.length, reader.view.getUint8(0), present), dictionary ?? damaged('a page comes before its dictionary'));
    case 'RLE':
      return Array.from(readHybrid(data, 4, data.length, 1, present), Boolean);
    case 'BYTE_STREAM_SPLIT':
      if (present > data.length) damaged(`a page claims ${present} values in ${data.length} bytes`);
      return convert(byteStreamSplit(reader, present, type, length), decoder);
    case 'DELTA_BINARY_PACKED': {
      const numbers = type === 'INT32' ? new Int32Array(present) : new BigInt64Array(present);
      deltaBinaryUnpack(reader, present, numbers);
      return convert(numbers, decoder);
    }
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      const texts = new Array<Uint8Array>(present);
      deltaLengthByteArray(reader, present, texts);
      return convert(texts, decoder);
    }
    case 'DELTA_BYTE_ARRAY': {
      checkPrefixes(data, present);
      const texts = new Array<Uint8Array>(present);
      deltaByteArray(reader, present, texts);
      return convert(texts, decoder);
    }
    default:
      return damaged(`a page has the encoding ${encoding}, which is not read; write the file with plain or dictionary pages`);
  }
}

/** What a decoder allocates is in proportion to the bytes that are there: a value takes a bit at least. */
function plain(data: Uint8Array, type: ParquetType, count: number, length: number | undefined): DecodedArray {
  if (count > data.length * 8) damaged(`a page claims ${count} values in ${data.length} bytes`);
  return readPlain(readerAt(data, 0), type, count, length);
}

function looked(indices: Uint32Array, dictionary: DecodedArray): DecodedArray {
  const found = new Array<unknown>(indices.length);
  for (const [i, index] of indices.entries()) {
    if (index >= dictionary.length) damaged(`a value is number ${index} of a dictionary of ${dictionary.length}`);
    found[i] = dictionary[index];
  }
  return found;
}

/** Texts that begin as the one before: what all take together must fit what such a page can mean. */
function checkPrefixes(data: Uint8Array, count: number): void {
  const reader = readerAt(data, 0);
  const [prefixes, rests] = [new Int32Array(count), new Int32Array(count)];
  deltaBinaryUnpack(reader, count, prefixes);
  deltaBinaryUnpack(reader, count, rests);
  let [before, total] = [0, 0];
  for (const [i, prefix] of prefixes.entries()) {
    const rest = rests[i] as number;
    if (prefix < 0 || rest < 0 || prefix > before) damaged('a text claims to begin as the one before it, which is shorter');
    before = prefix + rest;
    total += before;
  }
  if (total > MOST_SHARED * Math.max(data.length, 2 ** 20)) damaged(`a page of ${data.length} bytes claims texts of ${total} bytes`);
}

/** How much longer texts may be than what is stored of them. */
const MOST_SHARED = 200;

function readerAt(bytes: Uint8Array, offset: number) {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset };
}

function occurrences(levels: Uint32Array, level: number): number {
  let count = 0;
  for (const one of levels) if (one === level) count++;
  return count;
}

function bitsOf(most: number): number {
  return 32 - Math.clz32(most);
}

function counted(count: number | undefined): number {
  return count !== undefined && count >= 0 ? count : damaged(`a page claims a size of ${count}`);
}

/** Becomes an error of ours, with the file's name, in `readParquet`. */
function damaged(what: string): never {
  throw new Error(what);
}
