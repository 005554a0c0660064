import { expect, it } from 'vitest';
import { tensor } from '../../core/tensor.ts';
import { place } from './place.ts';

const image = tensor('float32', [1, 1, 2, 1], Float32Array.of(1, 2));

it('centres, with the odd pixel below and to the right', () => {
  const { dims, data } = place([5, 2])(image);
  expect(dims).toEqual([1, 1, 5, 2]);
  expect(Array.from(data)).toEqual([0, 0, 1, 0, 2, 0, 0, 0, 0, 0]);
});

it('places where it is told, on the ground it is told, each plane in its own', () => {
  const two = tensor('float32', [2, 1, 2], Float32Array.of(1, 2, 3, 4));
  expect(Array.from(place([2, 3], { top: 1, left: 0, fill: 9 })(two).data)).toEqual([9, 9, 9, 1, 2, 9, 9, 9, 9, 3, 4, 9]);
});

it.each([
  [place([1, 1]), '[1, 1, 2, 1] do not fit a canvas of [..., 1, 1] at [-1, 0].'],
  [place([4, 4], { top: 3 }), '[1, 1, 2, 1] do not fit a canvas of [..., 4, 4] at [3, 1].'],
  [place([4, 4], { left: 0.5 }), '[1, 1, 2, 1] do not fit a canvas of [..., 4, 4] at [1, 0.5].'],
])('refuses images that do not lie inside: %#', (transform, message) => {
  expect(() => transform(image)).toThrow(message);
});
