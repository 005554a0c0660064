import { expect, it } from 'vitest';
import { planeWriter } from './planes.ts';
import { seenPixels } from './seen-pixels.ts';

it.each([
  { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  { mean: [0.5], std: [0.5], channels: 'bgr' as const },
  { rescale: 1, mean: [103.9, 116.8, 123.7], std: [57, 58, 59] },
  {},
])('gives back every level of what a model reads: %j', (input) => {
  const data = Uint8Array.from({ length: 3 * 16 * 16 }, (_, i) => (i * 7) % 256);
  const planes = new Float32Array(data.length);
  planeWriter(input)({ height: 16, width: 16, data }, [16, 16], planes, 0);
  expect(seenPixels(input, [16, 16], planes)).toEqual({ height: 16, width: 16, data });
});
