// A source whose training images are moved and relit at random; for images that are numbers already, of any kind. Photos are changed where they are read.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { type GivenOptions, resolveOptions } from '../../core/options.ts';
import { tensor } from '../../core/tensor.ts';
import type { ExampleSource } from '../dataset.ts';
import { affine, affineOptions } from './affine.ts';
import { augmentStream } from './augmentation.ts';
import { levels, levelsOptions } from './levels.ts';
import { varying } from './varying.ts';

/** Changes to make; one that is not named is not made, `{}` stands for its defaults. */
export interface ShakeOptions {
  readonly affine?: GivenOptions<typeof affineOptions> | undefined;
  readonly levels?: GivenOptions<typeof levelsOptions> | undefined;
  /** Decides them, a safe integer >= 0; default 0. */
  readonly seed?: number | undefined;
}

const KINDS: OptionKinds<ShakeOptions> = {
  affine: { kind: 'object', like: '{ shift: 2 }' },
  levels: { kind: 'object', like: '{ noise: 0.1 }' },
  seed: 'number',
};

/**
 * Changes each training image `[C, H, W]` or `[H, W]` by chance: the same for the same example in the same epoch, whatever else is in its batch. Without an
 * epoch, as in evaluation, examples come as they are.
 * @throws GraftError `invalid-argument` for options that are none, `invalid-data` or `invalid-dtype` when the source is not of float32 images.
 */
export function shakenSource(source: ExampleSource, options: ShakeOptions): ExampleSource {
  knownOptions(options, KINDS, 'shakenSource');
  const { seed = 0 } = options;
  const moved = options.affine && resolveOptions(affineOptions, options.affine, '`affine`');
  const relit = options.levels && resolveOptions(levelsOptions, options.levels, '`levels`');
  if (!moved && !relit) fail('invalid-argument', '`shakenSource` needs `affine` or `levels`: `{ affine: {} }`.');
  const { name, inputDtype, inputShape } = source;
  const [height, width] = inputShape.slice(-2);
  if (!(inputShape.length === 3 || inputShape.length === 2) || typeof height !== 'number' || typeof width !== 'number')
    return fail('invalid-data', `\`shakenSource\` changes images [C, H, W], but examples of \`${name}\` are [${inputShape.join(', ')}].`);
  if (inputDtype !== 'float32')
    fail('invalid-dtype', `\`${name}\` holds ${inputDtype}, but only float32 can be changed; give it a \`normalisation\`.`);
  return varying(source, (examples, indices, epoch) => {
    const { dims, data } = examples.inputs;
    const values = new Float32Array(data as Float32Array);
    const size = values.length / indices.length;
    for (let i = 0; i < indices.length; i++) {
      const own = values.subarray(i * size, (i + 1) * size);
      const random = augmentStream(seed, epoch, indices[i] as number);
      if (moved) affine(own, [height, width], moved, random.child('affine'));
      if (relit) levels(own, relit, random);
    }
    return { ...examples, inputs: tensor('float32', dims, values) };
  });
}
