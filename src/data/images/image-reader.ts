// Image files -> the tensor that a vision model reads, as its `ImageInput` says. Made by `loadBackbone`; called by whoever feeds photos to a model.
import { fail } from '../../core/errors.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';
import { normalisation } from '../transforms/normalise.ts';
import { decodeImage, type ImageSource, type Pixels } from './decode.ts';
import { cropStart, type ImageInput, resizedSize } from './image-input.ts';
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
  const { rescale = 1 / 255, mean = [0], std = [1] } = input;
  const { scale, offset } = normalisation({ range: 1 / rescale, mean, std });
  if (scale.length !== 1 && scale.length !== 3)
    fail('invalid-argument', `\`mean\` and \`std\` have ${scale.length} values; give 1 or 3, images have 3 channels.`);
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
      const [top, left] = [cropStart(image.height, height, input.cropRounding), cropStart(image.width, width, input.cropRounding)];
      for (let c = 0; c < 3; c++) {
        const [factor, shift] = [(scale[c] ?? scale[0]) as number, (offset[c] ?? offset[0]) as number];
        const channel = input.channels === 'bgr' ? 2 - c : c;
        let to = (n * 3 + c) * plane;
        for (let y = top; y < top + height; y++) {
          for (let x = left; x < left + width; x++, to++) {
            const inside = y >= 0 && x >= 0 && y < image.height && x < image.width;
            const pixel = inside ? (image.data[(y * image.width + x) * 3 + channel] as number) : 0;
            out[to] = pixel * factor + shift;
          }
        }
      }
    });
    return tensor('float32', [images.length, 3, height, width], out);
  };
}

/** Decoded and resized, not yet cropped. */
async function readPixels(source: ImageSource, input: ImageInput): Promise<Pixels> {
  const image = await decodeImage(source);
  return resample(image, resizedSize(input, [image.height, image.width]), input.interpolation ?? 'bilinear');
}
