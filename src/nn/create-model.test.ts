// Names, groups, the head, and initial values as functions of seed and name.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createModel, layerNames, type ModelOptions } from './create-model.ts';
import { relu } from './layers/activation.ts';
import { conv } from './layers/conv.ts';
import { dense, flatten } from './layers/dense.ts';
import { batchNorm } from './layers/norm.ts';
import { sequential } from './layers/sequential.ts';
import { stateOf } from './model.ts';
import type { Layer } from './scope.ts';

const layers = () => [conv(2, 3), batchNorm(), relu(), flatten(), dense(4, { name: 'hidden' }), relu(), dense(3, { name: 'out' })];
const make = (options: Partial<ModelOptions> = {}) => createModel({ name: 'net', input: [1, 4, 4], layers: layers(), ...options });

test('parameters, buffers and what decays', () => {
  const model = make();
  expect([...stateOf(model)].map(([id, { dims }]) => `${id} [${dims}]`)).toEqual([
    'conv.weight [2,1,3,3]',
    'conv.bias [2]',
    'batchNorm.scale [2]',
    'batchNorm.bias [2]',
    'hidden.weight [4,8]',
    'hidden.bias [4]',
    'out.weight [3,4]',
    'out.bias [3]',
    'batchNorm.mean [2]',
    'batchNorm.variance [2]',
  ]);
  expect([...model.parameters.values()].filter(({ decay }) => decay).map(({ id }) => id)).toEqual(['conv.weight', 'hidden.weight', 'out.weight']);
  expect(model.logits.shape).toEqual(['N', 3]);
});

test('layers with parameters become groups, buffers included; the last is the head and the layers before it give the features', () => {
  const model = make();
  expect(model.groups.map(({ name, kind, members }) => `${name} ${kind} ${members.length}`)).toEqual([
    'conv shared 2',
    'batchNorm shared 4',
    'hidden shared 2',
    'out head 2',
  ]);
  expect(model.features.shape).toEqual(['N', 4]);
  const named = make({ head: 'flatten' });
  expect(named.groups.map(({ kind }) => kind)).toEqual(['shared', 'shared', 'head', 'head']);
  expect(named.features.shape).toEqual(['N', 2, 2, 2]);
});

test('a model without parameters has no groups, and its features are its scores', () => {
  const model = createModel({ input: [2], layers: [relu()] });
  expect(model.groups).toEqual([]);
  expect(model.features).toBe(model.logits);
});

test('layers of one kind are numbered, a kind that stands alone is not, and names are kept', () => {
  expect(layerNames([dense(1), relu(), dense(1), conv(1, 1, { name: 'stem' }), conv(1, 1)])).toEqual(['dense1', 'relu', 'dense2', 'stem', 'conv']);
});

describe('initial values', () => {
  const values = (model: ReturnType<typeof make>) => new Map([...stateOf(model)].map(([id, { data }]) => [id, Array.from(data as Float32Array)]));

  test('depend on the seed and the name of the parameter alone', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(3), (seed, extra) => {
        const first = values(make({ seed }));
        const body = Array.from({ length: extra }, () => relu());
        const second = values(make({ seed, layers: [...layers().slice(0, 5), ...body, dense(7, { name: 'other' })] }));
        expect(second.get('conv.weight')).toEqual(first.get('conv.weight'));
        expect(second.get('hidden.weight')).toEqual(first.get('hidden.weight'));
        expect(values(make({ seed: seed + 1 })).get('conv.weight')).not.toEqual(first.get('conv.weight'));
      }),
      { numRuns: 20 },
    );
  });

  test('differ between layers of the same shape', () => {
    const state = values(createModel({ input: [3], layers: [dense(3), dense(3)] }));
    expect(state.get('dense1.weight')).not.toEqual(state.get('dense2.weight'));
  });
});

describe('refused', () => {
  const twice: Layer = {
    kind: 'twice',
    build: (scope, x) => {
      scope.buffer('mean', [1], 0);
      scope.buffer('mean', [1], 0);
      return x;
    },
  };
  test.each<[string, () => unknown]>([
    ['Two layers are named `out`; give one another name.', () => make({ layers: [dense(2, { name: 'out' }), dense(2, { name: 'out' })] })],
    ['Two layers are named `a`; give one another name.', () => make({ layers: [sequential([relu('a'), relu('a')])] })],
    ['A layer cannot be named "a.b": names make up paths, so give it one without `.` and `/`.', () => make({ layers: [relu('a.b')] })],
    ['A layer cannot be named "": names make up paths, so give it one without `.` and `/`.', () => make({ layers: [relu('')] })],
    ['`head` (="top") names no layer of `net`. Layers: conv, batchNorm, relu1, flatten, hidden, relu2, out.', () => make({ head: 'top' })],
    [
      '`head` (="relu") and the layers behind it hold no parameters. Layers that do: dense.',
      () => make({ input: [2], layers: [dense(2), relu()], head: 'relu' }),
    ],
    ['Model `net` gives 3 scores, but 2 `classes` are named.', () => make({ classes: ['cat', 'dog'] })],
    ['The seed (=-1) must be an integer from 0 to 2^53 - 1.', () => make({ seed: -1 })],
    ['`twice` declares `mean` twice; give one of them another name.', () => make({ layers: [twice] })],
  ])('%s', (message, body) => {
    expect(body).toThrow(message);
  });
});
