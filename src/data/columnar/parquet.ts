// A Parquet file -> rows, row group by row group and page by page. Called by the formats `parquet` and `huggingface`.
import { type FileMetaData, parquetMetadata, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet';
import { assembleNested } from 'hyparquet/src/assemble.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel, isFlatColumn, isListLike, isMapLike } from 'hyparquet/src/schema.js';
import { fail, GraftError } from '../../core/errors.ts';
import type { Cell } from '../reading/cell.ts';
import type { FileInput } from '../reading/file-input.ts';
import type { ReadContext, Reading, RowBatch } from '../reading/format.ts';
import { type Field, planCells, rowOf, type Shape } from './cells.ts';
import { isCodec } from './codecs.ts';
import { FEATURES_KEY, type Features, featuresIn } from './features.ts';
import { type Budget, budgetOf } from './limits.ts';
import { type Chunk, type Leaf, PARSERS, pageValues } from './parquet-pages.ts';
import { photosOf } from './photos.ts';
import { endOfStruct } from './thrift.ts';

/** Rows handed on at once. */
const BATCH = 1000;
/** Magic, length of the footer, footer, magic. */
const SMALLEST = 12;
/** What describes the file is read at once; real ones are some KB, with ten thousands of columns some MB. */
const LONGEST_FOOTER = 2 ** 26;
/** What Node reads at once. */
const LONGEST_CHUNK = 2 ** 31 - 1;

/** How a Parquet file begins and ends. */
export function isParquet(head: Uint8Array): boolean {
  return new TextDecoder().decode(head.subarray(0, 4)) === 'PAR1';
}

/**
 * Reads the footer, and the rows as they are asked for; a row group's packed bytes are in memory at one time, and the unpacked ones of a page of each column.
 * @param features what Hugging Face says of the columns, where it is not in the file.
 * @throws GraftError `invalid-data` when the file is no Parquet, damaged, encrypted or packed by a codec that is not known.
 */
export async function readParquet(input: FileInput, { damaged, signal }: ReadContext, features?: Features): Promise<Reading> {
  const metadata = await footerOf(input);
  const guard = <T>(read: () => T): T => guarded(input.path, read);
  const { tops, leaves } = guard(() => schemaOf(metadata));
  const groups = guard(() => checkedGroups(metadata, leaves, input));
  const known = features ?? featuresIn(metadata.key_value_metadata?.find(({ key }) => key === FEATURES_KEY)?.value);
  // A copy, since what surrounds the bytes is a whole page.
  const plan = planCells(
    input.path,
    tops.map(({ field }) => field),
    known,
    photosOf(input, (bytes) => bytes.slice()),
  );
  const used = [...new Set(plan.columns.map(({ field }) => field))];
  return {
    facts: {
      'row groups': String(groups.length),
      ...(metadata.created_by && { 'written by': metadata.created_by }),
      ...(plan.leftOut.length > 0 && { 'left out': plan.leftOut.join(', ') }),
    },
    rows: Number(metadata.num_rows),
    label: plan.label,
    batches: batches(),
  };

  async function* batches(): AsyncGenerator<RowBatch, void, void> {
    const columns = plan.columns.map(({ name }) => name);
    const budget = budgetOf(input.path, input.size);
    let before = 0;
    for (const { rows: inGroup, chunks } of groups) {
      budget.startOver();
      const sources: Source[] = [];
      for (const field of used) {
        const top = tops[field] as Top;
        const own: Chunk[] = [];
        for (const i of top.leaves) own.push(await read(chunks[i] as ChunkPlace, leaves[i] as Leaf));
        sources.push({ field, name: top.field.name, pages: valuesOf(top, own, budget), values: [], at: 0 });
      }
      const values: unknown[] = [];
      for (let done = 0; done < inGroup; ) {
        if (signal?.aborted) fail('aborted', `Reading "${input.path}" was stopped.`);
        const count = guard(() => sources.reduce((least, source) => Math.min(least, refilled(source)), Math.min(BATCH, inGroup - done)));
        const rows: Cell[][] = [];
        const numbers: number[] = [];
        for (let i = 0; i < count; i++) {
          for (const source of sources) values[source.field] = source.values[source.at++];
          const number = before + done + i + 1;
          const row = rowOf(plan.columns, number, values, (column, what) => damaged(`row ${number}, column "${column}"`, what));
          if (row) numbers[rows.push(row) - 1] = number;
        }
        done += count;
        if (rows.length > 0) yield { columns, rows, numbers };
      }
      before += inGroup;
    }
  }

  async function read({ start, length, codec, values }: ChunkPlace, leaf: Leaf): Promise<Chunk> {
    const bytes = await input.slice(start, start + length);
    if (bytes.length < length) fail('invalid-data', `"${input.path}" became shorter while it was read; read it again when it is complete.`);
    return { leaf, codec, values, bytes };
  }
}

/** A column of the file, with the leaves that it is made of. */
interface Top {
  readonly field: Field;
  readonly node: SchemaTree;
  readonly leaves: readonly number[];
}

/** Where a leaf's bytes of one row group lie. */
interface ChunkPlace {
  readonly start: number;
  readonly length: number;
  readonly codec: string;
  readonly values: number;
}

/** Values that are handed out row by row. */
interface Source {
  readonly field: number;
  readonly name: string;
  readonly pages: Iterator<ArrayLike<unknown>>;
  values: ArrayLike<unknown>;
  at: number;
}

/** Turns to the next page where one is used up; gives how many rows there are. */
function refilled(source: Source): number {
  while (source.at >= source.values.length) {
    const { done, value } = source.pages.next();
    if (done) throw new Error(`column "${source.name}" ends before its row group`);
    source.values = value;
    source.at = 0;
  }
  return source.values.length - source.at;
}

function* valuesOf({ node }: Top, chunks: readonly Chunk[], budget: Budget): Generator<ArrayLike<unknown>, void, void> {
  const [only] = chunks;
  if (only && isFlatColumn(only.leaf.path)) {
    yield* pageValues(only, budget);
    return;
  }
  // The parts of a nested column are put together for a whole row group.
  const parts = new Map<string, unknown[]>();
  for (const chunk of chunks) {
    const rows: unknown[] = [];
    for (const values of pageValues(chunk, budget, rows)) if (values !== rows) for (const value of values) rows.push(value);
    parts.set((chunk.leaf.path.at(-1) as SchemaTree).path.join('.'), rows);
  }
  assembleNested(parts, node, PARSERS);
  yield parts.get(node.path.join('.')) ?? [];
}

async function footerOf(input: FileInput): Promise<FileMetaData> {
  const { path, size } = input;
  if (input.gzipped) fail('invalid-data', `"${path}" is gzipped; unpack it first (\`gunzip\`): a Parquet file is packed inside.`);
  const tail = await input.slice(Math.max(0, size - 8), size);
  const end = new TextDecoder('latin1').decode(tail.subarray(4));
  if (end === 'PARE') fail('invalid-data', `"${path}" is an encrypted Parquet file; write it without encryption.`);
  if (size < SMALLEST || end !== 'PAR1')
    fail('invalid-data', `"${path}" does not end as a Parquet file does; it is cut off, or something else. Write or fetch it again.`);
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  if (length > size - SMALLEST || length > LONGEST_FOOTER)
    fail('invalid-data', `"${path}" claims a footer of ${length} bytes, but has ${size} in all; it is damaged. Write or fetch it again.`);
  const footer = await input.slice(size - 8 - length, size);
  return guarded(path, () => {
    endOfStruct(footer.subarray(0, length), 0);
    return parquetMetadata(footer, { geoparquet: false });
  });
}

function schemaOf(metadata: FileMetaData): { readonly tops: readonly Top[]; readonly leaves: readonly Leaf[] } {
  const root = parquetSchema(metadata);
  const leaves: Leaf[] = [];
  const visit = (node: SchemaTree, above: SchemaTree[]) => {
    const path = [...above, node];
    for (const child of node.children) visit(child, path);
    if (node.children.length > 0) return;
    const { type } = node.element;
    // A struct without fields has no leaves of its own.
    if (type) leaves.push({ path, type, mostMissing: getMaxDefinitionLevel(path), mostRepeated: getMaxRepetitionLevel(path) });
  };
  const tops = root.children.map((node): Top => {
    const first = leaves.length;
    visit(node, [root]);
    return { field: fieldOf(node), node, leaves: Array.from({ length: leaves.length - first }, (_, i) => first + i) };
  });
  return { tops, leaves };
}

function fieldOf(node: SchemaTree): Field {
  return { name: node.element.name, shape: shapeOf(node) };
}

function shapeOf(node: SchemaTree): Shape {
  const own = unrepeated(node);
  return node.element.repetition_type === 'REPEATED' ? { kind: 'list', of: own } : own;
}

function unrepeated(node: SchemaTree): Shape {
  const { children, element } = node;
  if (children.length === 0) return element.type ? leafShape(element) : { kind: 'other', noun: 'an empty struct' };
  if (element.logical_type?.type === 'VARIANT') return { kind: 'other', noun: 'variants' };
  if (isMapLike(node)) return { kind: 'other', noun: 'maps' };
  if (!isListLike(node)) return { kind: 'struct', fields: children.map(fieldOf) };
  const middle = children[0] as SchemaTree;
  const [item] = middle.children;
  return { kind: 'list', of: item ? shapeOf(item) : unrepeated(middle) };
}

/** What the decoders make of a leaf. */
function leafShape({ type, converted_type: converted, logical_type: logical }: SchemaElement): Shape {
  if (converted === 'DECIMAL' || logical?.type === 'FLOAT16') return { kind: 'number' };
  if (logical?.type === 'DECIMAL') return { kind: 'other', noun: 'decimals of an unknown kind' };
  if (converted === 'INTERVAL' || converted === 'BSON') return { kind: 'other', noun: converted === 'BSON' ? 'BSON' : 'intervals' };
  if (type === 'INT96' || logical?.type === 'TIMESTAMP' || converted?.startsWith('TIMESTAMP') || converted === 'DATE') return { kind: 'date' };
  if (type === 'BOOLEAN') return { kind: 'boolean' };
  if (type !== 'BYTE_ARRAY' && type !== 'FIXED_LEN_BYTE_ARRAY') return { kind: 'number' };
  const isText = converted === 'UTF8' || converted === 'JSON' || logical?.type === 'STRING' || logical?.type === 'UUID';
  return { kind: isText ? 'string' : 'bytes' };
}

/** Row groups whose bytes all lie in the file, and are no more than it has. */
function checkedGroups(
  metadata: FileMetaData,
  leaves: readonly Leaf[],
  { size }: FileInput,
): { readonly rows: number; readonly chunks: readonly ChunkPlace[] }[] {
  let [rows, total] = [0, 0];
  const groups = metadata.row_groups.map((group) => {
    if (group.columns.length !== leaves.length) throw new Error(`a row group has ${group.columns.length} columns, its schema ${leaves.length}`);
    const chunks = group.columns.map((column, i): ChunkPlace => {
      const { path, type } = leaves[i] as Leaf;
      const name = (path.at(-1) as SchemaTree).path.join('.');
      const { meta_data: data } = column;
      if (column.file_path) throw new Error(`column "${name}" lies in another file, "${column.file_path}"`);
      if (!data) throw new Error(`column "${name}" is encrypted`);
      if (data.type !== type || data.path_in_schema.join('.') !== name) throw new Error(`column "${name}" is another in a row group`);
      if (!isCodec(data.codec))
        throw new Error(`column "${name}" is packed by ${data.codec ?? 'an unknown codec'}; use snappy, gzip, zstd, brotli or lz4`);
      const [first, dictionary] = [Number(data.data_page_offset), Number(data.dictionary_page_offset ?? 0)];
      const start = dictionary > 0 ? Math.min(dictionary, first) : first;
      const [length, values] = [Number(data.total_compressed_size), Number(data.num_values)];
      if (!(start >= 0 && length >= 0 && values >= 0 && start + length <= size)) throw new Error(`column "${name}" lies outside of the file`);
      if (length > LONGEST_CHUNK) throw new Error(`column "${name}" has ${length} bytes in one row group; write smaller row groups`);
      total += length;
      return { start, length, codec: data.codec, values };
    });
    const count = Number(group.num_rows);
    if (!(count >= 0)) throw new Error(`a row group claims ${count} rows`);
    rows += count;
    return { rows: count, chunks };
  });
  if (total > size) throw new Error(`its columns claim ${total} bytes, but it has ${size}`);
  if (rows !== Number(metadata.num_rows)) throw new Error(`its row groups have ${rows} rows, but it claims ${metadata.num_rows}`);
  return groups;
}

/** What goes wrong inside becomes an error that names the file. */
function guarded<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    return fail(
      'invalid-data',
      `"${path}" is a damaged Parquet file, or uses what is not read: ${(cause as Error).message}. Write or fetch it again.`,
      { cause },
    );
  }
}
