import { expect, it } from 'vitest';
import { tensor } from '../core/tensor.ts';
import { standardised, standardOf } from './standardise.ts';

const features = tensor('float32', [2, 2], Float32Array.of(1, 10, 3, 30));

it('brings each feature to deviation 1, or all of them together', () => {
  expect([...standardised(features, standardOf(features)).data]).toEqual([-1, -1, 1, 1]);
  const together = standardised(features, standardOf(features, 'shared')).data;
  // Of deviations 1 and 10, whose mean square is 50.5.
  expect([...together].map((value) => value * Math.sqrt(50.5))).toEqual([-1, -10, 1, 10].map((value) => expect.closeTo(value, 5)));
});
