import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { imageReader } from '../data/images/image-reader.ts';
import { loadBackbone, type TextBackbone } from './load-backbone.ts';
import { predictor } from './predictor.ts';
import { imageInputOf } from './preprocessor-config.ts';

interface Sample {
  shape: number[];
  mean: number;
  places: number[];
  values: number[];
}
interface Golden {
  images: { photo: string; config: { image_std: number[] }; pixels: Sample }[];
  'efficientnet-lite0': Record<string, { pixels: Sample; features: number[]; top: number[]; probabilities: number[] }>;
  'all-minilm-l6-v2': { sentences: string[]; ids: number[][]; vectors: number[][] };
}
const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const golden = JSON.parse(readFileSync(file('tests/golden/backbones.json'), 'utf8')) as Golden;
const photos = Object.entries(golden['efficientnet-lite0']).map(([name, expected]) => ({ path: file(join('examples/photos', name)), ...expected }));

/** Differences from a golden in levels of 255. */
function levels({ places, values }: Sample, data: Float32Array, std: readonly number[]): number[] {
  const plane = data.length / 3;
  return places.map((place, i) => Math.abs((data[place] as number) - (values[i] as number)) * 255 * (std[Math.floor(place / plane)] as number));
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>) => Array.from(x).reduce((sum, value, i) => sum + value * (y[i] as number), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe('pixels', () => {
  it.each(golden.images)('are those of transformers: $photo, $config.image_processor_type, $pixels.shape', async ({ photo, config, pixels }) => {
    const { dims, data } = await imageReader(imageInputOf(config, 'the configuration'))([file(join('examples/photos', photo))]);
    expect(dims).toEqual(pixels.shape);
    const differences = levels(pixels, data, config.image_std);
    expect(Math.max(...differences)).toBeLessThan(1.1);
    expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeLessThan(0.2);
  });
});

it('efficientnet-lite0 sees what the original sees', async () => {
  const backbone = await loadBackbone('efficientnet-lite0');
  const session = await predictor(backbone, { batch: 1 });
  const paths = photos.map(({ path }) => path);
  const features = await session.features(paths);
  const predictions = await session.classify(paths);
  await session.release();
  expect(features.dims).toEqual([2, 1280]);
  photos.forEach((photo, n) => {
    expect(cosine(features.data.subarray(n * 1280, (n + 1) * 1280), photo.features)).toBeGreaterThan(0.999);
    expect(predictions[n]?.map(({ index }) => index)).toEqual(photo.top);
    predictions[n]?.forEach(({ probability }, i) => {
      expect(Math.abs(probability - (photo.probabilities[i] as number))).toBeLessThan(0.01);
    });
  });
  expect(predictions.map(([first]) => first?.label)).toEqual(['Egyptian cat', 'espresso']);
});

it('all-minilm-l6-v2 reads what the original reads', async () => {
  const { sentences, ids, vectors } = golden['all-minilm-l6-v2'];
  const backbone = (await loadBackbone('all-minilm-l6-v2')) as TextBackbone;
  sentences.forEach((sentence, i) => {
    expect(Array.from(backbone.tokenise([sentence]).ids.data, Number)).toEqual(ids[i]);
  });
  const session = await predictor(backbone);
  const features = await session.features(sentences);
  await expect(session.classify(sentences)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[GraftError: \`all-minilm-l6-v2\` has no classifier with class names; use \`features\`, or put a head on with \`replaceHead\`.]`,
  );
  await session.release();
  vectors.forEach((vector, n) => {
    expect(cosine(features.data.subarray(n * 384, (n + 1) * 384), vector)).toBeGreaterThan(0.999);
  });
  expect(Math.hypot(...features.data.subarray(0, 384))).toBeCloseTo(1, 5);
});
