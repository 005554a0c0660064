import { expect, it } from 'vitest';
import { summarise } from '../score/summary.ts';
import { formatAmount, formatClock, formatCount, formatNumber, formatRate, formatSeconds, formatValue } from './format.ts';
import { cellText, textTable } from './table.ts';

it('aligns numbers, deviations and units below each other', () => {
  const table = textTable(
    [{ label: 'strategy' }, { label: 'accuracy', format: 'percent' }, { label: 'seconds', format: 'seconds' }, { label: 'updates', format: 'count' }],
    [
      ['source model as it is', 0.7, 0.04, undefined],
      ['from scratch', { mean: 0.912, sd: 0.1103 }, 12.34, 1000],
      ['full', { mean: 1, sd: 0.0034 }, Number.NaN, 12345],
    ],
  );
  expect(table).toMatchInlineSnapshot(`
    "strategy                       accuracy  seconds  updates
    ─────────────────────  ────────────────  ───────  ───────
    source model as it is   70.00 %            0.0 s        –
    from scratch            91.20 ± 11.03 %   12.3 s    1,000
    full                   100.00 ±  0.34 %    NaN     12,345"
  `);
});

it('keeps each row on one line, without control characters or spaces at its end', () => {
  const table = textTable(
    [{ label: 'name' }, { label: 'note' }],
    [
      ['a\nb\u001b[31m', ''],
      ['c', 'd'],
    ],
  );
  expect(table).toMatchInlineSnapshot(`
    "name      note
    ────────  ────
    a b [31m  –
    c         d"
  `);
});

it('shows a table without rows as its head', () => {
  expect(textTable([{ label: 'a' }, { label: 'b', format: 'count' }], [])).toBe('a  b\n─  ─');
});

it('writes cells as text', () => {
  expect(cellText(3, { label: '' })).toBe('3');
  expect(cellText({ mean: 0.5, sd: 0.25 }, { label: '' })).toBe('0.500 ± 0.250');
  expect(cellText(undefined, { label: '', format: 'count' })).toBe('–');
  expect(cellText(0.98765, { label: '', format: 'percent', digits: 1 })).toBe('98.8 %');
});

it.each([
  [formatValue(summarise([0.97, 0.975]), 'percent'), '97.25 ± 0.35 %'],
  [formatValue(summarise([0.97]), 'percent'), '97.00 %'],
  [formatValue(Number.NaN, 'percent'), 'NaN'],
  [formatValue(Number.NEGATIVE_INFINITY), '−∞'],
  [formatValue(1234.5, 'rate'), '1,235/s'],
  [formatCount(18750), '18,750'],
  [formatRate(4321.4, 'images'), '4,321 images/s'],
  [formatRate(3.14, 'images'), '3.1 images/s'],
  [formatRate(9.97, 'images'), '10 images/s'],
  [formatSeconds(0.04), '0.0 s'],
  [formatSeconds(9.94), '9.9 s'],
  [formatSeconds(9.96), '10 s'],
  [formatSeconds(59.6), '1 min 0 s'],
  [formatSeconds(3599.6), '1 h 0 min'],
  [formatSeconds(7512), '2 h 5 min'],
  [formatSeconds(Number.POSITIVE_INFINITY), '–'],
  [formatClock(41.6), '0:42'],
  [formatClock(59.6), '1:00'],
  [formatClock(3907), '1:05:07'],
  [formatClock(Number.POSITIVE_INFINITY), '–'],
  [formatNumber(0), '0.000'],
  [formatNumber(0.31416), '0.3142'],
  [formatNumber(-12.3456), '−12.35'],
  [formatNumber(9999.9), '1.000e+4'],
  [formatNumber(1.5e-5), '1.500e−5'],
  [formatNumber(Number.NaN), 'NaN'],
  [formatNumber(-0.25), '−0.2500'],
  [formatNumber(1234), '1,234'],
  [formatAmount(9999.9), '10,000'],
  [formatAmount(-250_000.4), '−250,000'],
  [formatAmount(0.31416), '0.3142'],
  [formatAmount(Number.NaN), 'NaN'],
  [formatNumber(-1234.4), '−1,234'],
])('%s', (text, expected) => {
  expect(text).toBe(expected);
});

it('refuses digits that make no sense', () => {
  expect(() => formatValue(1, 'number', 1.5)).toThrow('`digits` (=1.5) must be a whole number in 0..20.');
});
