import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlReport } from './html.ts';
import type { Section } from './sections/index.ts';

/** Elements that have no end. */
const VOID = new Set(['meta', 'img', '!DOCTYPE']);

/** The names of all elements, after making sure that each is closed in its place and no attribute is left open. */
function elements(page: string): string[] {
  const [open, all] = [[] as string[], [] as string[]];
  const markup = page.replace(/<style>.*?<\/style>/s, '');
  const tag = /<(\/?)([!\w]+)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*(\/?)>/g;
  for (const [, end, name = '', , own] of markup.matchAll(tag)) {
    if (end) expect(open.pop()).toBe(name);
    else if (!own && !VOID.has(name)) open.push(name);
    if (!end) all.push(name);
  }
  expect(open).toEqual([]);
  expect(markup.replace(tag, '')).not.toMatch(/[<>]/);
  return all;
}

const page = (...sections: Section[]) => htmlReport({ title: 'Title', sections });
const body = (section: Section) => /<\/h2>\n(.*)\n<\/section>/s.exec(page(section))?.[1] ?? '';
const count = (text: string, part: string) => text.split(part).length - 1;

/** One transparent pixel. */
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

const hostile = '<script>alert("1")</script>\' & <img src=x onerror=y>';
const everyKind = (text: string): Section[] => [
  { kind: 'text', title: text, note: text, paragraphs: [text], code: text },
  { kind: 'facts', title: text, facts: [{ label: text, value: text, detail: text }] },
  { kind: 'table', title: text, caption: text, columns: [{ label: text }, { label: text, format: 'percent' }], rows: [[text, 0.5]] },
  { kind: 'curves', title: text, x: { label: text }, y: { label: text }, series: [{ name: text, runs: [{ x: [0, 1], y: [1, 2] }] }] },
  { kind: 'confusion', title: text, classes: [text, text], matrix: [5, 1, 2, 6] },
  { kind: 'confusion', title: text, classes: Array.from({ length: 21 }, () => text), matrix: new Int32Array(441).fill(1) },
  { kind: 'transfer', title: text, rows: [{ id: text, from: text, dims: [2], outcome: 'moved', reason: text }] },
  {
    kind: 'movement',
    title: text,
    groups: [{ name: text, began: text, moved: 0.1, parameters: [{ id: text, numbers: 2, learnt: true, moved: 0.1 }] }],
  },
  { kind: 'options', title: text, options: { [text]: text, list: [text, { [text]: text }] } },
  { kind: 'gallery', title: text, examples: [{ picture: png, caption: text, name: text, text }] },
  { kind: 'mistakes', title: text, mistakes: [{ picture: png, text, name: text, label: text, predicted: text, probability: 0.9 }] },
  { kind: 'headline', title: text, measures: [measure(text)] },
  { kind: 'reliability', title: text, bins: [{ confidence: 0.9, accuracy: 0.8, count: 10 }], facts: [{ label: text, value: text, detail: text }] },
  { kind: 'predicted', title: text, targets: [{ name: text, truth: [1, 2], predicted: [1.5, 2], labels: [text, text] }] },
  { kind: 'residuals', title: text, targets: [{ name: text, truth: [1, 2], predicted: [1.5, 2] }] },
  { kind: 'map', title: text, groups: [text], maps: [{ name: text, says: text, points: [{ x: 0, y: 1, group: 0, right: false, label: text }] }] },
];
const measure = (text: string) => {
  const estimate = { name: text, value: { estimate: 0.9, low: 0.8, high: 0.95, level: 0.95 } };
  return { label: text, format: 'percent', detail: text, result: estimate, yardsticks: [estimate] } as const;
};

describe('htmlReport', () => {
  it('is one page without scripts or anything to load', () => {
    const text = htmlReport({ title: 'Title', summary: 'Summary.', sections: everyKind('plain'), footer: 'Footer.' });
    expect(text.startsWith('<!DOCTYPE html>\n<html lang="en">')).toBe(true);
    expect(new Set(elements(text))).not.toContain('script');
    expect(text).not.toMatch(/https?:|src="(?!data:image\/png;base64,)|url\(|@import|<link/);
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
    expect(elements(text).filter((name) => name === 'h1')).toHaveLength(1);
    expect(count(text, '<h2 id=')).toBe(16);
    expect(count(text, '<a href="#section-')).toBe(16);
  });

  it('escapes all text, wherever it stands', () => {
    const text = htmlReport({ title: hostile, summary: hostile, sections: everyKind(hostile), footer: hostile });
    expect(elements(text)).not.toContain('script');
    expect(elements(text).filter((name) => name === 'img')).toHaveLength(2);
    expect(elements(text)).toEqual(elements(htmlReport({ title: 'a', summary: 'a', sections: everyKind('a, longer'), footer: 'a' })));
  });

  it('is whole for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        elements(htmlReport({ title: text, sections: everyKind(text) }));
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same file for the same content', () => {
    expect(page(...everyKind('a'))).toBe(page(...everyKind('a')));
  });

  it('does without sections', () => {
    expect(elements(page())).toContain('main');
  });
});

