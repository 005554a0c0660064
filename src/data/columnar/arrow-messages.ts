// An Arrow file or stream -> its messages, each checked to lie inside of the file. Called by `readArrow`.
// https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc and format/{Message,Schema}.fbs beside it.
import { Type } from '@uwdata/flechette';
import { fail } from '../../core/errors.ts';
import type { FileInput } from '../reading/file-input.ts';
import { flatInt64, flatTable, flatVector } from './flatbuffer.ts';

/** A message without its body. */
export interface ArrowMessage {
  readonly kind: 'schema' | 'dictionary' | 'batch' | 'other';
  /** As it lies in the file, from its length on; what describes it is `view`. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Where in `view` the offset to the kind's own table lies. */
  readonly header: number;
  /** The body, in the file. */
  readonly body: { readonly start: number; readonly length: number };
}

/** What a record batch says of its body. */
export interface BatchHeader {
  readonly length: number;
  readonly nodes: readonly { readonly length: number; readonly missing: number }[];
  readonly buffers: readonly { readonly start: number; readonly length: number }[];
  /** How many data buffers each column of views has. */
  readonly variadic: readonly number[];
  /** How each buffer is packed. */
  readonly codec: 'LZ4_FRAME' | 'ZSTD' | undefined;
}

const MAGIC = 'ARROW1';
const KINDS: Readonly<Record<number, ArrowMessage['kind']>> = { 1: 'schema', 2: 'dictionary', 3: 'batch' };
/** Since Arrow 0.8, of 2017. */
const OLDEST_VERSION = 3;
const LONGEST_HEADER = 2 ** 26;
/** What Node reads at once. */
const LONGEST_BODY = 2 ** 31 - 1;
/** Bytes of an entry in a footer's lists. */
const BLOCK = 24;
/** Bytes of a message made around a footer. */
const MESSAGE = 40;
/** Columns and parts of columns, and how deep they nest. */
const MOST_FIELDS = 2 ** 17;
const DEEPEST = 64;
/** Digits of a decimal of 256 bits. */
const MOST_DIGITS = 76;

/** Whether bytes begin as an Arrow file, or as a stream whose first message is a schema. */
export function isArrow(head: Uint8Array): boolean {
  if (new TextDecoder('latin1').decode(head.subarray(0, 6)) === MAGIC) return true;
  try {
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (view.getUint32(0, true) !== 0xffffffff) return false;
    const inner = new DataView(head.buffer, head.byteOffset + 8, head.byteLength - 8);
    const message = flatTable(inner, 0);
    return inner.getInt32(0, true) < 256 && message(6) > 0 && inner.getUint8(message(6)) === 1;
  } catch {
    return false;
  }
}

/**
 * The messages of a stream in their order; of a file, its schema, then all dictionaries, then all batches, as its footer lists them.
 * @throws GraftError `invalid-data` when it is cut off or damaged.
 */
export async function* messagesOf(input: FileInput): AsyncGenerator<ArrowMessage, void, void> {
  const { path, size } = input;
  if (new TextDecoder('latin1').decode(await input.slice(0, 6)) === MAGIC) {
    const footer = await footerOf(input);
    const { schema, places } = guardedArrow(path, () => contentOf(footer));
    yield schema;
    for (const at of places)
      yield (await messageAt(input, at)) ?? fail('invalid-data', `"${path}" holds no Arrow message at byte ${at}; it is damaged.`);
    return;
  }
  for (let at = 0; at < size; ) {
    const message = await messageAt(input, at);
    if (!message) return;
    yield message;
    at = message.body.start + message.body.length;
  }
  cutOff(path, 'without the mark that ends an Arrow stream');
}

