// How far a count is, on a terminal and elsewhere.
import { expect, test } from 'vitest';
import { counter } from '../../apps/cli/counter.ts';

/** What is written by a count of 5,000, of which 50 are done each second. */
function written(isTTY: boolean, seconds: number, of: number | undefined = 5000): string[] {
  const texts: string[] = [];
  let ms = 0;
  const count = counter({ isTTY, columns: 60, write: (text) => texts.push(text) }, 'reading photos', 'photos', () => ms);
  for (; ms <= seconds * 1000; ms += 20) count.at(ms / 20, of);
  count.end();
  return texts;
}

test('what is soon over is not shown', () => {
  expect(written(true, 1.9)).toEqual([]);
  expect(written(false, 1.9)).toEqual([]);
});

test('a terminal has one line of its width, ten times a second, which is taken away', () => {
  const texts = written(true, 3);
  expect(texts).toHaveLength(12);
  expect(texts.every((text) => text.length <= 61 && !text.includes('\n'))).toBe(true);
  expect(texts[0]).toBe(`\r${'reading photos: 100/5,000, 50 photos/s, 1 min 38 s left'.padEnd(59)}`);
  expect(texts.at(-1)).toBe(`\r${' '.repeat(59)}\r`);
});

test('elsewhere there is a line every ten seconds', () => {
  expect(written(false, 25)).toEqual([
    'reading photos: 100/5,000, 50 photos/s, 1 min 38 s left\n',
    'reading photos: 600/5,000, 50 photos/s, 1 min 28 s left\n',
    'reading photos: 1,100/5,000, 50 photos/s, 1 min 18 s left\n',
  ]);
});

test('a second part of the same work is timed anew', () => {
  const texts: string[] = [];
  let ms = 0;
  const count = counter({ write: (text) => texts.push(text) }, 'features', 'examples', () => ms);
  for (; ms <= 60_000; ms += 1000) count.at(ms / 100, 600);
  for (const start = ms; ms <= start + 12_000; ms += 1000) count.at((ms - start) / 100, 200);
  expect(texts.at(-1)).toBe('features: 120/200, 10 examples/s, 8.0 s left\n');
});

test('without a total there is no time left', () => {
  const texts: string[] = [];
  let ms = 0;
  const count = counter({ write: (text) => texts.push(text) }, 'reading rows', 'rows', () => ms);
  ms = 4000;
  count.at(2_000_000);
  expect(texts).toEqual(['reading rows: 2,000,000, 500,000 rows/s\n']);
});
