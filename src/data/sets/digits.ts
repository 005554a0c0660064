// Ten classes of single-channel digit images from a pair of IDX files: what MNIST and optdigits have in common.
import { fail } from '../../core/errors.ts';
import { tensor } from '../../core/tensor.ts';
import { type Dataset, dataset } from '../dataset.ts';
import { readIdx } from '../formats/idx.ts';
import { normalisation } from '../transforms/normalise.ts';

/** Where a set of digits lies, and the pixel value that stands for 1. */
export interface DigitFiles {
  readonly name: string;
  readonly images: string;
  readonly labels: string;
  readonly range: number;
}

/**
 * Images `[N, 1, H, W]`, kept as bytes and fed as float32 in 0..1, with the classes '0' to '9'.
 * @throws GraftError `io` when a file cannot be read; `invalid-data` when one is damaged, is not what its name says, or both do not fit each other.
 */
export async function readDigits({ name, images: imagesPath, labels: labelsPath, range }: DigitFiles): Promise<Dataset> {
  const [images, labels] = await Promise.all([readIdx(imagesPath), readIdx(labelsPath)]);
  if (images.dtype !== 'uint8' || images.dims.length !== 3) {
    fail('invalid-data', `"${imagesPath}" holds ${images.dtype} [${images.dims.join(', ')}], not images uint8 [N, H, W]; is it the right file?`);
  }
  if (labels.dtype !== 'uint8' || labels.dims.length !== 1) {
    fail('invalid-data', `"${labelsPath}" holds ${labels.dtype} [${labels.dims.join(', ')}], not labels uint8 [N]; is it the right file?`);
  }
  if (images.dims[0] !== labels.dims[0]) {
    fail(
      'invalid-data',
      `"${imagesPath}" has ${images.dims[0]} images, but "${labelsPath}" has ${labels.dims[0]} labels; take both from one source.`,
    );
  }
  const [count, height, width] = images.dims as [number, number, number];
  return dataset({
    name,
    inputs: tensor('uint8', [count, 1, height, width], images.data as Uint8Array<ArrayBuffer>),
    labels: Int32Array.from(labels.data as Uint8Array),
    classes: Array.from('0123456789'),
    normalisation: normalisation({ range }),
  });
}