/** Nothing where the mark of the end is. */
async function messageAt(input: FileInput, at: number): Promise<ArrowMessage | undefined> {
  const { path, size } = input;
  const head = await input.slice(at, at + 8);
  if (head.length < 4) cutOff(path, 'inside of a message');
  const lengths = new DataView(head.buffer, head.byteOffset, head.byteLength);
  // Before Arrow 0.15 no mark came before the length.
  const start = lengths.getInt32(0, true) === -1 ? 8 : 4;
  if (head.length < start) cutOff(path, 'inside of a message');
  const length = lengths.getInt32(start - 4, true);
  if (length === 0) return undefined;
  if (length < 0 || length > LONGEST_HEADER)
    fail('invalid-data', `"${path}" holds no Arrow message at byte ${at}; it is damaged, or something else.`);
  if (at + start + length > size) cutOff(path, 'inside of a message');
  const bytes = await input.slice(at, at + start + length);
  const message = guardedArrow(path, () => messageOf(bytes, start, at));
  if (message.body.start + message.body.length > size) cutOff(path, 'inside of a record batch');
  return message;
}

function cutOff(path: string, where: string): never {
  return fail('invalid-data', `"${path}" ends ${where}; it is cut off. Write or fetch it again.`);
}

/** At the end of a file: the footer, its length, the magic. */
async function footerOf({ path, size, slice }: FileInput): Promise<Uint8Array> {
  const tail = await slice(Math.max(0, size - 10), size);
  if (size < 18 || new TextDecoder('latin1').decode(tail.subarray(4)) !== MAGIC) return cutOff(path, 'without the footer of an Arrow file');
  const length = new DataView(tail.buffer, tail.byteOffset).getInt32(0, true);
  if (length < 0 || length > Math.min(size - 18, LONGEST_HEADER)) return cutOff(path, `with a footer that claims ${length} bytes`);
  return slice(size - 10 - length, size - 10);
}

/** The schema of a footer as a message, which is all that `flechette` reads, and where the messages of dictionaries and batches begin. */
function contentOf(footer: Uint8Array): { readonly schema: ArrowMessage; readonly places: readonly number[] } {
  const view = new DataView(footer.buffer, footer.byteOffset, footer.byteLength);
  const table = flatTable(view, 0);
  const places = [8, 10].flatMap((slot) => flatVector(view, table(slot), BLOCK).map((block) => flatInt64(view, block)));
  if (table(6) === 0) throw new Error('its footer lacks a schema');
  const bytes = new Uint8Array(MESSAGE + footer.length);
  bytes.set(footer, MESSAGE);
  const words = new DataView(bytes.buffer);
  // The mark, the length and the place of the table; its list of fields (10 bytes, for a table of 12): version, kind, header, no body; the table.
  words.setInt32(0, -1, true);
  words.setInt32(4, bytes.length - 8, true);
  words.setInt32(8, 16, true);
  for (const [i, entry] of [10, 12, 4, 6, 8].entries()) words.setInt16(12 + 2 * i, entry, true);
  words.setInt32(24, 12, true);
  words.setInt16(28, table(4) > 0 ? view.getInt16(table(4), true) : 0, true);
  words.setUint8(30, 1);
  const schema = MESSAGE + table(6);
  words.setInt32(32, schema + words.getInt32(schema, true) - 32, true);
  return { schema: messageOf(bytes, 8, 0), places };
}

function messageOf(bytes: Uint8Array, start: number, at: number): ArrowMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  const message = flatTable(view, 0);
  const version = message(4) > 0 ? view.getInt16(message(4), true) : 0;
  if (version < OLDEST_VERSION) throw new Error(`its version ${version + 1} is too old; write it with a newer Arrow`);
  const kind = KINDS[message(6) > 0 ? view.getUint8(message(6)) : 0] ?? 'other';
  const length = message(10) > 0 ? flatInt64(view, message(10)) : 0;
  if (length < 0 || length > LONGEST_BODY) throw new Error(`a record batch claims ${length} bytes; write smaller batches`);
  if (kind === 'schema') checkSchema(view, message(8));
  return { kind, bytes, view, header: message(8), body: { start: at + bytes.byteLength, length } };
}

