import { expect, it } from 'vitest';
import { tensor } from '../../core/tensor.ts';
import { dataset } from '../../data/dataset.ts';
import { createModel } from '../../nn/create-model.ts';
import { dense } from '../../nn/layers/dense.ts';
import { batchNorm } from '../../nn/layers/norm.ts';
import { stateOf } from '../../nn/model.ts';
import { finish, fit } from '../../train/fit.ts';
import { movement, relativeDistance } from './movement.ts';

const build = () =>
  createModel({ input: [2], layers: [dense(4, { name: 'body' }), batchNorm({ name: 'norm' }), dense(2, { name: 'head' })], classes: ['a', 'b'] });

it('is none for the same values', () => {
  const groups = movement(build(), stateOf(build()));
  expect(groups.map(({ name, kind }) => [name, kind])).toEqual([
    ['body', 'shared'],
    ['norm', 'shared'],
    ['head', 'head'],
  ]);
  expect(groups.flatMap(({ parameters }) => parameters).every(({ learnt, distance }) => !learnt && distance === 0)).toBe(true);
  expect(groups[1]?.statistics).toEqual({ all: 2, changed: 0 });
});

it('tells what training moved, and what was frozen', async () => {
  const model = build();
  const inputs = tensor(
    'float32',
    [8, 2],
    Float32Array.from({ length: 16 }, (_, i) => (i % 5) - 2),
  );
  const data = dataset({ inputs, labels: [0, 1, 0, 1, 0, 1, 0, 1], classes: ['a', 'b'] });
  await finish(fit(model, data, { epochs: 2, batchSize: 4, freeze: ['body'], batchNorm: 'frozen' }));
  const [body, norm, head] = movement(model, stateOf(build()));
  expect(body?.parameters.some(({ learnt }) => learnt)).toBe(false);
  expect(norm?.statistics.changed).toBe(0);
  expect(head?.parameters.every(({ learnt }) => learnt)).toBe(true);
  expect(relativeDistance(body?.parameters ?? [])).toBe(0);
  expect(relativeDistance(head?.parameters ?? [])).toBeGreaterThan(0.0001);
});

it('is relative to the length of all values together', () => {
  const model = build();
  const [weight] = model.groups[0]?.members ?? [];
  const before = new Map(
    [...stateOf(model)].map(([id, value]) => [id, { ...value, data: new Float32Array(value.data.length).fill(id === weight ? 3 : 0) }]),
  );
  for (const [id, { data }] of stateOf(model)) (data as Float32Array).fill(id === weight ? 4.5 : 0);
  expect(relativeDistance(movement(model, before as ReturnType<typeof stateOf>)[0]?.parameters ?? [])).toBeCloseTo(0.5, 6);
  expect(relativeDistance(movement(model, before as ReturnType<typeof stateOf>)[2]?.parameters ?? [])).toBeUndefined();
});
