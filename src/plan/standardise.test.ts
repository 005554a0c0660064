import { expect, it } from 'vitest';
import { tensor } from '../core/tensor.ts';
import { standardised, standardOf } from './standardise.ts';

const features = tensor('float32', [2, 2], Float32Array.of(1, 10, 3, 30));

it('brings each feature to deviation 1, or all of them together to a mean square of 1', () => {
  expect([...standardised(features, standardOf(features)).data]).toEqual([-1, -1, 1, 1]);
  const together = standardised(features, standardOf(features, 'shared')).data;
  const size = Math.sqrt((1 + 100 + 9 + 900) / 4);
  expect([...together].map((value) => value * size)).toEqual([1, 10, 3, 30].map((value) => expect.closeTo(value, 5)));
});
