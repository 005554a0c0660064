import { describe, expect, it } from 'vitest';
import { residuals } from './residuals.ts';

const show = (truth: ArrayLike<number>, predicted: ArrayLike<number>) =>
  String(residuals({ kind: 'residuals', title: 'R', targets: [{ name: 'price', truth, predicted }] }));
const counts = (text: string) => [...text.matchAll(/<rect class="bar"[^>]*><title>[^:]*: ([\d,]+)</g)].map(([, count]) => Number(count));

describe('residuals', () => {
  it('counts each error once, in bars as high as they are full', () => {
    const errors = Array.from({ length: 200 }, (_, i) => (i % 20) - 10);
    const text = show(new Float32Array(200), errors);
    expect(counts(text).reduce((sum, count) => sum + count, 0)).toBe(200);
    const heights = [...text.matchAll(/<rect class="bar"[^>]* height="([\d.]+)"/g)].map(([, height]) => Number(height));
    const full = counts(text);
    const highest = Math.max(...full);
    heights.forEach((height, i) => {
      expect(height / Math.max(...heights)).toBeCloseTo((full[i] as number) / highest, 2);
    });
    expect(text).toContain('class="guide"');
  });

  it('says in words which way and how far, with quantiles below', () => {
    const text = show([0, 0, 0, 0, 0], [1, 2, 3, 4, 5]);
    expect(text).toContain('On average 3.000 too high; half of the errors lie between 2.000 and 4.000.');
    expect(text).toContain('<th scope="row" class="text">price</th><td class="number">1.200</td><td class="number">2.000</td>');
    expect(text).toMatch(/<svg [^>]*role="img"[^>]*>\n<title>R: price<\/title>\n<desc>Bars of the errors of price\. On average/);
    expect(show([5, 5], [1, 3])).toContain('On average 3.000 too low');
  });

  it('does not let one wild error press all others into one bar, and tells of it', () => {
    const errors = Array.from({ length: 1000 }, (_, i) => (i === 500 ? -1e6 : Math.sin(i)));
    const text = show(new Float32Array(1000), errors);
    expect(counts(text).filter((count) => count > 10).length).toBeGreaterThan(20);
    expect(counts(text).reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect(text).toContain('errors that lie further out, up to −1,000,000.');
  });

  it('draws errors that are all the same, and says that there are none', () => {
    expect(counts(show([1, 2], [1, 2]))).toEqual([2]);
    expect(show([], [])).toBe('<p class="empty">There are no predictions.</p>');
  });
});
