import { describe, expect, it } from 'vitest';
import { tensor } from '../core/tensor.ts';
import { createModel } from '../nn/create-model.ts';
import { dense } from '../nn/layers/dense.ts';
import { type Model, stateOf } from '../nn/model.ts';
import { judged } from './candidate.ts';
import { evened } from './even-classes.ts';
import { goalOf } from './goal.ts';
import type { Reader } from './reading.ts';

const goal = goalOf({ kind: 'classification', classes: ['often', 'rare'] });
const labelsOf = (often: number, rare: number) => Int32Array.from({ length: often + rare }, (_, i) => (i < often ? 0 : 1));

/** A model whose scores lean to the large class, so that of the rare one only those with a `pull` above it are found. */
function leaning(labels: Int32Array, pull: (i: number) => number) {
  const model = createModel({ name: 'm', input: [1], layers: [dense(2, { name: 'head' })] });
  const scores = Float32Array.from({ length: 2 * labels.length }, (_, k) => {
    const i = Math.floor(k / 2);
    return k % 2 === 0 ? 0 : labels[i] === 1 ? pull(i) : -8;
  });
  const candidate = {
    name: 'linear model',
    about: 'a linear model',
    complexity: 1,
    model,
    reader: {} as Reader,
    validation: tensor('float32', [labels.length, 2], scores),
    trainable: 0,
    seconds: 0,
  };
  return { model, best: judged(goal, candidate, labels) };
}
const biasOf = (model: Model) => Array.from(stateOf(model).get('head.bias')?.data ?? [], Number);

describe('classes of which one is rare', () => {
  const validation = labelsOf(90, 10);

  it('get the same say where balanced accuracy gains, in the scores and in the model alike', () => {
    const { model, best } = leaning(validation, (i) => (i % 2 ? 1 : -1));
    const found = evened(goal, best, labelsOf(900, 100), validation);
    expect(found?.judged?.candidate.name).toBe('linear model, classes even');
    expect(found?.result.about).toContain('balanced accuracy 100.0 % instead of 75.0 %');
    expect(found?.result.about).toContain('its smallest class has 100 examples to learn from, its largest 900');
    // The logarithm of nine times the examples.
    const [often, rare] = biasOf(model);
    expect(often).toBe(0);
    expect(rare).toBeCloseTo(Math.log(9), 6);
    expect(found?.judged?.candidate.validation.data[1]).toBeCloseTo((best.candidate.validation.data[1] as number) + Math.log(9), 6);
  });

  it('stay as they are where it does not, and the model too', () => {
    const { model, best } = leaning(validation, () => 1);
    const found = evened(goal, best, labelsOf(900, 100), validation);
    expect(found?.judged).toBeUndefined();
    expect(found?.result.metric).toBe(1);
    expect(biasOf(model)).toEqual([0, 0]);
  });

  it('stay as they are where one example of a rare class is all that is gained', () => {
    const { best } = leaning(validation, (i) => (i === 99 ? -1 : 1));
    const found = evened(goal, best, labelsOf(900, 100), validation);
    expect(found?.result.about).toContain('balanced accuracy 100.0 % instead of 95.0 %');
    expect(found?.judged).toBeUndefined();
  });

  it('are not judged by a handful of examples', () => {
    const few = labelsOf(36, 4);
    const found = evened(goal, leaning(few, () => -1).best, labelsOf(360, 40), few);
    expect(found?.result.skipped).toBe('a class has 4 validation examples, fewer than 5');
  });

  it('differ by at most a hundredfold', () => {
    const { model, best } = leaning(validation, () => -4);
    evened(goal, best, labelsOf(100_000, 10), validation);
    expect(biasOf(model)[1]).toBeCloseTo(Math.log(100), 5);
  });
});

it('classes of like frequency, labels that hold or not, and amounts are left alone', () => {
  const validation = labelsOf(20, 10);
  expect(evened(goal, leaning(validation, () => -1).best, labelsOf(300, 100), validation)).toBeUndefined();
  const amounts = tensor('float32', [2, 1], Float32Array.of(1, 2));
  expect(evened(goalOf({ kind: 'regression', targets: ['y'] }), leaning(validation, () => -1).best, amounts, amounts)).toBeUndefined();
});
