// Photos, read and changed by chance in threads of their own -> what an image model trains on. For `fit`; close it when it is no longer needed.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { tensor } from '../../core/tensor.ts';
import { physicalCores } from '../../runtime/threads.ts';
import { type AugmentationOptions, augmentation } from '../augment/augmentation.ts';
import type { ExampleSource, Examples, Pass } from '../dataset.ts';
import type { ImageSource, Pixels } from '../images/decode.ts';
import type { ImageInput } from '../images/image-input.ts';
import { checkedClasses, type Labels, labelsFrom, requireLabelEach, takeLabels } from '../labels.ts';
import type { Photo } from '../reading/cell.ts';
import { keptPhotos } from './kept-photos.ts';
import { photoPool } from './photo-pool.ts';
import { inputSize, isPixels, type PhotoContent, photoReading } from './read-photos.ts';

/** What a {@link photoLoader} is made of. */
export interface PhotoLoaderParts {
  readonly name: string;
  /** Photos by path, the bytes of their files or their pixels; or with a name, and what reads the bytes. */
  readonly photos: readonly (ImageSource | Pixels | Photo)[];
  /** Class indices, as any list or array of whole numbers; or real targets, as a tensor. */
  readonly labels?: Labels | ArrayLike<number> | undefined;
  /** Names by class index; default '0', '1', ... up to the highest label. */
  readonly classes?: readonly string[] | undefined;
  /** What the model reads: `input` of a backbone. It must give all photos one size. */
  readonly input: ImageInput;
  /** Random changes of training examples: `{ crop: {}, flip: {} }`; default none. Evaluation sees photos as they are. */
  readonly augment?: AugmentationOptions | undefined;
  /** Decides them, a safe integer >= 0; default 0. */
  readonly seed?: number | undefined;
  /** Threads; default the physical cores but one, from 1 to 8: photos are decoded by four threads of Node's, which more could not keep busy. */
  readonly workers?: number | undefined;
  /** Closes the loader when aborted. */
  readonly signal?: AbortSignal | undefined;
}

const KINDS: OptionKinds<PhotoLoaderParts> = {
  name: 'string',
  photos: 'list',
  labels: 'any',
  classes: 'any',
  input: { kind: 'object', like: 'backbone.input' },
  augment: { kind: 'object', like: '{ crop: {}, flip: {} }' },
  seed: 'number',
  workers: 'number',
  signal: { kind: 'object', like: 'new AbortController().signal' },
};

/** An {@link ExampleSource} with threads behind it. */
export interface PhotoLoader extends ExampleSource {
  gather(indices: ArrayLike<number>, pass?: Pass): Promise<Examples>;
  prefetch(indices: ArrayLike<number>, pass?: Pass): void;
  /** Lets the threads end; what is asked for later is refused with `aborted`. */
  close(): Promise<void>;
}

const [MOST_BY_DEFAULT, MOST] = [8, 64];
/** Batches that are read before they are asked for, at the most. */
const AHEAD = 2;

/**
 * An {@link ExampleSource} of images `[N, 3, H, W]`. A photo is read when it is asked for, or as soon as training says that it will be. The same photo in the
 * same epoch comes out the same, however many threads there are and whatever else is in its batch; without augmentation, as `imageReader` gives it. Where parts
 * are cropped at random, large photos are first shrunk while they are decoded, which differs from Pillow's way by some levels. Photos that are changed by chance
 * are decoded once: their pixels are kept, as far as 384 MiB and an eighth of the memory that is free allow, and later epochs come out as if they were not.
 * @throws GraftError `invalid-data` when there are no photos or their number is not that of the labels; `invalid-argument` for options that are none. `gather`
 *   rejects with `invalid-data` for a photo that cannot be read, naming it, and with `aborted` once the loader is closed.
 */
