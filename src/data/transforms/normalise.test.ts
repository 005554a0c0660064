import { describe, expect, it } from 'vitest';
import { tensor } from '../../core/tensor.ts';
import { applyNormalisation, normalisation, normalise } from './normalise.ts';

it('computes (x / range - mean) / std for each channel', () => {
  const bytes = tensor('uint8', [2, 2, 2], Uint8Array.of(0, 255, 51, 102, 255, 0, 204, 51));
  const { dtype, dims, data } = applyNormalisation(bytes, normalisation({ range: 255, mean: [0.5, 0.25], std: [0.5, 2] }));
  expect({ dtype, dims }).toEqual({ dtype: 'float32', dims: [2, 2, 2] });
  const expected = [-1, 1, -0.025, 0.075, 1, -1, 0.275, -0.025];
  data.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] as number, 6);
  });
});

it('as a transform, takes one mean for all channels and leaves its argument alone', () => {
  const inputs = tensor('float32', [1, 3], Float32Array.of(1, 2, 3));
  expect(Array.from(normalise({ mean: [2] })(inputs).data)).toEqual([-1, 0, 1]);
  expect(Array.from(inputs.data)).toEqual([1, 2, 3]);
});

describe('errors', () => {
  it.each([
    [() => normalisation({ std: [1, 0] }), '`std` (=0) of channel 1 must be above 0; leave a constant channel at std 1.'],
    [() => normalisation({ mean: [1, 2], std: [1, 1, 1] }), '`mean` has 2 values for 3 channels; give 1 or 3.'],
    [() => normalisation({ mean: [Number.NaN] }), '`mean` (=NaN) of channel 0 must be a finite number.'],
    [() => normalisation({ range: 0 }), '`range` (=0) must be a positive number.'],
    [
      () => normalise({ mean: [0, 0, 0] })(tensor('float32', [1, 2, 1], new Float32Array(2))),
      'Inputs of shape [1, 2, 1] have 2 channels, but the normalisation has 3.',
    ],
    [
      () => applyNormalisation(tensor('int64', [1], new BigInt64Array(1)), normalisation({})),
      'Inputs of type int64 cannot be normalised; convert them to float32 first.',
    ],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
