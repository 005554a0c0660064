// Image files -> the tensor that a vision model reads, as its `ImageInput` says. Made by `loadBackbone`; called by whoever feeds photos to a model.
import { fail } from '../../core/errors.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';
import { decodeImage, type ImageSource, type Pixels } from './decode.ts';
import { type ImageInput, resizedSize } from './image-input.ts';
import { planeWriter } from './planes.ts';
import { resample } from './resample.ts';

/** Photos by path, or the bytes of their files -> `[N, 3, H, W]`. */
export type ImageReader = (sources: readonly ImageSource[]) => Promise<Tensor<'float32'>>;

/**
 * Reads photos as `input` says: decoded, turned upright, resized, cropped, normalised. Gives what Pillow followed by torchvision or transformers gives,
 * single pixels within one of 255 levels (see `resample`).
 * @throws GraftError `invalid-argument` when `mean` and `std` do not fit three channels. The reader throws `invalid-data` for a source that is no image,
 *   `invalid-shape` when images of different sizes are read at once without a size to bring them to.
 */
export function imageReader(input: ImageInput): ImageReader {
  const write = planeWriter(input);
  return async (sources) => {
    if (sources.length === 0) fail('invalid-argument', 'No images were given; give at least one path or file content.');
    const images = await Promise.all(sources.map((source) => readPixels(source, input)));
    const [height, width] = input.crop ?? [images[0]?.height ?? 0, images[0]?.width ?? 0];
    const plane = height * width;
    const out = new Float32Array(images.length * 3 * plane);
    images.forEach((image, n) => {
      if (!input.crop && (image.height !== height || image.width !== width)) {
        fail(
          'invalid-shape',
          `Image ${n} is ${image.width}x${image.height}, image 0 ${width}x${height}; give \`resize\` or \`crop\`, or read them one by one.`,
        );
      }
      write(image, [height, width], out, n * 3 * plane);
    });
    return tensor('float32', [images.length, 3, height, width], out);
  };
}

/** Decoded and resized, not yet cropped. */
async function readPixels(source: ImageSource, input: ImageInput): Promise<Pixels> {
  const image = await decodeImage(source);
  return resample(image, resizedSize(input, [image.height, image.width]), input.interpolation ?? 'bilinear');
}
