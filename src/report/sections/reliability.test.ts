import { describe, expect, it } from 'vitest';
import type { DiagramBin } from '../figures/reliability-diagram.ts';
import { reliability } from './reliability.ts';

const show = (...bins: DiagramBin[]) => String(reliability({ kind: 'reliability', title: 'Calibration', bins }));

describe('reliability', () => {
  it('draws each bin at its confidence and accuracy, as large as it is full', () => {
    const text = show({ confidence: 0.5, accuracy: 0.5, count: 25 }, { confidence: 1, accuracy: 0, count: 100 });
    const dots = [...text.matchAll(/<circle class="mark" cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"/g)].map((match) => match.slice(1).map(Number));
    const [middle, end] = dots as [number[], number[]];
    const [, fromX, fromY, toX, toY] = (/class="guide" d="M(\d+) (\d+)L(\d+) (\d+)"/.exec(text) ?? []).map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    expect(middle).toEqual([(fromX + toX) / 2, (fromY + toY) / 2, 5]);
    expect(end).toEqual([toX, fromY, 10]);
  });

  it('says in words what it shows, with the numbers below', () => {
    const text = show(
      { confidence: 0.9, accuracy: 0.8, count: 300 },
      { confidence: 0.6, accuracy: 0.7, count: 100 },
      { confidence: 0, accuracy: 0, count: 0 },
    );
    expect(text).toContain('Over 400 predictions the mean confidence lies 5.0 points above the accuracy.');
    expect(text).toMatch(/<svg [^>]*role="img"[^>]*>\n<title>Calibration<\/title>\n<desc>Accuracy over confidence of 2 bins/);
    expect(text).toContain(
      '<th scope="row" class="number">90.0 %</th><td class="number">80.0 %</td><td class="number">10.0</td><td class="number">300</td>',
    );
    expect(text).toContain('<title>confidence 60.0 %, accuracy 70.0 %, 100 predictions</title>');
  });

  it('keeps the facts where there are no predictions', () => {
    const facts = [{ label: 'Calibration error', value: '3.1 %', detail: 'before: 7.9 %' }];
    const text = String(reliability({ kind: 'reliability', title: 'C', bins: [{ confidence: Number.NaN, accuracy: Number.NaN, count: 0 }], facts }));
    expect(text).toContain('<dt>Calibration error</dt><dd class="value">3.1 %</dd><dd>before: 7.9 %</dd>');
    expect(text).toContain('There are no predictions.');
    expect(text).not.toContain('<svg');
  });

  it.each([
    { confidence: 90, accuracy: 0.8, count: 1 },
    { confidence: 0.9, accuracy: Number.NaN, count: 1 },
    { confidence: 0.9, accuracy: 0.8, count: 1.5 },
  ])('refuses %j', (bin) => {
    expect(() => show(bin)).toThrow('the first two must be shares in 0..1, the last a whole number.');
  });
});
