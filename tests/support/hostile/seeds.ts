// Small data sets of every format that open without a word: what hostile inputs are made from.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import {
  Dictionary,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Field as IpcField,
  Table,
  TimestampMillisecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import type { DataOptions } from '../../../src/data/open/options.ts';
import { goldenPath } from '../golden-rows.ts';
import { npyFile } from '../npy-file.ts';
import { zipFile } from '../zip-file.ts';
import type { Tree } from './tree.ts';

/** A data set that opens. */
export interface Seed {
  readonly format: string;
  readonly tree: Tree;
  /** What is opened, of the tree; `''`: its folder. */
  readonly open: string;
  /** Left out where there are no labels: it is then opened to predict on. */
  readonly options?: Partial<DataOptions>;
  /** Of archives: what is in them. */
  readonly pictures?: ReadonlyMap<string, Uint8Array>;
}

const ROWS = 24;
const indices = Array.from({ length: ROWS }, (_, i) => i);
const kindOf = (i: number) => ['red', 'green', 'blue'][i % 3] as string;
const rowOf = (i: number) => ({
  size: i === 7 ? null : (i * 37) % 19,
  weight: ((i * 7919) % 1000) / 8,
  kind: kindOf(i),
  day: `2024-0${1 + (i % 9)}-1${i % 10}`,
  text: `Row ${i} says "${kindOf(i + 1)}", and more; it has ${i * 7919} letters é`,
  label: ['yes', 'no'][(i >> 1) % 2] as string,
});
const rows = indices.map(rowOf);
const names = Object.keys(rowOf(0));
const LABEL = { label: 'label' };

const quoted = (cell: unknown) => (/[",;\t]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell ?? ''));
const separated = (delimiter: string) =>
  `${[names.join(delimiter), ...rows.map((row) => Object.values(row).map(quoted).join(delimiter))].join('\n')}\n`;

/** A picture that differs from all others. */
async function picture(i: number, kind: 'png' | 'jpeg' | 'webp' | 'gif'): Promise<Buffer> {
  const data = Uint8Array.from({ length: 8 * 6 * 3 }, (_, k) => (i * 31 + k * (7 + i)) % 256);
  return sharp(data, { raw: { width: 8, height: 6, channels: 3 } })
    .toFormat(kind)
    .toBuffer();
}

async function pictures(): Promise<Map<string, Buffer>> {
  const kinds = ['png', 'jpeg', 'webp', 'gif'] as const;
  const list = await Promise.all(
    Array.from({ length: 12 }, async (_, i) => {
      const kind = kinds[i % 4] as (typeof kinds)[number];
      return [`${i % 2 ? 'cats' : 'dogs'}/${i}.${kind === 'jpeg' ? 'jpg' : kind}`, await picture(i, kind)] as const;
    }),
  );
  return new Map(list);
}

async function tarFile(files: ReadonlyMap<string, Uint8Array>): Promise<Buffer> {
  const archive = pack();
  for (const [name, bytes] of files) archive.entry({ name }, Buffer.from(bytes));
  archive.finalize();
  return buffer(archive as unknown as AsyncIterable<Uint8Array>);
}

/** Two zeros, the type of bytes, the number of sizes, the sizes; then the elements. */
export function idxFile(dims: readonly number[], elements: Uint8Array): Uint8Array {
  const sizes = Buffer.alloc(4 * dims.length);
  dims.forEach((dim, axis) => {
    sizes.writeUInt32BE(dim, 4 * axis);
  });
  return Buffer.concat([Uint8Array.of(0, 0, 8, dims.length), sizes, elements]);
}

function ipc(kind: 'file' | 'stream'): Uint8Array {
  const types = {
    size: new Int32(),
    weight: new Float64(),
    kind: new Dictionary(new Utf8(), new Int32()),
    day: new TimestampMillisecond(),
    text: new Utf8(),
    label: new Utf8(),
    vector: new FixedSizeList(3, new IpcField('item', new Float32(), true)),
  };
  const cellOf = (row: (typeof rows)[number], name: string, i: number): unknown =>
    name === 'vector' ? [i, 0.5, -i] : name === 'day' ? new Date(row.day) : row[name as keyof typeof row];
  const columns = Object.entries(types).map(([name, type]) => [
    name,
    vectorFromArray(
      rows.map((row, i) => cellOf(row, name, i)),
      type,
    ),
  ]);
  return tableToIPC(new Table(Object.fromEntries(columns)), kind);
}

/** The golden files of a folder. */
function goldenTree(name: string): Tree {
  const root = goldenPath(name);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(root.length + 1), readFileSync(path)];
    }),
  );
}