describe('table', () => {
  it('names its columns, rows and itself', () => {
    const columns = [{ label: 'strategy' }, { label: 'accuracy', format: 'percent' }] as const;
    expect(body({ kind: 'table', title: 'Results', columns, rows: [['full', { mean: 0.97, sd: 0.01 }]] })).toMatchInlineSnapshot(`
      "<div class="scroll" role="group" aria-label="Results" tabindex="0"><table>
      <caption class="unseen"><span>Results</span></caption>
      <thead><tr><th scope="col" class="text">strategy</th><th scope="col" class="number">accuracy</th></tr></thead>
      <tbody>
      <tr><th scope="row" class="text">full</th><td class="number">97.00 ± 1.00 %</td></tr>
      </tbody>
      </table></div>"
    `);
  });

  it('draws bars for shares, and for the greatest of other numbers', () => {
    const columns = [{ label: 'way' }, { label: 'accuracy', format: 'percent', bar: true }, { label: 'time', format: 'seconds', bar: true }] as const;
    const rows = [
      ['a', { mean: 0.5, sd: 0.1 }, 10],
      ['b', 1.2, 2.5],
      ['c', undefined, 0],
    ];
    const text = body({ kind: 'table', title: 'T', columns, rows });
    expect([...text.matchAll(/style="--share:([\d.]+)"/g)].map(([, share]) => share)).toEqual(['0.500', '1.000', '1.000', '0.250']);
  });

  it('marks the row that was chosen, in words too', () => {
    const text = body({ kind: 'table', title: 'T', columns: [{ label: 'way' }], rows: [['a'], ['b']], chosen: 1 });
    expect(text).toContain('<tr><th scope="row" class="text">a</th></tr>');
    expect(text).toContain('<tr class="chosen"><th scope="row" class="text">b<span class="chosen-mark"> chosen</span></th></tr>');
  });

  it('says that it is empty', () => {
    expect(body({ kind: 'table', title: 'Results', columns: [{ label: 'a' }], rows: [] })).toBe('<p class="empty">There are no rows.</p>');
  });
});

describe('curves', () => {
  const curves = (...series: (Section & { kind: 'curves' })['series'][number][]) => {
    return body({ kind: 'curves', title: 'Loss', x: { label: 'updates' }, y: { label: 'Loss' }, series });
  };

  it('draws a chart for wide pages and one for narrow ones, with a legend and the numbers', () => {
    const text = curves({ name: 'full', runs: [{ x: [0, 10], y: [2, 1] }] }, { name: 'lp-ft', runs: [{ x: [0, 10], y: [3, 1.5] }] });
    expect(count(text, '<svg viewBox')).toBe(2);
    expect(count(text, '<li>')).toBe(2);
    expect(text).toContain('<th scope="row" class="text">lp-ft</th><td class="number">0 – 10</td><td class="number">3.000</td>');
    expect(text).not.toContain('bands');
  });

  it('explains bands and counts what is left out', () => {
    const text = curves({
      name: 'full',
      runs: [
        { x: [0, 1], y: [1, Number.NaN] },
        { x: [0, 1], y: [2, 3] },
      ],
    });
    expect(text).toContain('full (2 runs)');
    expect(text).toContain('bands reach from the lowest to the highest value');
    expect(text).toContain('Left out, as not finite: 1 of 4 values.');
  });

  it.each([
    ['no series', []],
    ['no runs', [{ name: 'a', runs: [] }]],
    ['no points', [{ name: 'a', runs: [{ x: [], y: [] }] }]],
    ['only NaN', [{ name: 'a', runs: [{ x: [1, 2], y: [Number.NaN, Number.NaN] }] }]],
  ])('says that there is nothing to draw: %s', (_, series) => {
    expect(curves(...series)).toBe('<p class="empty">There is no value to draw.</p>');
  });

  it('draws a single point, and a series without any beside one that has some', () => {
    const text = curves({ name: 'one', runs: [{ x: [10], y: [0.5] }] }, { name: 'none', runs: [] });
    expect(text).not.toContain('NaN');
    expect(count(text, 'class="mark"')).toBe(4);
  });

  it('stays small with 100,000 points', () => {
    const x = Float64Array.from({ length: 100_000 }, (_, i) => i);
    expect(curves({ name: 'long', runs: [{ x, y: x.map(Math.sqrt) }] }).length).toBeLessThan(30_000);
  });

  it('refuses runs whose values do not pair up', () => {
    expect(() => curves({ name: 'a', runs: [{ x: [1, 2], y: [1] }] })).toThrow(
      'Series `a`: a run has 2 values of x and 1 of y; give as many of each.',
    );
  });
});

