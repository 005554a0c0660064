import { expect, it } from 'vitest';
import { isNamed } from './trainable.ts';

it('names stand for themselves, patterns for all that they find, whatever their flags', () => {
  for (const pattern of [/bias/, /bias/g, /BIAS/gi]) {
    expect(['a.bias', 'b.bias', 'c.bias', 'd.weight'].map((name) => isNamed(name, [pattern]))).toEqual([true, true, true, false]);
  }
  expect(isNamed('a.bias', ['a.bias'])).toBe(true);
  expect(isNamed('a.bias', ['bias'])).toBe(false);
});
