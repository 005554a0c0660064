// An Arrow file or stream (Feather, `datasets`) -> rows, record batch by record batch. Called by the formats `arrow` and `huggingface`.
import { type Column, type DataType, Type, tableFromIPC } from '@uwdata/flechette';
import { fail } from '../../core/errors.ts';
import type { Cell } from '../reading/cell.ts';
import type { FileInput } from '../reading/file-input.ts';
import type { ReadContext, Reading, RowBatch } from '../reading/format.ts';
import { columnsOfBatch, dictionaryOf, isRead } from './arrow-batch.ts';
import { type ArrowMessage, batchHeader, dictionaryHeader, guardedArrow, messagesOf } from './arrow-messages.ts';
import { planCells, rowOf, type Shape } from './cells.ts';
import { FEATURES_KEY, type Features, featuresIn } from './features.ts';
import { budgetOf } from './limits.ts';
import { photosOf } from './photos.ts';

/** Rows handed on at once. */
const BATCH = 1000;

/**
 * Reads the schema, and the rows as they are asked for; one record batch is in memory at a time. Pictures in batches that are not packed stay in the file
 * until they are looked at.
 * @param features what Hugging Face says of the columns, where it is not in the file.
 * @throws GraftError `invalid-data` when the file is no Arrow, or damaged.
 */
export async function readArrow(input: FileInput, { damaged, signal }: ReadContext, features?: Features): Promise<Reading> {
  const { path } = input;
  if (input.gzipped) fail('invalid-data', `"${path}" is gzipped; unpack it first (\`gunzip\`), or write it with lz4 or zstd inside.`);
  const guard = <T>(read: () => T): T => guardedArrow(path, read);
  const messages = messagesOf(input);
  const first = await messages.next();
  if (first.done || first.value.kind !== 'schema')
    return fail('invalid-data', `"${path}" does not begin with an Arrow schema; it is empty, damaged, or something else.`);
  const { bytes } = first.value;
  const { fields, metadata } = guard(() => tableFromIPC(bytes).schema);
  const shapes = guard(() => fields.map(({ name, type }) => ({ name: name ?? '', shape: shapeOf(type) })));
  /** The body that values are read from, and where it lies in the file. */
  let [body, start] = [new Uint8Array(), 0];
  const photo = photosOf(input, (picture) => {
    if (picture.buffer !== body.buffer) return picture.slice();
    const from = start + picture.byteOffset - body.byteOffset;
    return () => input.slice(from, from + picture.length);
  });
  const plan = planCells(path, shapes, features ?? featuresIn(metadata?.get(FEATURES_KEY)), photo);
  return {
    facts: plan.leftOut.length > 0 ? { 'left out': plan.leftOut.join(', ') } : {},
    label: plan.label,
    batches: batches(),
  };

  async function* batches(): AsyncGenerator<RowBatch, void, void> {
    const names = plan.columns.map(({ name }) => name);
    const budget = budgetOf(path, input.size);
    const types = dictionaryTypes(fields);
    const dictionaries = new Map<number, Column<unknown>>();
    let before = 0;
    for await (const message of messages) {
      if (message.kind !== 'batch' && message.kind !== 'dictionary') continue;
      if (signal?.aborted) fail('aborted', `Reading "${path}" was stopped.`);
      body = await bodyOf(message);
      start = message.body.start;
      budget.startOver();
      if (message.kind === 'dictionary') {
        guard(() => {
          const { id, batch, isDelta } = dictionaryHeader(message);
          const type = types.get(id);
          if (!type) return;
          const [values] = columnsOfBatch([{ type }], batchHeader(message.view, batch, body.length), body, dictionaries, budget);
          if (values) dictionaries.set(id, dictionaryOf(type, values, isDelta ? dictionaries.get(id) : undefined));
        });
        continue;
      }
      const { length, columns } = guard(() => {
        const header = batchHeader(message.view, message.header, body.length);
        return { length: header.length, columns: columnsOfBatch(fields, header, body, dictionaries, budget) };
      });
      for (let done = 0; done < length; ) {
        const count = Math.min(BATCH, length - done);
        const rows: Cell[][] = [];
        const numbers: number[] = [];
        for (let i = done; i < done + count; i++) {
          const number = before + i + 1;
          const values = guard(() => columns.map((column) => column.at(i)));
          const row = rowOf(plan.columns, number, values, (column, what) => damaged(`row ${number}, column "${column}"`, what));
          if (row) numbers[rows.push(row) - 1] = number;
        }
        done += count;
        if (rows.length > 0) yield { columns: names, rows, numbers };
      }
      before += length;
    }
  }

  async function bodyOf({ body: { start, length } }: ArrowMessage): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await input.slice(start, start + length);
    if (bytes.length < length) fail('invalid-data', `"${path}" became shorter while it was read; read it again when it is complete.`);
    return bytes as Uint8Array<ArrayBuffer>;
  }
}

/** Types of the values of all dictionaries, by their numbers. */
function dictionaryTypes(fields: readonly { readonly type: DataType }[]): ReadonlyMap<number, DataType> {
  const types = new Map<number, DataType>();
  const visit = (type: DataType) => {
    if (type.typeId === Type.Dictionary) {
      types.set(type.id, type.dictionary);
      visit(type.dictionary);
    } else if ('children' in type) for (const child of type.children) visit(child.type);
  };
  for (const { type } of fields) visit(type);
  return types;
}

function shapeOf(type: DataType): Shape {
  if (!isRead(type)) return { kind: 'other', noun: NOUNS[type.typeId] ?? `values of type ${type.typeId}` };
  switch (type.typeId) {
    case Type.Bool:
      return { kind: 'boolean' };
    case Type.Date:
    case Type.Timestamp:
      return { kind: 'date' };
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return { kind: 'string' };
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
    case Type.FixedSizeBinary:
      return { kind: 'bytes' };
    case Type.List:
    case Type.LargeList:
    case Type.FixedSizeList: {
      const [item] = type.children;
      return item ? { kind: 'list', of: shapeOf(item.type) } : { kind: 'other', noun: 'lists of nothing' };
    }
    case Type.Struct:
      if (type.children.length === 0) return { kind: 'other', noun: 'an empty struct' };
      return { kind: 'struct', fields: type.children.map(({ name, type }) => ({ name: name ?? '', shape: shapeOf(type) })) };
    case Type.Dictionary:
      return shapeOf(type.dictionary);
    default:
      return { kind: 'number' };
  }
}

const NOUNS: Readonly<Record<number, string>> = {
  [Type.Interval]: 'intervals',
  [Type.Union]: 'unions',
  [Type.Map]: 'maps',
  [Type.RunEndEncoded]: 'run-end encoded values',
  [Type.ListView]: 'list views',
  [Type.LargeListView]: 'list views',
};
