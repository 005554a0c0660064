// Option records: defaults are filled in, types follow the records, and each way to be wrong has a message that says what to do.
import { describe, expect, expectTypeOf, test } from 'vitest';
import { defineOptions, type OptionsOf, resolveOptions } from './options.ts';

const records = defineOptions({
  lr: { default: 0.01, range: { above: 0 }, help: 'Learning rate.' },
  momentum: { default: 0, range: { min: 0, below: 1 }, help: 'Momentum.' },
  every: { default: 10, range: { min: 1 }, integer: true, unit: 'steps', help: 'How often.' },
  maxNorm: { default: Number.POSITIVE_INFINITY, range: { above: 0, max: Number.POSITIVE_INFINITY }, help: 'Clipping.' },
  nesterov: { default: false, help: 'Look ahead.' },
  mode: { default: 'fan-in', values: ['fan-in', 'fan-out'], help: 'Which fan.' },
  name: { default: 'x', help: 'Any name.' },
});

const place = 'optimiser `test`';
const resolve = (given: Record<string, unknown>) => () => resolveOptions(records, given, place);

test('fills in defaults and keeps what was given', () => {
  const defaults = { lr: 0.01, momentum: 0, every: 10, maxNorm: Number.POSITIVE_INFINITY, nesterov: false, mode: 'fan-in', name: 'x' };
  expect(resolveOptions(records, {}, place)).toEqual(defaults);
  expect(resolveOptions(records, { lr: 1, mode: 'fan-out', maxNorm: 5 }, place)).toEqual({ ...defaults, lr: 1, mode: 'fan-out', maxNorm: 5 });
  expect(resolve({ lr: undefined })()).toEqual(defaults);
});

test('types follow the records', () => {
  expectTypeOf<OptionsOf<typeof records>>().toEqualTypeOf<{
    readonly lr: number;
    readonly momentum: number;
    readonly every: number;
    readonly maxNorm: number;
    readonly nesterov: boolean;
    readonly mode: 'fan-in' | 'fan-out';
    readonly name: string;
  }>();
});

describe('refuses', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['a slip of the pen', { momentun: 1 }, 'optimiser `test`: there is no option `momentun`; did you mean `momentum`?'],
    ['a wrong case', { maxnorm: 1 }, 'optimiser `test`: there is no option `maxnorm`; did you mean `maxNorm`?'],
    [
      'an unknown name',
      { temperature: 1 },
      'optimiser `test`: there is no option `temperature`; known are `lr`, `momentum`, `every`, `maxNorm`, `nesterov`, `mode`, `name`.',
    ],
    ['a name of the prototype', { constructor: 1 }, 'optimiser `test`: there is no option `constructor`; known are `lr`'],
    ['a wrong type', { lr: '0.1' }, "optimiser `test`: `lr` (='0.1') must be a number; its default is 0.01."],
    ['null', { nesterov: null }, 'optimiser `test`: `nesterov` (=null) must be a boolean; its default is false.'],
    ['an excluded end', { lr: 0 }, 'optimiser `test`: `lr` (=0) must be a finite number > 0; its default is 0.01.'],
    ['both sides', { momentum: 1 }, 'optimiser `test`: `momentum` (=1) must be a finite number >= 0 and < 1; its default is 0.'],
    ['NaN', { lr: Number.NaN }, 'optimiser `test`: `lr` (=NaN) must be a finite number > 0; its default is 0.01.'],
    ['infinity', { lr: Number.POSITIVE_INFINITY }, 'optimiser `test`: `lr` (=Infinity) must be a finite number > 0'],
    ['NaN where infinity is allowed', { maxNorm: Number.NaN }, '`maxNorm` (=NaN) must be a number > 0 and <= Infinity'],
    ['a fraction', { every: 1.5 }, 'optimiser `test`: `every` (=1.5) must be an integer of steps >= 1; its default is 10.'],
    [
      'a value not in the list',
      { mode: 'fan' },
      "optimiser `test`: `mode` (='fan') must be one of 'fan-in', 'fan-out'; its default is 'fan-in'. Did you mean 'fan-in'?",
    ],
  ])('%s', (_, given, message) => {
    expect(resolve(given)).toThrow(message);
  });

  test('a default that breaks its own record', () => {
    expect(() => defineOptions({ rate: { default: 2, range: { max: 1 }, help: '' } })).toThrow(
      'The default of option `rate` (=2) must be a finite number <= 1.',
    );
  });
});
