import { expect, test } from 'vitest';
import { Builder } from '../builder.ts';

const g = new Builder();
const x = g.input('x', 'float32', ['N', 1, 4]);
const mask = g.input('mask', 'bool', ['N', 3, 1]);
const f64 = g.input('f64', 'float64', [4]);

test('symbolic sizes survive broadcasting; a number other than 1 wins over a name', () => {
  expect(g.add(x, g.input('row', 'float32', [3, 1])).shape).toEqual(['N', 3, 4]);
  expect(g.op('Max', [x, g.input('batch', 'float32', [8, 1, 1]), g.scalar(0)]).shape).toEqual([8, 1, 4]);
  expect(g.where(mask, x, 0)).toMatchObject({ dtype: 'float32', shape: ['N', 3, 4] });
});

test('comparisons give bool, Cast what it is asked for, Pow the type of its base', () => {
  expect(g.greater(x, 0)).toMatchObject({ dtype: 'bool', shape: ['N', 1, 4] });
  expect(g.op('IsNaN', [x])).toMatchObject({ dtype: 'bool', shape: ['N', 1, 4] });
  expect(g.cast(x, 'int64')).toMatchObject({ dtype: 'int64', shape: ['N', 1, 4] });
  expect(g.op('Pow', [x, f64])).toMatchObject({ dtype: 'float32', shape: ['N', 1, 4] });
});

test('what does not fit is refused, naming node, sizes and remedy', () => {
  expect(() => g.add(x, g.input('five', 'float32', [5]))).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Add node \`Add_2\`: shapes [N, 1, 4] and [5] do not broadcast (4 against 5).]`,
  );
  expect(() => g.op('Mul', [x, f64])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Mul node \`Mul\`: inputs have different element types (float32, float64); cast them to one.]`,
  );
  expect(() => g.op('Where', [x, x, x])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Where node \`Where_2\`: the condition is float32; it must be bool.]`,
  );
  expect(() => g.op('Where', [mask, x, f64])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Where node \`Where_4\`: the branches are float32 and float64; cast them to one.]`,
  );
});
