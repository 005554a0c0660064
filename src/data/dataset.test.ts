import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tensor, tensorOf } from '../core/tensor.ts';
import { dataset, mapInputs, subset } from './dataset.ts';
import { requireEveryClass } from './labels.ts';
import { normalisation, normalise } from './transforms/normalise.ts';

const bytes = (count: number) =>
  tensor(
    'uint8',
    [count, 1, 2],
    Uint8Array.from({ length: count * 2 }, (_, i) => i),
  );
const small = () =>
  dataset({
    name: 'small',
    inputs: bytes(4),
    labels: Int32Array.of(0, 1, 2, 1),
    classes: ['a', 'b', 'c'],
    normalisation: normalisation({ range: 2 }),
  });

describe('gather', () => {
  it('gives the examples asked for, in that order, normalised', () => {
    const source = small();
    expect(source).toMatchObject({ length: 4, inputShape: [1, 2], inputDtype: 'float32', classes: ['a', 'b', 'c'] });
    const { inputs, labels } = source.gather([3, 0, 3]);
    expect(inputs).toEqual(tensorOf('float32', [3, 3.5, 0, 0.5, 3, 3.5], [3, 1, 2]));
    expect(labels).toEqual(Int32Array.of(1, 0, 1));
  });

  it('without normalisation keeps the type, int64 included', () => {
    const tokens = dataset({ name: 'tokens', inputs: tensor('int64', [2, 2], BigInt64Array.of(1n, 2n, 3n, 4n)) });
    expect(tokens.inputDtype).toBe('int64');
    expect(tokens.gather([1])).toEqual({ inputs: tensor('int64', [1, 2], BigInt64Array.of(3n, 4n)), labels: undefined });
  });

  it('cuts real labels by rows too', () => {
    const source = dataset({ name: 'soft', inputs: bytes(2), labels: tensorOf('float32', [0, 1, 0.5, 0.5], [2, 2]), classes: ['a', 'b'] });
    expect(source.gather([1]).labels).toEqual(tensorOf('float32', [0.5, 0.5], [1, 2]));
  });

  it('gives a copy: writing to it leaves the data as they were', () => {
    const source = dataset({ name: 'raw', inputs: bytes(1) });
    (source.gather([0]).inputs.data as Uint8Array).fill(7);
    expect(source.inputs).toEqual(bytes(1));
  });

  it.each([-1, 4, 1.5, Number.NaN])('refuses index %s', (index) => {
    expect(() => small().gather([0, index])).toThrow(`Index ${index} at position 1 is outside 0..3, the examples there are.`);
  });
});

it('a subset gathers what its source gathers for the same examples', () => {
  const source = small();
  const indices = fc.array(fc.nat(3), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(indices, indices, (chosen, places) => {
      const wanted = places.map((at) => at % chosen.length);
      const part = subset(source, chosen, 'part');
      expect(part).toMatchObject({ name: 'part', length: chosen.length, classes: source.classes });
      expect(part.gather(wanted)).toEqual(source.gather(wanted.map((at) => chosen[at] as number)));
    }),
  );
});

describe('mapInputs', () => {
  it('sends normalised inputs through the transforms in order, once', () => {
    const mapped = mapInputs(small(), normalise({ mean: [0.5] }), normalise({ range: 2 }));
    expect(mapped.normalisation).toBeUndefined();
    expect(mapped.gather([1])).toEqual({ inputs: tensorOf('float32', [0.25, 0.5], [1, 1, 2]), labels: Int32Array.of(1) });
  });

  it('refuses inputs that are not float32, and transforms that lose examples or make them infinite', () => {
    expect(() => mapInputs(dataset({ name: 'raw', inputs: bytes(1) }))).toThrow(
      '`raw` holds uint8, but transforms work on float32; give the dataset a `normalisation`.',
    );
    expect(() => mapInputs(small(), () => tensorOf('float32', [1, 2], [2, 1]))).toThrow(
      'The transforms made 2 of the 4 examples of `small`; they must keep their number.',
    );
    expect(() => mapInputs(small(), ({ dims, data }) => tensor('float32', dims, data.map(Math.log)))).toThrow(
      'The inputs of `small` hold -Infinity at [0, 0, 0] (example 0); repair or leave out that example.',
    );
  });
});

describe('errors', () => {
  const floats = (...values: number[]) => tensorOf('float32', values, [values.length / 2, 2]);
  it.each([
    ['no examples', { inputs: floats() }, '`d` is empty: its inputs have shape [0, 2]; give at least one example.'],
    ['a scalar', { inputs: tensorOf('float32', 1) }, '`d` is empty: its inputs have shape []; give at least one example.'],
    ['too few labels', { inputs: bytes(3), labels: Int32Array.of(0) }, '`d` has 3 inputs but 1 labels; give one for each input.'],
    ['scalar labels', { inputs: bytes(3), labels: tensorOf('float32', 1) }, '`d` has 3 inputs but scalar labels; give one for each input.'],
    ['no classes', { inputs: bytes(1), classes: [] }, '`classes` of `d` is empty; name at least one class, or leave it out.'],
    [
      'a label too high',
      { inputs: bytes(2), labels: Int32Array.of(1, 2), classes: ['a', 'b'] },
      'Label 2 of example 1 in `d` is outside 0..1, the range for 2 classes.',
    ],
    ['a label below 0', { inputs: bytes(2), labels: Int32Array.of(1, -1) }, 'Label -1 of example 1 in `d` is outside 0..1, the range for 2 classes.'],
    [
      'an absurd label',
      { inputs: bytes(2), labels: Int32Array.of(0, 2_000_000_000) },
      'The highest label of `d` is 2000000000, but it has only 2 examples; give `classes` if that is right.',
    ],
    [
      'soft labels for other classes',
      { inputs: bytes(1), labels: floats(0, 1), classes: ['a', 'b', 'c'] },
      'Labels of shape [1, 2] in `d` do not fit 3 classes; give [N, 3].',
    ],
    ['NaN', { inputs: floats(0, 1, 2, Number.NaN) }, 'The inputs of `d` hold NaN at [1, 1] (example 1); repair or leave out that example.'],
    [
      'an infinite target',
      { inputs: bytes(2), labels: tensorOf('float64', [1, Infinity]) },
      'The labels of `d` hold Infinity at [1] (example 1); repair or leave out that example.',
    ],
    [
      'an infinite half',
      { inputs: tensor('float16', [2], Uint16Array.of(0x3c00, 0xfc00)) },
      'The inputs of `d` hold NaN or infinity at [1] (example 1); repair or leave out that example.',
    ],
    [
      'a NaN bfloat16',
      { inputs: tensor('bfloat16', [1], Uint16Array.of(0x7fc0)) },
      'The inputs of `d` hold NaN or infinity at [0] (example 0); repair or leave out that example.',
    ],
  ])('%s', (_, parts, message) => {
    expect(() => dataset({ name: 'd', ...parts })).toThrow(message);
  });

  it('an empty subset', () => {
    expect(() => subset(small(), [], 'few')).toThrow('The subset `few` of `small` is empty; choose at least one example.');
  });

  it('a class without examples, when training asks', () => {
    const { labels, classes } = subset(small(), [0, 2]);
    expect(() => requireEveryClass('few', labels, classes)).toThrow('Class 1 ("b") of `few` has no examples; add some, or take it out of `classes`.');
    expect(() => requireEveryClass('all', small().labels, classes)).not.toThrow();
  });
});
