import { describe, expect, it } from 'vitest';
import { type MovedGroup, movement } from './movement.ts';

const show = (...groups: MovedGroup[]) => String(movement({ kind: 'movement', title: 'M', groups }));
const stem: MovedGroup = { name: 'stem', began: 'net', parameters: [{ id: 'stem/weight', numbers: 1000, learnt: false, moved: 0 }], kept: 2 };
const body: MovedGroup = { name: 'body', began: 'net', moved: 0.002, parameters: [{ id: 'body/weight', numbers: 500, learnt: true, moved: 0.002 }] };
const head: MovedGroup = {
  name: 'head',
  began: 'linear probe',
  moved: 0.1,
  parameters: [
    { id: 'head/weight', numbers: 20, learnt: true, moved: 0.1 },
    { id: 'head/bias', numbers: 2, learnt: true },
  ],
};

describe('movement', () => {
  it('says how much learnt, what was frozen and what moved most', () => {
    expect(show(stem, body, head)).toContain(
      '<strong>522 of 1,522 numbers learnt.</strong> Frozen: stem. 2 running statistics stayed as they were. head moved most, by 10.00\u00a0% of its length.',
    );
    expect(show(body)).toContain('No layer was frozen.');
  });

  it('has a row for each group, with a bar as long as it moved', () => {
    const text = show(stem, body, head);
    expect(text).toContain(
      '<th scope="row" class="text">stem</th><td class="text">net</td><td class="number">1,000</td><td class="number">0</td><td class="number">–</td>',
    );
    expect(text).toContain('<td class="number" style="--share:0.020">0.20</td>');
    expect(text).toContain('<td class="number" style="--share:1.000">10.00</td>');
  });

  it('folds the parameters away, with the fate of each', () => {
    const [, folded = ''] = show(stem, body, head).split('<details><summary>4 parameters</summary>');
    expect(folded).toContain('stem/weight</th><td class="number">1,000</td><td class="text">frozen</td><td class="number">–</td>');
    expect(folded).toContain('head/weight</th><td class="number">20</td><td class="text">learnt</td><td class="number">10.00</td>');
    // What was 0 has no length to compare with.
    expect(folded).toContain('head/bias</th><td class="number">2</td><td class="text">learnt</td><td class="number">–</td>');
  });

  it('says that there is nothing', () => {
    expect(show()).toBe('<p class="empty">There were no parameters.</p>');
  });
});
