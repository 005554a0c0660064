import fc from 'fast-check';
import { expect, it } from 'vitest';
import { globMatcher } from './select.ts';

it.each([
  ['conv1', ['conv1', 'conv1/weight', 'conv1/a/b'], ['conv10', 'a/conv1', 'conv']],
  ['conv*', ['conv', 'conv1/weight', 'conv.1'], ['a/conv', 'con']],
  ['conv*/**', ['conv1/weight', 'conv1/a/b'], ['conv1', 'a/conv1/weight']],
  ['**/weight', ['weight', 'a/weight', 'a/b/weight'], ['a/weights', 'weight1']],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b/c'], ['a', 'ab', 'x/a/b']],
  ['a.b', ['a.b', 'a.b/c'], ['axb']],
  ['b?', ['b1/x'], ['b', 'b12']],
  ['**', ['a', 'a/b'], []],
])('%s', (glob, inside, outside) => {
  const matcher = globMatcher(glob);
  expect(inside.filter((path) => !matcher.test(path))).toEqual([]);
  expect(outside.filter((path) => matcher.test(path))).toEqual([]);
});

it('takes any name without wildcards literally', () => {
  const name = fc.string({ minLength: 1, unit: fc.constantFrom(...'ab.+(){}[]^$|\\-') });
  fc.assert(fc.property(name, name, (a, b) => globMatcher(a).test(b) === (a === b)));
});
