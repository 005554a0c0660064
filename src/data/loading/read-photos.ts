// Photos -> values for a model, one after another, changed by chance where training asks for it. Run in each worker of a `photoPool`.
import { fail } from '../../core/errors.ts';
import { type Augmentation, augmentPixels, augmentStream } from '../augment/augmentation.ts';
import { erase } from '../augment/erasing.ts';
import { decodeImage, type ImageSource, type Pixels } from '../images/decode.ts';
import { type ImageInput, resizedSize } from '../images/image-input.ts';
import { planeWriter } from '../images/planes.ts';
import { resample } from '../images/resample.ts';

/** What is known before the first photo is read; plain data, for it goes to other threads. */
export interface PhotoSetup {
  readonly input: ImageInput;
  readonly augmentation: Augmentation;
  readonly seed: number;
}

/** One photo: its file's path or bytes, or its pixels, which need not be decoded. */
export interface PhotoContent {
  /** For errors. */
  readonly name: string;
  readonly source: ImageSource | Pixels;
}

/** Some photos of a source. */
export interface PhotoRequest {
  readonly photos: readonly PhotoContent[];
  /** Of each in the source. */
  readonly indices: readonly number[];
  /** Without it, photos come as they are. */
  readonly epoch?: number | undefined;
}

/**
 * Before a part is cropped at random, large photos are shrunk to so many times the input's longer side: to what most photos of ImageNet are, 500x375 for inputs
 * of 224, of which pretraining took such parts.
 */
const SPARE = 1.7;

/** Told what is the same in every epoch of photo `at` of a request: given as its pixels, it need not be decoded again, and comes out the same. */
export type Keep = (at: number, pixels: Pixels) => void;

/** Gives `[N, 3, H, W]`. @throws GraftError (rejects) `invalid-data` for a photo that cannot be read, naming it. */
export type PhotoReading = (request: PhotoRequest, keep?: Keep) => Promise<Float32Array<ArrayBuffer>>;

/** `[height, width]` of what a model reads. @throws GraftError `invalid-argument` when photos of different sizes would give inputs of different sizes. */
export function inputSize({ crop, resize }: ImageInput): readonly [number, number] {
  if (crop) return crop;
  if (resize && 'size' in resize) return resize.size;
  return fail('invalid-argument', '`input` gives photos no common size; give `crop: [height, width]`, or `resize: { size: [height, width] }`.');
}

/** @throws GraftError `invalid-argument` when `input` gives no common size, or its `mean` and `std` do not fit three channels. */
export function photoReading({ input, augmentation, seed }: PhotoSetup): PhotoReading {
  const write = planeWriter(input);
  const size = inputSize(input);
  const length = 3 * size[0] * size[1];
  const method = input.interpolation ?? 'bilinear';

  return async ({ photos, indices, epoch }, keep) => {
    const out = new Float32Array(photos.length * length);
    const cropped = epoch !== undefined && augmentation.crop !== undefined;
    const shorterSide = cropped ? Math.ceil(SPARE * Math.max(...size)) : undefined;
    const decode = (i: number): Promise<Pixels> | undefined => {
      const photo = photos[i];
      if (photo === undefined) return undefined;
      const { name, source } = photo;
      const image = isPixels(source) ? Promise.resolve(source) : decodeImage(source, { name, shorterSide });
      // It may fail while the one before it is awaited.
      image.catch(() => {});
      return image;
    };
    // One is decoded, in a thread of its own, while the one before it is resized: two are in memory at a time, however large.
    let next = decode(0);
    for (let i = 0; i < photos.length; i++) {
      const image = (await next) as Pixels;
      next = decode(i + 1);
      const base = cropped ? image : resample(image, resizedSize(input, [image.height, image.width]), method);
      if (keep && !isPixels(photos[i]?.source)) keep(i, base);
      const values = out.subarray(i * length, (i + 1) * length);
      if (epoch === undefined) {
        write(base, size, values, 0);
        continue;
      }
      const random = augmentStream(seed, epoch, indices[i] as number);
      write(augmentPixels(base, size, method, augmentation, random), size, values, 0);
      if (augmentation.erasing) erase(values, size, augmentation.erasing, random.child('erasing'));
    }
    return out;
  };
}

/** Whether a photo needs no decoding. */
export function isPixels(source: unknown): source is Pixels {
  return typeof source === 'object' && source !== null && 'height' in source && 'width' in source;
}
