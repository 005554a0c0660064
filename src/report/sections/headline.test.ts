import { describe, expect, it } from 'vitest';
import { type HeadlineMeasure, headline } from './headline.ts';

const accuracy: HeadlineMeasure = {
  label: 'Accuracy',
  format: 'percent',
  digits: 1,
  detail: '360 test images',
  result: { name: 'lp-ft', value: { estimate: 0.95, low: 0.925, high: 0.97, level: 0.95 } },
  yardsticks: [
    { name: 'linear probe', value: { estimate: 0.9, low: 0.87, high: 0.93, level: 0.95 } },
    { name: 'majority class', value: 0.1 },
  ],
};
const show = (...measures: HeadlineMeasure[]) => String(headline({ kind: 'headline', title: 'Result', measures }));
/** Where the figure's dots stand, in percent of its width. */
const dots = (text: string) => [...text.matchAll(/<circle class="mark" cx="([\d.]+)%"/g)].map(([, at]) => Number(at));

describe('headline', () => {
  it('shows the number with its interval, and all beside each other', () => {
    const text = show(accuracy);
    expect(text).toContain('<dt>Accuracy</dt><dd class="value">95.0 %</dd><dd>95 % interval 92.5 – 97.0 %; 360 test images</dd>');
    expect(text).toContain('<tr class="chosen"><th scope="row" class="text">lp-ft</th>');
    expect(text).toContain('<td class="number">90.0 %<span class="ends">87.0 – 93.0 %</span></td>');
    expect(text).toContain('<td class="number">10.0 %</td>');
  });

  it('places dots on one axis, at their values', () => {
    const text = show(accuracy);
    // The axis reaches from 0 to 100 %.
    expect(dots(text)).toEqual([95, 90, 10]);
    expect(text).toContain('<line class="line" x1="92.50%" x2="97.00%"');
    expect(text.match(/class="line"/g)).toHaveLength(2);
    expect(text.match(/class="guide" x1="95.00%"/g)).toHaveLength(3);
  });

  it('has no figure where there is nothing beside the result', () => {
    const text = show({ label: 'Macro F1', result: { name: 'lp-ft', value: 0.9512 } }, { ...accuracy, yardsticks: [] });
    expect(text).toContain('<dd class="value">0.951</dd></div>');
    expect(text).not.toContain('<table');
  });

  it('says that nothing was measured', () => {
    expect(show()).toBe('<p class="empty">Nothing was measured.</p>');
  });

  it('refuses what cannot be drawn', () => {
    const wrong = { ...accuracy, yardsticks: [{ name: 'from scratch', value: Number.NaN }] };
    expect(() => show(wrong)).toThrow('Section `Result`: the value of `from scratch` holds NaN; leave it out where it is not known.');
  });
});
