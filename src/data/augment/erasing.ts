// A box of an input made blank or noisy. Called where photos become batches.
import { defineOptions, type OptionsOf } from '../../core/options.ts';
import type { Stream } from '../../core/rng.ts';
import { boxRecords, randomBox } from './box.ts';

/** Options of {@link erase}. */
export const erasingOptions = defineOptions({
  probability: { default: 0.5, range: { min: 0, max: 1 }, help: 'Share of pictures of which something is erased.' },
  ...boxRecords('what is erased', { minArea: 0.02, maxArea: 0.4, minRatio: 0.3, maxRatio: 1 / 0.3 }),
  fill: { default: 'noise', values: ['noise', 'zero'], help: 'What takes its place: normal noise, or 0, which is the mean of normalised inputs.' },
});

/** Resolved options of {@link erase}. */
export type ErasingOptions = OptionsOf<typeof erasingOptions>;

/**
 * Erases a box of an input, by chance (Zhong et al., "Random erasing data augmentation", 2020, algorithm 1): `values` `[C, height, width]`, normalised, in
 * place, as torchvision does it. Noise is normal, of mean 0 and deviation 1.
 */
export function erase(values: Float32Array, [height, width]: readonly [number, number], options: ErasingOptions, random: Stream): void {
  const [chance = 1] = random.child('chance').uniforms(1);
  if (chance >= options.probability) return;
  const box = randomBox(random.child('box'), [height, width], options);
  if (!box) return;
  const channels = values.length / (height * width);
  const noise = options.fill === 'noise' ? random.child('noise').normals(channels * box.height * box.width) : undefined;
  for (let channel = 0, drawn = 0; channel < channels; channel++) {
    for (let y = box.top; y < box.top + box.height; y++, drawn += box.width) {
      const from = (channel * height + y) * width + box.left;
      if (noise) values.set(noise.subarray(drawn, drawn + box.width), from);
      else values.fill(0, from, from + box.width);
    }
  }
}
