import { expect, test } from 'vitest';
import { tensor } from '../core/tensor.ts';
import { dataset } from './dataset.ts';
import { fewLabels } from './few-labels.ts';

const inputs = tensor(
  'float32',
  [9, 1],
  Float32Array.from({ length: 9 }, (_, i) => i),
);
const source = dataset({ name: 'nine', inputs, labels: Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2) });

test('each class has its few, and every example is in one part', () => {
  const { train, test: rest } = fewLabels(source, 2, 5);
  expect(Array.from(train.labels as Int32Array).sort()).toEqual([0, 0, 1, 1, 2, 2]);
  expect([...train.inputs.data, ...rest.inputs.data].map(Number).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(fewLabels(source, 2, 5).train.inputs.data).toEqual(train.inputs.data);
});

test('labels that are no classes are refused', () => {
  expect(() => fewLabels({ ...source, labels: undefined }, 2, 5)).toThrow('`nine` has no class labels to draw by; give it some.');
});