describe('confusion', () => {
  it('shows counts, recall and precision', () => {
    const text = body({ kind: 'confusion', title: 'C', classes: ['a', 'b', 'c'], matrix: [8, 2, 0, 0, 10, 0, 0, 0, 0] });
    expect(text).toMatchInlineSnapshot(`
      "<div class="scroll" role="group" aria-label="C" tabindex="0"><table class="confusion">
      <caption><span>C: a row for each true class, a column for each predicted one</span></caption>
      <thead><tr><td></td><th scope="col"><span title="a">a</span></th><th scope="col"><span title="b">b</span></th><th scope="col"><span title="c">c</span></th><th scope="col" class="score">Recall %</th></tr></thead>
      <tbody>
      <tr><th scope="row"><span title="a">a</span></th><td class="right" style="--strength:0.916">8</td><td class="wrong" style="--strength:0.558">2</td><td class="none">0</td><td class="score">80.0</td></tr>
      <tr><th scope="row"><span title="b">b</span></th><td class="none">0</td><td class="right" style="--strength:1.000">10</td><td class="none">0</td><td class="score">100.0</td></tr>
      <tr><th scope="row"><span title="c">c</span></th><td class="none">0</td><td class="none">0</td><td class="none">0</td><td class="score">–</td></tr>
      </tbody>
      <tfoot><tr><th scope="row">Precision %</th><td class="score">100.0</td><td class="score">83.3</td><td class="score">–</td><td></td></tr></tfoot>
      </table></div>
      <p class="key"><span class="right">3</span> right, <span class="wrong">2</span> wrong; the stronger the shade, the larger the share of the true class.</p>"
    `);
  });

  it('turns column names that are long', () => {
    expect(body({ kind: 'confusion', title: 'C', classes: ['automobile'], matrix: [1] })).toContain('<table class="confusion turned">');
  });

  it('lists the worst of many classes', () => {
    const n = 100;
    const matrix = new Int32Array(n * n);
    for (let c = 0; c < n; c++) matrix[c * n + c] = 90;
    matrix[7 * n + 42] = 10;
    matrix[8 * n + 43] = 30;
    const text = body({ kind: 'confusion', title: 'C', classes: Array.from({ length: n }, (_, c) => `class ${c}`), matrix });
    expect(text).toContain('100 classes are too many for a matrix; 2 pairs of classes were confused.');
    const first = '<th scope="row" class="text">class 8</th><td class="text">class 43</td><td class="number">30</td><td class="number">25.0 %</td>';
    const second = '<th scope="row" class="text">class 7</th><td class="text">class 42</td><td class="number">10</td><td class="number">10.0 %</td>';
    expect(text.indexOf(first)).toBeGreaterThan(0);
    expect(text.indexOf(second)).toBeGreaterThan(text.indexOf(first));
    expect(count(text, '<tr>')).toBe(1 + 2 + 1 + 20);
  });

  it('refuses a matrix of another size', () => {
    expect(() => body({ kind: 'confusion', title: 'C', classes: ['a', 'b'], matrix: [1, 2, 3] })).toThrow(
      'Section `C`: the confusion matrix has 3 counts; 2 classes need 4.',
    );
  });
});

describe('transfer', () => {
  const moved = (i: number) => ({ id: `layer${i}/weight`, from: `old${i}/weight`, dims: [2, 3], outcome: 'moved' as const });
  const fresh = { id: 'head/weight', dims: [10, 64], outcome: 'fresh' as const, reason: 'the source has 5 classes' };

  it('tells what moved, what did not, and why', () => {
    const text = body({ kind: 'transfer', title: 'T', rows: [moved(1), fresh, { id: 'old/bias', outcome: 'unused', reason: 'no place' }] });
    expect(text).toContain('<strong>1 of 2 parameters moved</strong> (6 of 646 values); 1 new, 1 of the source not used.');
    for (const part of ['→ moved', '+ new', '× not used', 'old1/weight', '[2,\u00a03]', 'the source has 5 classes', 'no place']) {
      expect(text).toContain(part);
    }
  });

  it('folds away what moved in a large model, never what did not', () => {
    const text = body({ kind: 'transfer', title: 'T', rows: [...Array.from({ length: 160 }, (_, i) => moved(i)), fresh] });
    const [open = '', folded = ''] = text.split('<details>');
    expect(open).toContain('head/weight');
    expect(open).not.toContain('layer1/weight');
    expect(folded).toContain('160 that moved');
    expect(folded).toContain('layer159/weight');
  });
});

it('writes options within options by their path', () => {
  const options = { epochs: 20, seeds: [0, 1], optimiser: { name: 'adam', settings: { lr: 1e-3 } }, freeze: undefined, patience: null, none: {} };
  const text = body({ kind: 'options', title: 'O', options });
  const rows = [...text.matchAll(/<th scope="row" class="text">(.*?)<\/th><td class="text">(.*?)<\/td>/g)].map(
    ([, name, value]) => `${name}: ${value}`,
  );
  expect(rows).toEqual(['epochs: 20', 'seeds: 0, 1', 'optimiser.name: adam', 'optimiser.settings.lr: 0.001', 'patience: null', 'none: {}']);
});