/** All of them; the same in every process. */
export async function seedsOfAll(): Promise<Seed[]> {
  const photos = await pictures();
  const [features, classes] = [Float32Array.from({ length: ROWS * 4 }, (_, i) => Math.sin(i)), Int32Array.from(indices, (i) => i % 2)];
  const pixels = Uint8Array.from({ length: ROWS * 30 }, (_, i) => (i * 7919) % 256);
  const idx: [string, Uint8Array][] = [
    ['train-images-idx3-ubyte', idxFile([ROWS, 6, 5], pixels)],
    ['train-labels-idx1-ubyte', idxFile([ROWS], Uint8Array.from(classes))],
  ];
  const arrays: [string, Uint8Array][] = [
    ['X.npy', npyFile('<f4', [ROWS, 4], features)],
    ['y.npy', npyFile('<i4', [ROWS], classes)],
  ];
  const one = (format: string, name: string, bytes: Uint8Array | string, options: Seed['options'] = LABEL): Seed => ({
    format,
    tree: new Map([[name, bytes]]),
    open: name,
    options,
  });
  const text = (i: number) => `${i % 2 ? 1 : -1} ${[1 + (i % 5), 9 + (i % 7), 40].map((index) => `${index}:${1 + (i % 3)}`).join(' ')}`;
  const json = [
    rows,
    { data: rows },
    Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name as keyof typeof row])])),
    { columns: names, data: rows.map((row) => Object.values(row)) },
    { train: rows.slice(0, 16), test: rows.slice(16) },
  ];
  const latin = Buffer.from(separated(';').replaceAll('.', ','), 'latin1');
  const listed = [...photos.keys()].map((path, i) => `${path},${i % 2 ? 'cat' : 'dog'}`);
  return [
    one('csv', 'rows.csv', separated(',')),
    one('csv', 'rows.tsv', separated('\t')),
    one('csv', 'rows.csv', latin),
    one('csv', 'rows.csv', Buffer.from(`\ufeff${separated(',')}`, 'utf16le')),
    one('csv', 'rows.csv.gz', gzipSync(separated(','))),
    {
      format: 'csv',
      tree: new Map([
        ['train.csv', separated(',')],
        ['test.csv', separated(',').replaceAll('Row', 'Line')],
      ]),
      open: '',
      options: LABEL,
    },
    {
      format: 'csv',
      tree: new Map<string, Buffer | string>([...photos, ['list.csv', `file,label\n${listed.join('\n')}\n`]]),
      open: 'list.csv',
      options: LABEL,
    },
    one('jsonl', 'rows.jsonl', rows.map((row) => JSON.stringify({ ...row, more: { deep: [row.size, 1], tags: [row.kind] } })).join('\n')),
    ...json.map((value) => one('json', 'rows.json', JSON.stringify(value))),
    one('svmlight', 'rows.svmlight', indices.map(text).join('\n'), {}),
    one('svmlight', 'rows.txt.gz', gzipSync(indices.map(text).join('\n')), { format: 'svmlight' }),
    { format: 'npy', tree: new Map([['X.npy', npyFile('<f4', [ROWS, 4], features)]]), open: 'X.npy' },
    { format: 'npy', tree: new Map([['X.npy', npyFile('|u1', [ROWS, 6, 5], pixels)]]), open: 'X.npy' },
    one('npz', 'rows.npz', await zipFile(new Map(arrays), true), {}),
    one('npz', 'rows.npz', await zipFile(new Map(arrays), false), {}),
    { format: 'idx', tree: new Map(idx), open: '', options: {} },
    { format: 'idx', tree: new Map(idx.map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)])), open: 'train-images-idx3-ubyte.gz', options: {} },
    { ...one('zip', 'photos.zip', await zipFile(photos), {}), pictures: photos },
    { ...one('zip', 'photos.zip', await zipFile(photos, false), {}), pictures: photos },
    { ...one('tar', 'photos.tar', await tarFile(photos), {}), pictures: photos },
    { ...one('tar', 'photos.tgz', gzipSync(await tarFile(photos)), {}), pictures: photos },
    { format: 'image-folder', tree: photos, open: '', options: {} },
    one('arrow', 'rows.arrow', ipc('file')),
    one('arrow', 'rows.arrows', ipc('stream')),
    { format: 'arrow', tree: new Map([['rows.feather', readFileSync(goldenPath('rows-lz4.feather'))]]), open: 'rows.feather' },
    ...['snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'none', 'v2', 'delta', 'delta-length'].map(
      (codec): Seed => ({
        format: 'parquet',
        tree: new Map([['rows.parquet', readFileSync(goldenPath(`rows-${codec}.parquet`))]]),
        open: 'rows.parquet',
      }),
    ),
    { format: 'huggingface', tree: goldenTree('hub'), open: '' },
    { format: 'huggingface', tree: goldenTree('saved'), open: '' },
  ];
}