export function photoLoader(parts: PhotoLoaderParts): PhotoLoader {
  knownOptions(parts, KINDS, 'photoLoader');
  const { name, photos, classes, input, seed = 0, signal } = parts;
  const workers = parts.workers ?? Math.min(MOST_BY_DEFAULT, Math.max(1, physicalCores() - 1));
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= MOST))
    fail('invalid-argument', `\`workers\` (=${workers}) must be a whole number from 1 to ${MOST}.`);
  if (!(Number.isSafeInteger(seed) && seed >= 0)) fail('invalid-argument', `\`seed\` (=${seed}) must be a whole number of at least 0.`);
  const labels = labelsFrom(name, parts.labels);
  if (photos.length === 0) fail('invalid-data', `\`${name}\` is empty; give at least one photo.`);
  requireLabelEach(name, labels, photos.length, 'photos');
  const named = checkedClasses(name, labels, classes);
  const setup = { input, augmentation: augmentation(parts.augment ?? {}), seed };
  const varies = Object.keys(setup.augmentation).length > 0;
  const inputShape = [3, ...inputSize(input)];
  // Made here only to be checked, before threads are started.
  photoReading(setup);

  const pool = photoPool(setup, workers);
  const kept = keptPhotos();
  const ahead = new Map<string, Promise<Float32Array<ArrayBuffer>>>();
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    signal?.removeEventListener('abort', close);
    ahead.clear();
    kept.close();
    closed ??= pool.close();
    return closed;
  };
  if (signal?.aborted) void close();
  else signal?.addEventListener('abort', close);

  // Examples that do not vary are the same in each epoch.
  const epochOf = (pass: Pass | undefined) => (varies ? pass?.epoch : undefined);
  const keyOf = (indices: ArrayLike<number>, pass: Pass | undefined) => `${epochOf(pass) ?? ''}:${Array.from(indices).join()}`;
  const read = async (asked: ArrayLike<number>, pass: Pass | undefined): Promise<Float32Array<ArrayBuffer>> => {
    if (closed) fail('aborted', `\`${name}\` was closed; make it anew.`);
    const [indices, epoch] = [Array.from(asked), epochOf(pass)];
    const chosen = indices.map((i): PhotoContent | Promise<PhotoContent> => {
      const photo = photos[i] ?? fail('invalid-argument', `\`${name}\` has no photo ${i}; it has ${photos.length}.`);
      const called = `photo ${i} of ${name}`;
      const pixels = epoch === undefined ? undefined : kept.get(i);
      return pixels ? { name: called, source: pixels } : contentOf(photo, called);
    });
    const keep = epoch !== undefined && kept.open ? (at: number, pixels: Pixels) => kept.add(indices[at] as number, pixels) : undefined;
    return pool.read({ photos: await Promise.all(chosen), indices, epoch }, keep);
  };
  return {
    name,
    length: photos.length,
    inputShape,
    inputDtype: 'float32',
    classes: named,
    labels,
    varies,
    gather: async (indices, pass) => {
      const key = keyOf(indices, pass);
      const reading = ahead.get(key) ?? read(indices, pass);
      ahead.delete(key);
      return { inputs: tensor('float32', [indices.length, ...inputShape], await reading), labels: takeLabels(labels, indices) };
    },
    prefetch: (indices, pass) => {
      const key = keyOf(indices, pass);
      if (closed || ahead.has(key)) return;
      const reading = read(indices, pass);
      // Whether it failed is told to whoever asks for it.
      reading.catch(() => {});
      ahead.set(key, reading);
      for (const oldest of [...ahead.keys()].slice(0, -AHEAD)) ahead.delete(oldest);
    },
    close,
  };
}

/** @param name of a photo that has none of its own. */
async function contentOf(photo: ImageSource | Pixels | Photo, name: string): Promise<PhotoContent> {
  if (typeof photo === 'string') return { name: photo, source: photo };
  if (photo instanceof Uint8Array) return { name, source: alone(photo) };
  if (isPixels(photo)) return { name, source: { ...photo, data: alone(photo.data) } };
  const source = typeof photo.source === 'function' ? await photo.source() : photo.source;
  return { name: photo.name, source: typeof source === 'string' ? source : alone(source) };
}

/** A message takes all of a buffer along, not only the part that is looked at. */
function alone(bytes: Uint8Array): Uint8Array {
  return bytes.length === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
}
