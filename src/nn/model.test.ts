// A model's state: what is given out, what is taken in, and that a refusal changes nothing.
import { describe, expect, test } from 'vitest';
import { GraftError } from '../core/errors.ts';
import { type Tensor, tensorOf, zeros } from '../core/tensor.ts';
import { createModel } from './create-model.ts';
import { dense } from './layers/dense.ts';
import { batchNorm } from './layers/norm.ts';
import { loadState, parametersOf, stateOf } from './model.ts';

const make = (seed = 1) =>
  createModel({ name: 'net', input: [3], layers: [dense(2, { name: 'body' }), batchNorm(), dense(2, { name: 'head' })], seed });
const numbers = (state: ReadonlyMap<string, Tensor>) => new Map([...state].map(([id, { data }]) => [id, Array.from(data as Float32Array)]));

test('what one model gives, another of the same layers takes, as copies into its own arrays', () => {
  const [source, target] = [make(1), make(2)];
  const arrays = [...stateOf(target).values()].map(({ data }) => data);
  expect(numbers(stateOf(target))).not.toEqual(numbers(stateOf(source)));
  loadState(target, stateOf(source));
  expect(numbers(stateOf(target))).toEqual(numbers(stateOf(source)));
  expect([...stateOf(target).values()].every(({ data }, i) => data === arrays[i])).toBe(true);
  (stateOf(source).get('body.bias')?.data as Float32Array)[0] = 9;
  expect(stateOf(target).get('body.bias')?.data[0]).toBe(0);
});

describe('a state that does not fit is refused and changes nothing', () => {
  const changes: Readonly<Record<string, (state: Map<string, Tensor>) => unknown>> = {
    'a missing id': (state) => state.delete('head.bias'),
    'a foreign id': (state) => state.set('tail.bias', zeros('float32', [2])),
    'another shape': (state) => state.set('head.weight', zeros('float32', [4])),
    'another type': (state) => state.set('head.bias', tensorOf('float64', [0, 0])),
  };
  test.each(Object.keys(changes))('%s', (name) => {
    const model = make();
    const before = numbers(stateOf(model));
    const state = new Map(stateOf(make(2)));
    changes[name]?.(state);
    expect(() => loadState(model, state)).toThrow(GraftError);
    expect(numbers(stateOf(model))).toEqual(before);
  });

  test('and the error says where', () => {
    const errors = Object.values(changes).map((change) => {
      const state = new Map(stateOf(make()));
      change(state);
      try {
        return loadState(make(), state);
      } catch (error) {
        return (error as GraftError).message;
      }
    });
    expect(errors.join('\n')).toMatchInlineSnapshot(`
      "The state has no value for \`head.bias\` of model \`net\`; it is of another model.
      The state holds \`tail.bias\`, which model \`net\` does not have; it is of another model.
      \`head.weight\` is float32 [2, 2] in model \`net\`, but float32 [4] in the state. Use \`carryOver\` to take over only what fits.
      \`head.bias\` is float32 [2] in model \`net\`, but float64 [2] in the state. Use \`carryOver\` to take over only what fits."
    `);
  });
});

test('parameters of groups, without their buffers', () => {
  expect(parametersOf(make(), ['head', 'batchNorm'])).toEqual(['head.weight', 'head.bias', 'batchNorm.scale', 'batchNorm.bias']);
  expect(parametersOf(make(), [])).toEqual([]);
  expect(() => parametersOf(make(), ['tail'])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Model \`net\` has no group \`tail\`. Groups: body, batchNorm, head.]`,
  );
});
