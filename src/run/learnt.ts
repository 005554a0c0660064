// What a run's model has learnt from: keys of its rows in the run's folder, by which a run that goes on from it keeps them out of the parts that measure.
// Called by `fit`. They lie beside the model's folder, not in it: who is given a model should not be able to ask whether it has learnt from a row.
import { readFile } from 'node:fs/promises';
import { KEY_BYTES, type KeyedRows, rowKeys } from '../data/duplicates/row-keys.ts';
import type { Parts } from '../data/open/data.ts';
import { ioError, writeFileDurably } from '../train/durable.ts';

/** Keys of rows. */
export type Learnt = ReadonlySet<string>;

/** @returns nothing for a run that kept none. @throws GraftError `io`. */
export async function readLearnt(path: string): Promise<Learnt | undefined> {
  const text = await readFile(path, 'latin1').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw ioError(`read ${path}`, cause);
  });
  if (text === undefined) return undefined;
  return new Set(Array.from({ length: Math.floor(text.length / KEY_BYTES) }, (_, i) => text.slice(i * KEY_BYTES, (i + 1) * KEY_BYTES)));
}

/**
 * Writes the keys of the rows that trained the model or chose it, and those of the models before it.
 * @throws GraftError `io`.
 */
export async function writeLearnt(path: string, data: KeyedRows & { readonly parts: Parts }, earlier: Learnt = new Set()): Promise<void> {
  const { train, validation } = data.parts;
  const own = await rowKeys(data, Int32Array.from([...train, ...validation]));
  const keys = new Set([...earlier, ...own.filter((key) => key !== undefined)]);
  await writeFileDurably(path, Buffer.from([...keys].join(''), 'latin1'));
}

/** Marks rows that were learnt from, with 1. */
export async function learntRows(data: KeyedRows, learnt: Learnt): Promise<Uint8Array> {
  const rows = Int32Array.from({ length: data.table.length }, (_, row) => row);
  const keys = await rowKeys(data, rows);
  return Uint8Array.from(keys, (key) => (key !== undefined && learnt.has(key) ? 1 : 0));
}
