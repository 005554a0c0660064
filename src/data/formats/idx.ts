// IDX, the format of MNIST: a file (gzipped or not) comes in, a tensor of its type and sizes leaves, or rows of images with the labels from the file beside it.
// Called by the digit sets and through `formats`.
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type DType, dtypes } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import { defineOptions } from '../../core/options.ts';
import { sizeOf, type Tensor, tensor } from '../../core/tensor.ts';
import { cellsOf, elementsOf, rowsOf } from '../arrays/elements.ts';
import { partOf } from '../pictures/names.ts';
import { fileInput } from '../reading/file-input.ts';
import { defineFormat, type Part, type RowBatch } from '../reading/format.ts';

/** The third byte of a file. */
const types: Readonly<Record<number, DType>> = { 8: 'uint8', 9: 'int8', 11: 'int16', 12: 'int32', 13: 'float32', 14: 'float64' };

/** Unpacked files above this are refused, so that a small hostile file cannot fill the memory. */
const MAX_BYTES = 2 ** 31;
/** Rows handed on at once. */
const BATCH = 1000;
/** In the order in which they are read. */
const PARTS: readonly (Part | undefined)[] = ['train', 'validation', 'test', undefined];
/** `train-images-idx3-ubyte.gz`, `t10k-labels.idx1-ubyte`. */
const NAME = /^(.*?)(images|labels)[-.]idx\d[-.]ubyte(?:\.gz)?$/i;

export const idx = defineFormat({
  name: 'idx',
  about: 'IDX, the format of MNIST: X-images-idx3-ubyte with X-labels-idx1-ubyte beside it, or a folder of them',
  extensions: ['.idx', '-idx3-ubyte', '-idx1-ubyte', '.idx3-ubyte', '.idx1-ubyte'],
  sniff: ([first, second, type = 0, rank = 0]) => first === 0 && second === 0 && types[type] !== undefined && rank >= 1 && rank <= 8,
  folder: async (path) => (await setsIn(path)).length > 0,
  options: defineOptions({}),
  async read(input, _options, { signal }) {
    const sets = input.kind === 'folder' ? dividedSets(await setsIn(input.path), input.path) : [await setOf(input.path)];
    const files = sets.map(({ images, labels }) => [images, ...(labels ? [labels] : [])].map((path) => basename(path)).join(' with '));
    return { facts: { files: files.join(', ') }, label: sets.some(({ labels }) => labels) ? 'label' : undefined, batches: batches() };

    async function* batches(): AsyncGenerator<RowBatch, void, void> {
      for (const set of sets) {
        const { images, labels } = await pairOf(set);
        const columns = [images.dims.length > 2 ? 'image' : 'features', ...(labels ? ['label'] : [])];
        const [count = 0] = images.dims;
        for (let start = 0; start < count; start += BATCH) {
          if (signal?.aborted) fail('aborted', 'Reading was stopped.');
          const end = Math.min(start + BATCH, count);
          const cells = [images, ...(labels ? [labels] : [])].map((one) => cellsOf(rowsOf(one, start, end)));
          yield { columns, rows: Array.from({ length: end - start }, (_, i) => cells.map((column) => column[i] ?? null)), part: set.part };
        }
      }
    }
  },
});

/** Images with their labels, by paths. */
interface IdxSet {
  /** What their names begin with: `train-`. */
  readonly prefix: string;
  readonly part?: Part | undefined;
  readonly images: string;
  readonly labels?: string | undefined;
}

/** The sets of images that lie in a folder. Of a file that is there plain and gzipped, the plain one is taken. */
async function setsIn(folder: string): Promise<IdxSet[]> {
  const files = (await readdir(folder)).sort().flatMap((file) => {
    const [, prefix, kind] = NAME.exec(file) ?? [];
    return prefix === undefined || kind === undefined ? [] : [{ prefix, isImages: kind.toLowerCase() === 'images', path: join(folder, file) }];
  });
  const prefixes = [...new Set(files.map(({ prefix }) => prefix))];
  return prefixes.flatMap((prefix): IdxSet[] => {
    const images = files.find((file) => file.prefix === prefix && file.isImages)?.path;
    const labels = files.find((file) => file.prefix === prefix && !file.isImages)?.path;
    const last = prefix.split(/[-_.]+/).findLast((word) => word !== '') ?? '';
    // MNIST's test part is named after the 10,000 images that it has.
    const part = last.toLowerCase() === 't10k' ? 'test' : partOf(last);
    return images === undefined ? [] : [{ prefix, part, images, labels }];
  });
}

