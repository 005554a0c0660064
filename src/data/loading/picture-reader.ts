// Pictures -> what a vision model reads, in this thread: for a few at a time, as prediction has them. Training reads by `photoLoader`.
import { type Tensor, tensor } from '../../core/tensor.ts';
import type { ImageInput } from '../images/image-input.ts';
import type { Picture } from '../images/picture.ts';
import { inputSize, isPixels, type PhotoContent, photoReading } from './read-photos.ts';

/** Pictures -> `[N, 3, H, W]`. */
export type PictureReader = (pictures: readonly Picture[]) => Promise<Tensor<'float32'>>;

/** @throws GraftError as `photoLoader` does; the reader rejects with `invalid-data` for a picture that cannot be read, naming it. */
export function pictureReader(input: ImageInput): PictureReader {
  const reading = photoReading({ input, augmentation: {}, seed: 0 });
  const [height, width] = inputSize(input);
  return async (pictures) => {
    const photos = await Promise.all(pictures.map(contentOf));
    return tensor('float32', [pictures.length, 3, height, width], await reading({ photos, indices: [...photos.keys()] }));
  };
}

async function contentOf(picture: Picture): Promise<PhotoContent> {
  if (isPixels(picture)) return { name: 'a picture', source: picture };
  const { name, source } = picture;
  return { name, source: typeof source === 'function' ? await source() : source };
}
