// Photos, read as they are asked for -> what an image model trains on.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds, requireOptions } from '../../core/known-options.ts';
import type { ExampleSource } from '../dataset.ts';
import { checkedClasses, type Labels, labelsFrom, requireLabelEach, takeLabels } from '../labels.ts';
import type { ImageSource } from './decode.ts';
import type { ImageReader } from './image-reader.ts';

/** What a {@link photoSource} is made of. */
export interface PhotoSourceParts {
  readonly name: string;
  /** Photos by path, or the bytes of their files. */
  readonly photos: readonly ImageSource[];
  /** Class indices, as any list or array of whole numbers; or real targets, as a tensor. */
  readonly labels?: Labels | ArrayLike<number> | undefined;
  /** Names by class index; default '0', '1', ... up to the highest label. */
  readonly classes?: readonly string[] | undefined;
  /** As `loadBackbone` gives it. */
  readonly read: ImageReader;
}

const KINDS: OptionKinds<PhotoSourceParts> = { name: 'string', photos: 'list', labels: 'any', classes: 'any', read: 'function' };

/**
 * An {@link ExampleSource} of images `[N, 3, H, W]`. The first photo is read at once, for the size of all.
 * @throws GraftError `invalid-data` when there are no photos, one is no image, or their number is not that of the labels.
 */
export async function photoSource(parts: PhotoSourceParts): Promise<ExampleSource> {
  knownOptions(parts, KINDS, 'photoSource');
  requireOptions(parts, { name: "'pets'", photos: "['1.jpg', '2.jpg']", read: 'backbone.preprocess' }, 'photoSource');
  const { name, photos, classes, read } = parts;
  const labels = labelsFrom(name, parts.labels);
  const [first] = photos;
  if (first === undefined) return fail('invalid-data', `\`${name}\` is empty; give at least one photo.`);
  requireLabelEach(name, labels, photos.length, 'photos');
  const { dims } = await read([first]);
  return {
    name,
    length: photos.length,
    inputShape: dims.slice(1),
    inputDtype: 'float32',
    classes: checkedClasses(name, labels, classes),
    labels,
    gather: async (indices) => {
      const chosen = Array.from(indices, (i) => photos[i] ?? fail('invalid-argument', `\`${name}\` has no photo ${i}; it has ${photos.length}.`));
      return { inputs: await read(chosen), labels: takeLabels(labels, indices) };
    },
  };
}
