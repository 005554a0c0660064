import { describe, expect, it } from 'vitest';
import { type MapPoint, map } from './map.ts';

const names = (count: number) => Array.from({ length: count }, (_, i) => `class ${i}`);
const show = (points: MapPoint[], groups = names(2)) => {
  return String(map({ kind: 'map', title: 'Features', groups, maps: [{ name: 'PCA', says: 'Both classes lie apart.', points }] }));
};
const places = (text: string) =>
  [...text.matchAll(/<path class="mark"[^>]*translate\(([\d.]+) ([\d.]+)\)/g)].map(([, x, y]) => [Number(x), Number(y)]);
/** Without the legend. */
const figure = (text: string) => text.slice(text.indexOf('<figure>'), text.indexOf('</figure>'));

describe('map', () => {
  it('draws points with one scale for both axes, up where y is greater', () => {
    const text = figure(
      show([
        { x: 0, y: 0, group: 0 },
        { x: 4, y: 1, group: 1 },
        { x: 2, y: 2, group: 1 },
      ]),
    );
    const [a, b, c] = places(text) as [number[], number[], number[]];
    expect([(b[0] as number) - (a[0] as number), (a[1] as number) - (b[1] as number)]).toEqual([452, 113]);
    expect([(c[0] as number) - (a[0] as number), (a[1] as number) - (c[1] as number)]).toEqual([226, 226]);
  });

  it('rings what was predicted wrongly, and says of each point what it is', () => {
    const text = show([
      { x: 0, y: 0, group: 0, right: false, label: 'a.png, taken for class 1' },
      { x: 1, y: 0, group: 1, right: true },
    ]);
    expect(figure(text).match(/class="ring"/g)).toHaveLength(1);
    expect(text).toContain('<title>class 0, a.png, taken for class 1, predicted wrongly</title>');
    expect(text).toContain('<title>class 1</title>');
    expect(text).toContain('</svg> predicted wrongly</li>');
    expect(show([{ x: 0, y: 0, group: 0, right: true }])).not.toContain('predicted wrongly');
  });

  it('tells what it shows to those who cannot see it', () => {
    const text = show([
      { x: 0, y: 0, group: 0, right: false },
      { x: 2, y: 4, group: 0, right: true },
      { x: 9, y: 9, group: 1 },
    ]);
    expect(text).toMatch(/<svg [^>]*role="img"[^>]*>\n<title>Features: PCA<\/title>\n<desc>Both classes lie apart.<\/desc>/);
    const cells = (row: string) => [...row.matchAll(/class="number">(.*?)</g)].map(([, cell]) => cell);
    const [first = '', second = ''] = text.split('<th scope="row" class="text">').slice(1);
    expect(cells(first)).toEqual(['2', '1', '1.00', '2.00', '2.24']);
    expect(cells(second)).toEqual(['1', '–', '9.00', '9.00', '0.00']);
  });

  it('tells twelve groups apart by colour and shape, and leaves smaller ones in the background', () => {
    const points = Array.from({ length: 15 }, (_, group) =>
      Array.from({ length: group === 3 ? 1 : group === 5 ? 2 : 4 }, (_, i) => ({ x: i, y: group, group })),
    ).flat();
    const text = show(points, names(16));
    const looks = [...figure(text).matchAll(/<g class="(\w+)"><title>(.*?)<\/title><path class="mark" d="(.*?)"/g)].map(
      ([, colour, name, shape]) => ({ name, look: `${colour} ${shape}` }),
    );
    const shown = looks.filter(({ look }) => !look.startsWith('rest'));
    expect(new Set(shown.map(({ name }) => name)).size).toBe(12);
    expect(new Set(shown.map(({ look }) => look)).size).toBe(12);
    expect(new Set(looks.filter(({ look }) => look.startsWith('rest')).map(({ name }) => name))).toEqual(new Set(['class 3', 'class 5', 'class 14']));
    expect(text).toContain('</svg> 3 smaller groups</li>');
    expect(text).not.toContain('class 15');
  });

  it('draws points that all lie in one place', () => {
    const text = figure(
      show([
        { x: 3, y: 3, group: 0 },
        { x: 3, y: 3, group: 1 },
      ]),
    );
    expect(places(text)).toEqual([
      [240, 240],
      [240, 240],
    ]);
  });

  it('stays below half a megabyte with 2,000 points', () => {
    const points = Array.from({ length: 2000 }, (_, i) => ({
      x: Math.sin(i),
      y: Math.cos(i * i),
      group: i % 2,
      label: `photos/some-class/picture-${i}.jpg`,
    }));
    expect(show(points).length).toBeLessThan(500_000);
  });

  it('says that there is nothing', () => {
    expect(show([])).toBe('<p class="empty">There are no points.</p>');
  });

  it.each([
    [{ x: Number.NaN, y: 0, group: 0 }, 'Section `Features`, map `PCA`: point 0 lies at (NaN, 0); leave it out, or mend what it comes from.'],
    [{ x: 0, y: 0, group: 2 }, 'Section `Features`, map `PCA`: point 0 is of group 2; there are names for 0..1.'],
  ])('%#: refuses what has no place', (point, message) => {
    expect(() => show([point])).toThrow(message);
  });
});
