// `config.json` of a timm model -> what it wants to see: timm's folders have no preprocessor_config.json. Called for folders without a record.
import { z } from 'zod';
import { fail } from '../core/errors.ts';
import type { ImageInput } from '../data/images/image-input.ts';
import { checked } from './record.ts';

const schema = z.looseObject({
  input_size: z.tuple([z.literal(3), z.int().positive(), z.int().positive()]),
  interpolation: z.enum(['nearest', 'bilinear', 'bicubic', 'lanczos']).default('bicubic'),
  crop_pct: z.number().positive().max(1).default(0.875),
  crop_mode: z.string().default('center'),
  mean: z.array(z.number()).default([0.485, 0.456, 0.406]),
  std: z.array(z.number()).default([0.229, 0.224, 0.225]),
});

/**
 * How timm prepares an image for the model whose `pretrained_cfg` this is.
 * @throws GraftError `invalid-data` for another `crop_mode` than `center` and `squash`.
 */
export function timmInputOf(pretrained: unknown, place: string): ImageInput {
  const { input_size, interpolation, crop_pct, crop_mode, mean, std } = checked(schema, pretrained, place);
  const [, height, width] = input_size;
  const base = { crop: [height, width], cropRounding: 'even', interpolation, mean, std } as const;
  const enlarged = (side: number) => Math.floor(side / crop_pct);
  if (crop_mode === 'squash') return { ...base, resize: { size: [enlarged(height), enlarged(width)] } };
  if (crop_mode === 'center' && height === width) return { ...base, resize: { shorterSide: enlarged(height) } };
  return fail(
    'invalid-data',
    `${place}: \`crop_mode\` (="${crop_mode}") with inputs of ${width}x${height} is not one that Graft follows; prepare the images yourself.`,
  );
}