/** Lists, depths and numbers of a schema, which `flechette` takes on trust. */
function checkSchema(view: DataView, at: number): void {
  let [fields, letters] = [0, 0];
  const checkText = (place: number) => {
    if (place === 0) return;
    letters += flatVector(view, place, 1).length;
    if (letters > LONGEST_HEADER) throw new Error('its names are too long');
  };
  const checkNotes = (place: number) => {
    for (const entry of flatVector(view, place, 4)) for (const slot of [4, 6]) checkText(flatTable(view, entry)(slot));
  };
  const visit = (place: number, depth: number) => {
    if (++fields > MOST_FIELDS || depth > DEEPEST) throw new Error(`it has more than ${MOST_FIELDS} columns, or columns deeper than ${DEEPEST}`);
    const field = flatTable(view, place);
    checkText(field(4));
    checkNotes(field(16));
    const type = field(8) > 0 ? view.getUint8(field(8)) : 0;
    const own = field(10) > 0 ? flatTable(view, field(10)) : () => 0;
    if (type === Type.Union) flatVector(view, own(6), 4);
    if (type === Type.Decimal) {
      const [digits, scale] = [4, 6].map((slot) => (own(slot) > 0 ? view.getInt32(own(slot), true) : 0)) as [number, number];
      if (digits > MOST_DIGITS || scale < 0 || scale > MOST_DIGITS)
        throw new Error(`decimals of ${digits} digits, ${scale} behind the point, are not read`);
    }
    for (const child of flatVector(view, field(14), 4)) visit(child, depth + 1);
  };
  const schema = flatTable(view, at);
  if (schema(4) > 0 && view.getInt16(schema(4), true) !== 0) throw new Error('its numbers are big-endian, which is not read');
  for (const field of flatVector(view, schema(6), 4)) visit(field, 0);
  checkNotes(schema(8));
}

/** @throws Error when a buffer does not lie inside of a body of `bodyLength` bytes, or how it is packed is not known. */
export function batchHeader(view: DataView, at: number, bodyLength: number): BatchHeader {
  const batch = flatTable(view, at);
  const buffers = flatVector(view, batch(8), 16).map((place) => ({ start: flatInt64(view, place), length: flatInt64(view, place + 8) }));
  for (const { start, length } of buffers)
    if (start < 0 || length < 0 || start + length > bodyLength)
      throw new Error(`a buffer of ${length} bytes does not lie in a body of ${bodyLength}`);
  return {
    length: batch(4) > 0 ? flatInt64(view, batch(4)) : 0,
    nodes: flatVector(view, batch(6), 16).map((place) => ({ length: flatInt64(view, place), missing: flatInt64(view, place + 8) })),
    buffers,
    variadic: flatVector(view, batch(12), 8).map((place) => flatInt64(view, place)),
    codec: batch(10) > 0 ? codecOf(view, batch(10)) : undefined,
  };
}

function codecOf(view: DataView, at: number): 'LZ4_FRAME' | 'ZSTD' {
  const compression = flatTable(view, at);
  const codec = compression(4) > 0 ? view.getInt8(compression(4)) : 0;
  if (codec !== 0 && codec !== 1) throw new Error(`its buffers are packed by the unknown codec ${codec}; write it uncompressed, or with lz4 or zstd`);
  return codec === 0 ? 'LZ4_FRAME' : 'ZSTD';
}

/** @throws Error when it lacks its batch. */
export function dictionaryHeader({ view, header }: ArrowMessage): { readonly id: number; readonly batch: number; readonly isDelta: boolean } {
  const table = flatTable(view, header);
  if (table(6) === 0) throw new Error('a dictionary lacks its values');
  return { id: table(4) > 0 ? flatInt64(view, table(4)) : 0, batch: table(6), isDelta: table(8) > 0 && view.getInt8(table(8)) !== 0 };
}

/** What goes wrong inside becomes an error that names the file. */
export function guardedArrow<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const { message } = cause as Error;
    if (cause instanceof Error && cause.name === 'GraftError') throw cause;
    return fail('invalid-data', `"${path}" is a damaged Arrow file, or uses what is not read: ${message}. Write or fetch it again.`, { cause });
  }
}
