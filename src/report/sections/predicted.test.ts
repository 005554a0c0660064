import { describe, expect, it } from 'vitest';
import { type NamedTarget, predicted } from './predicted.ts';

const show = (...targets: NamedTarget[]) => String(predicted({ kind: 'predicted', title: 'P', targets }));
const dots = (text: string) => [...text.matchAll(/<circle class="mark" cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);

describe('predicted', () => {
  it('draws what is right on the diagonal, what is too high above it', () => {
    const text = show({ name: 'price', truth: [0, 10, 10], predicted: [0, 10, 5], labels: ['a', 'b', 'c'] });
    const [, ...ends] = /class="guide" d="M(\d+) (\d+)L(\d+) (\d+)"/.exec(text) ?? [];
    const [fromX, fromY, toX, toY] = ends.map(Number);
    const [low, high, half] = dots(text);
    expect([low, high]).toEqual([
      [fromX, fromY],
      [toX, toY],
    ]);
    expect(half?.[0]).toBe(toX);
    expect(half?.[1]).toBeCloseTo(((fromY as number) + (toY as number)) / 2, 0);
    expect(text).toContain('<title>c: true 10.00, predicted 5.000</title>');
  });

  it('says in words what it shows, with the numbers below by ranges of the true value', () => {
    const truth = Array.from({ length: 100 }, (_, i) => i);
    const text = show({ name: 'price', truth, predicted: truth.map((value) => value + (value < 50 ? 1 : -3)) });
    expect(text).toContain('Of 100 predictions half are at most 2.000 off, nine of ten at most 3.000.');
    expect(text).toMatch(/<svg [^>]*role="img"[^>]*>\n<title>P: price<\/title>\n<desc>Predicted over true values of price\. Of 100/);
    const cells = ['10', '4.500', '5.500', '1.000', '1.000'].map((value) => `<td class="number">${value}</td>`).join('');
    expect(text).toContain(`<th scope="row" class="text">0.000 – 9.000</th>${cells}`);
    expect(text.split('<tr><th scope="row"')).toHaveLength(11);
  });

  it('draws some of many, and says how many', () => {
    const truth = Float32Array.from({ length: 20_000 }, (_, i) => i);
    const text = show({ name: 'a', truth, predicted: truth });
    expect(dots(text)).toHaveLength(600);
    expect(text).toContain('Of 20,000 predictions');
    expect(text).toContain('600 of them are drawn.');
    expect(text.length).toBeLessThan(120_000);
  });

  it('draws one value alone, and says that there is none', () => {
    expect(show({ name: 'a', truth: [3], predicted: [3] })).not.toContain('NaN');
    expect(show({ name: 'a', truth: [], predicted: [] })).toBe('<p class="empty">There are no predictions.</p>');
  });

  it('refuses what does not pair up or is not finite', () => {
    expect(() => show({ name: 'a', truth: [1, 2], predicted: [1] })).toThrow(
      'Section `P`: `a` has 2 true values but 1 predictions; give one for each.',
    );
    expect(() => show({ name: 'a', truth: [1], predicted: [Number.NaN] })).toThrow('is 1 in example 0, predicted NaN; both must be finite.');
  });
});
