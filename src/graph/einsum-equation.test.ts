import { expect, test } from 'vitest';
import { readEinsum } from './einsum-equation.ts';

const refuse = (why: string): never => {
  throw new Error(why);
};
const read = (equation: string, ...ranks: number[]) => readEinsum(equation, ranks, refuse);

test('every axis gets a label; without an arrow the result has those that occur once, in the order of the alphabet', () => {
  expect(read('b...a, ac -> b...c', 4, 2)).toEqual({
    inputs: [
      ['b', '.0', '.1', 'a'],
      ['a', 'c'],
    ],
    output: ['b', '.0', '.1', 'c'],
  });
  expect(read('b...a,ac', 3, 2).output).toEqual(['.0', 'b', 'c']);
  expect(read('ii', 2).output).toEqual([]);
  expect(read('Ba', 2).output).toEqual(['B', 'a']);
});

test('equations that say nothing', () => {
  expect(() => read('ij,jk->ik', 2)).toThrowErrorMatchingInlineSnapshot('[Error: it has 2 terms for 1 operands.]');
  expect(() => read('ij->i->j', 2)).toThrowErrorMatchingInlineSnapshot('[Error: it has more than one arrow.]');
  expect(() => read('i+j', 2)).toThrowErrorMatchingInlineSnapshot('[Error: its term "i+j" is not made of letters and one ellipsis.]');
  expect(() => read('ijk->i', 2)).toThrowErrorMatchingInlineSnapshot('[Error: its term "ijk" does not fit operand 0, which has rank 2.]');
  expect(() => read('i->i', 2)).toThrowErrorMatchingInlineSnapshot('[Error: its term "i" does not fit operand 0, which has rank 2.]');
  expect(() => read('ij->ik', 2)).toThrowErrorMatchingInlineSnapshot('[Error: its result has the label "k", which no operand has.]');
  expect(() => read('ij->ii', 2)).toThrowErrorMatchingInlineSnapshot('[Error: its result "ii" has a label twice.]');
  expect(() => read('i..,j->i', 1, 1)).toThrowErrorMatchingInlineSnapshot('[Error: its term "i.." is not made of letters and one ellipsis.]');
  expect(() => read('...i,...j', 2, 3)).toThrowErrorMatchingInlineSnapshot(
    '[Error: its ellipses stand for 1 and for 2 axes; they need the same number.]',
  );
});
