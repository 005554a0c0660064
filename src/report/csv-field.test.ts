import { expect, it } from 'vitest';
import { csvField, formulaWarning } from './csv-field.ts';

it('is in quotes where it must be, and otherwise as it is', () => {
  expect(['a b', 'a,b', 'say "a"', 'two\nlines', '=1+1', '-1'].map(csvField)).toEqual(['a b', '"a,b"', '"say ""a"""', '"two\nlines"', '=1+1', '-1']);
});

it('is told of where a spreadsheet program takes it for a formula', () => {
  expect(formulaWarning('out.csv', ['row 1', '-1', '+2.5', '-1e3', 'a=b', ''])).toBeUndefined();
  for (const text of ['=HYPERLINK("x")', '+cmd', '-2+3', '@sum', '\t=1'])
    expect(formulaWarning('out.csv', ['row 1', text])).toBe(
      `"out.csv" holds texts such as ${JSON.stringify(text)}, which a spreadsheet program takes for a formula: import its columns as text.`,
    );
});