/** Several sets of a folder must be different parts. */
function dividedSets(sets: readonly IdxSet[], folder: string): readonly IdxSet[] {
  const [first, second] = sets;
  if (first === undefined) return fail('invalid-data', `"${folder}" holds no file called like train-images-idx3-ubyte; give the path of the file.`);
  const parts = new Set(sets.map(({ part }) => part));
  if (second === undefined || (parts.size === sets.length && !parts.has(undefined)))
    return PARTS.flatMap((part) => sets.filter((set) => set.part === part));
  const names = sets.map(({ images }) => `"${basename(images)}"`).join(', ');
  return fail('invalid-data', `"${folder}" holds several sets of images, ${names}; give the path of one, or leave one file of images for each part.`);
}

/** The set that a file belongs to; a file of labels stands for its images. */
async function setOf(path: string): Promise<IdxSet> {
  const prefix = NAME.exec(basename(path))?.[1];
  if (prefix === undefined) return { prefix: '', images: path };
  const found = (await setsIn(dirname(path))).find((set) => set.prefix === prefix);
  if (!found) return fail('invalid-data', `"${path}" holds labels, but no images lie beside it; put the file "${prefix}images-idx3-ubyte" there.`);
  const isImages = /images/i.test(basename(path).slice(prefix.length));
  return { prefix, images: isImages ? path : found.images, labels: found.labels };
}

async function pairOf({ images: imagesPath, labels: labelsPath }: IdxSet): Promise<{ images: Tensor; labels?: Tensor | undefined }> {
  const [images, labels] = await Promise.all([imagesPath, labelsPath].map((path) => (path === undefined ? undefined : read(path))));
  const dims = images?.dims ?? [];
  if (!images || dims.length < 2)
    return fail('invalid-data', `"${imagesPath}" holds [${dims.join(', ')}], no images [N, H, W]; is it a file of labels?`);
  if (sizeOf(dims.slice(1)) === 0) fail('invalid-data', `"${imagesPath}" holds [${dims.join(', ')}]: its images have no pixels.`);
  if (!labels) return { images };
  if (labels.dims.length !== 1) fail('invalid-data', `"${labelsPath}" holds [${labels.dims.join(', ')}], not labels [N]; is it the right file?`);
  if (labels.dims[0] !== dims[0])
    fail('invalid-data', `"${imagesPath}" has ${dims[0]} images, but "${labelsPath}" has ${labels.dims[0]} labels; take both from one source.`);
  return { images, labels };
}

async function read(path: string): Promise<Tensor> {
  return parseIdx(await (await fileInput(path)).bytes(), path);
}

/**
 * Reads a whole IDX file; one that starts with the gzip signature is unpacked first.
 * @throws GraftError `io` when the file cannot be read or unpacked; `invalid-data`, with file and offset, when it is not well-formed IDX.
 */
export async function readIdx(path: string): Promise<Tensor> {
  const stored = await readFile(path).catch((cause: Error) => fail('io', `Cannot read "${path}": ${cause.message}.`, { cause }));
  return parseIdx(stored[0] === 0x1f && stored[1] === 0x8b ? unpack(stored, path) : stored, path);
}

/**
 * Parses the bytes of an IDX file: two zeros, element type, rank, each size as a big-endian uint32, then the elements, row-major and big-endian.
 * @param source name of the file, for errors.
 * @throws GraftError `invalid-data`, with file and offset, when the bytes are not well-formed IDX.
 */
export function parseIdx(bytes: Uint8Array, source: string): Tensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bad = (offset: number, what: string): never => fail('invalid-data', `"${source}" is not a valid IDX file: ${what} at byte ${offset}.`);
  const hex = (byte: number) => `0x${byte.toString(16).padStart(2, '0')}`;

  if (bytes.length < 4) bad(bytes.length, `its header of 4 bytes ends early`);
  const [zero0, zero1, code, rank] = bytes as unknown as [number, number, number, number];
  if (zero0 !== 0 || zero1 !== 0) bad(0, `it must start with 0x00 0x00, not ${hex(zero0)} ${hex(zero1)}; wrong file or damaged,`);
  const dtype = types[code] ?? bad(2, `element type ${hex(code)} is none of ${Object.keys(types).map(Number).map(hex).join(', ')},`);
  const start = 4 + 4 * rank;
  if (bytes.length < start) bad(bytes.length, `its ${rank} sizes end early`);
  const dims = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));

  const expected = start + sizeOf(dims) * dtypes[dtype].bytes;
  const shape = `[${dims.join(', ')}] of ${dtype}`;
  if (bytes.length < expected) bad(bytes.length, `it is cut off: ${shape} takes ${expected} bytes in all; data ends`);
  // Sizes that overflow to Infinity times 0 give NaN, which differs from every length.
  if (bytes.length !== expected) bad(expected, `it is too long: ${shape} takes ${expected} bytes in all, not ${bytes.length}; surplus`);
  return tensor(dtype, dims, elementsOf(bytes.subarray(start), dtype, true));
}

function unpack(stored: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(stored, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    return fail('io', `Cannot unpack "${path}": ${(cause as Error).message}; it is damaged, or larger than ${MAX_BYTES} bytes.`, { cause });
  }
}
