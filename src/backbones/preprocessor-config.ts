// `preprocessor_config.json` of a Hugging Face folder -> what its model wants to see. Called for folders without a record.
import { z } from 'zod';
import { fail } from '../core/errors.ts';
import type { ImageInput } from '../data/images/image-input.ts';
import type { ResizeMethod } from '../data/transforms/resize.ts';
import { checked } from './record.ts';

const side = z.int().positive();
const channels = z.union([z.number(), z.array(z.number())]);

const schema = z.looseObject({
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
  do_resize: z.boolean().default(true),
  size: z.union([side, z.looseObject({ height: side.optional(), width: side.optional(), shortest_edge: side.optional() })]).optional(),
  resample: z.int().default(2),
  crop_pct: z.number().positive().max(1).nullish(),
  do_center_crop: z.boolean().default(false),
  crop_size: z.union([side, z.looseObject({ height: side, width: side })]).optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: channels.default([0]),
  image_std: channels.default([1]),
  do_flip_channel_order: z.boolean().default(false),
});

type Config = z.infer<typeof schema>;

/** Filters by Pillow's numbers. */
const filters: readonly (ResizeMethod | undefined)[] = ['nearest', 'lanczos', 'bilinear', 'bicubic'];

/** Steps that are followed, or that change nothing here: images are RGB, labels are no pixels. */
const KNOWN_STEPS = new Set([
  'do_resize',
  'do_center_crop',
  'do_rescale',
  'do_normalize',
  'do_flip_channel_order',
  'do_convert_rgb',
  'do_reduce_labels',
]);

/** Processors whose `size`, given as one number, is that of the shorter side. */
const SHORTER_SIDE = /^(CLIP|ChineseCLIP|ConvNext|Levit|MobileNetV|MobileViT|PoolFormer)/;

/**
 * What the configuration says, for processors that resize, crop about the centre, rescale and normalise.
 * @throws GraftError `invalid-data` for steps and filters that Graft does not have, naming them.
 */
export function imageInputOf(json: unknown, place: string): ImageInput {
  const config = checked(schema, json, place);
  const other = Object.keys(config).filter((key) => key.startsWith('do_') && config[key] === true && !KNOWN_STEPS.has(key));
  if (other.length > 0)
    fail('invalid-data', `${place} asks for ${other.join(', ')}, which Graft does not do; prepare the images yourself and feed the model directly.`);
  const interpolation =
    filters[config.resample] ??
    fail('invalid-data', `${place}: \`resample\` (=${config.resample}) is not one of 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic.`);
  const crop = config.do_center_crop ? sizeOf(config.crop_size ?? config.size, place) : undefined;
  return {
    ...(config.do_resize ? { ...resizeOf(config, place), interpolation } : {}),
    ...(crop && { crop }),
    cropRounding: 'down',
    rescale: config.do_rescale ? config.rescale_factor : 1,
    ...(config.do_normalize && { mean: listOf(config.image_mean), std: listOf(config.image_std) }),
    ...(config.do_flip_channel_order && { channels: 'bgr' as const }),
  };
}

function resizeOf(config: Config, place: string): Pick<ImageInput, 'resize' | 'crop'> {
  const kind = config.image_processor_type ?? config.feature_extractor_type ?? '';
  const { size = fail('invalid-data', `${place} has \`do_resize\` but no \`size\`.`), crop_pct: share } = config;
  const shorter = typeof size === 'number' ? (SHORTER_SIDE.test(kind) ? size : undefined) : size.shortest_edge;
  if (typeof size === 'object' && 'longest_edge' in size) {
    fail(
      'invalid-data',
      `${place}: \`size\` bounds the longest edge, so images keep different sizes; resize them yourself and feed the model directly.`,
    );
  }
  if (share == null) return { resize: shorter === undefined ? { size: sizeOf(size, place) } : { shorterSide: shorter } };
  if (!kind.startsWith('ConvNext') || shorter === undefined) {
    fail('invalid-data', `${place}: Graft knows \`crop_pct\` (=${share}) for ConvNext's processor only, not for "${kind}".`);
  }
  // Large inputs are squeezed into a square, small ones are cropped.
  if (shorter >= 384) return { resize: { size: [shorter, shorter] } };
  return { resize: { shorterSide: Math.floor(shorter / share) }, crop: [shorter, shorter] };
}

function sizeOf(size: Config['size'], place: string): [number, number] {
  if (typeof size === 'number') return [size, size];
  if (size?.height !== undefined && size.width !== undefined) return [size.height, size.width];
  if (size?.shortest_edge !== undefined) return [size.shortest_edge, size.shortest_edge];
  return fail('invalid-data', `${place}: the size ${JSON.stringify(size)} names neither height and width nor the shortest edge.`);
}

function listOf(values: number | number[]): number[] {
  return typeof values === 'number' ? [values] : values;
}
