import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scaleFor } from './axis.ts';
import { band, MOST_POINTS } from './bands.ts';
import { shortened, spread } from './labels.ts';
import { lineChart } from './line-chart.ts';

describe('band', () => {
  it('takes mean, lowest and highest over the runs at each x', () => {
    const runs = [
      { x: [0, 10], y: [1, 2] },
      { x: [0, 10, 20], y: [3, 6, 5] },
    ];
    expect(band(runs)).toEqual([
      { x: 0, mean: 2, low: 1, high: 3 },
      { x: 10, mean: 4, low: 2, high: 6 },
      { x: 20, mean: 5, low: 5, high: 5 },
    ]);
  });

  it('leaves out what is not finite, and a gap where nothing else is', () => {
    const runs = [
      { x: [0, 1, Number.NaN], y: [Number.NaN, Number.POSITIVE_INFINITY, 1] },
      { x: [0, 1], y: [4, Number.NaN] },
    ];
    expect(band(runs)).toEqual([
      { x: 0, mean: 4, low: 4, high: 4 },
      { x: 1, mean: Number.NaN, low: Number.NaN, high: Number.NaN },
    ]);
  });

  it('thins 100,000 points to a few hundred in order, keeping their mean and a spike', () => {
    const x = Float64Array.from({ length: 100_000 }, (_, i) => i);
    const y = x.map((at) => (at === 50_000 ? 1000 : Math.sin(at / 1e4)));
    const points = band([{ x, y }]);
    expect(points).toHaveLength(MOST_POINTS);
    expect(Math.max(...points.map(({ high }) => high))).toBe(1000);
    points.forEach((point, i) => {
      if (i > 0) expect(point.x).toBeGreaterThan(points[i - 1]?.x ?? 0);
      if (point.high < 1000) expect(point.mean).toBeCloseTo(Math.sin(point.x / 1e4), 2);
    });
  });

  it('has nothing for no runs', () => {
    expect(band([])).toEqual([]);
    expect(band([{ x: [], y: [] }])).toEqual([]);
  });

  it('keeps the mean between lowest and highest', () => {
    const run = fc.array(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.double({ noNaN: true, min: -1e6, max: 1e6 })), { maxLength: 600 });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 3 }), (runs) => {
        const points = band(runs.map((pairs) => ({ x: pairs.map(([x]) => x), y: pairs.map(([, y]) => y) })));
        expect(points.length).toBeLessThanOrEqual(MOST_POINTS);
        for (const { mean, low, high } of points) {
          const rounding = 1e-9 * Math.max(1, Math.abs(low), Math.abs(high));
          expect(mean).toBeGreaterThanOrEqual(low - rounding);
          expect(mean).toBeLessThanOrEqual(high + rounding);
        }
      }),
    );
  });
});

describe('spread', () => {
  it('leaves what is apart where it is', () => {
    expect(spread([50, 10, 90], 15, 0, 100)).toEqual([50, 10, 90]);
  });

  it('keeps labels apart, in order and inside, wherever there is room', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -20, max: 320 }), { minLength: 1, maxLength: 20 }), (wanted) => {
        const placed = spread(wanted, 15, 0, 300);
        const pairs = wanted.map((want, i) => ({ want, at: placed[i] as number })).sort((a, b) => a.at - b.at);
        pairs.forEach(({ want, at }, i) => {
          expect(at).toBeGreaterThanOrEqual(-1e-9);
          expect(at).toBeLessThanOrEqual(300);
          if (i > 0) expect(at - (pairs[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(15 - 1e-9);
          if (i > 0) expect(want).toBeGreaterThanOrEqual(pairs[i - 1]?.want ?? 0);
        });
      }),
    );
  });

  it('shortens by characters, not by halves of them', () => {
    expect(shortened('abc', 3)).toBe('abc');
    expect(shortened('abcd', 3)).toBe('ab…');
    expect(shortened('😀😀😀😀', 3)).toBe('😀😀…');
  });
});

describe('scaleFor', () => {
  const ticks = (...[axis, values, most = 6]: [Parameters<typeof scaleFor>[0], number[], number?]) => {
    return scaleFor(axis, values, [0, 500], most, true).ticks.map(({ text }) => text);
  };

  it.each([
    [ticks({ label: '', format: 'percent' }, [0.12, 0.97], 4), ['0%', '20%', '40%', '60%', '80%', '100%']],
    [ticks({ label: '', format: 'count' }, [0, 2000], 4), ['0', '500', '1,000', '1,500', '2,000']],
    [ticks({ label: '', format: 'count' }, [10]), ['9', '10', '11']],
    [ticks({ label: '', scale: 'log' }, [0.05, 2.4]), ['0.05', '0.1', '0.2', '0.5', '1', '2']],
    [ticks({ label: '', scale: 'log' }, [1e-5, 3, 0, -1, Number.NaN]), ['0.00001', '0.0001', '0.001', '0.01', '0.1', '1']],
    [ticks({ label: '', scale: 'log' }, [0.3, 0.5]), ['0.3', '0.4', '0.5']],
    [ticks({ label: '', scale: 'log' }, [10]), ['5', '6', '7', '8', '9', '10', '20']],
    [ticks({ label: '', scale: 'log' }, [100, 20_000]), ['100', '200', '500', '1,000', '2,000', '5,000', '10,000', '20,000']],
    [ticks({ label: '' }, [0], 2), ['−1', '0', '1']],
    [ticks({ label: '' }, [], 2), ['0.0', '0.5', '1.0']],
  ])('%#: %j', (texts, expected) => {
    expect(texts).toEqual(expected);
  });

  it('shows only what has a place on it', () => {
    const log = scaleFor({ label: '', scale: 'log' }, [1, 100], [0, 200], 4, true);
    expect([0, -1, Number.NaN, 10].map(log.shows)).toEqual([false, false, false, true]);
    expect(log.place(10)).toBeCloseTo(100, 9);
  });
});

describe('lineChart', () => {
  const point = (x: number, y: number) => ({ x, mean: y, low: y, high: y });
  const axes = { title: 'T', description: 'D', x: { label: 'updates' }, y: { label: 'Loss' } } as const;
  const size = { width: 400, height: 200, labels: true };

  it('breaks a line at a gap and marks its last value', () => {
    const points = [point(0, 1), point(1, 2), point(2, Number.NaN), point(3, 4)];
    const svg = String(lineChart({ ...axes, series: [{ name: 'a', points }] }, size));
    const path = /class="line"[^>]* d="([^"]*)"/.exec(svg)?.[1] ?? '';
    expect(path.match(/M/g)).toHaveLength(2);
    expect(svg).toContain('class="mark"');
    expect(svg).not.toContain('NaN');
  });

  it('draws a band only where runs differ', () => {
    const flat = String(lineChart({ ...axes, series: [{ name: 'a', points: [point(0, 1), point(1, 2)] }] }, size));
    expect(flat).not.toContain('class="band"');
    const wide = String(lineChart({ ...axes, series: [{ name: 'a', points: [{ x: 0, mean: 1, low: 0, high: 2 }, point(1, 2)] }] }, size));
    expect(wide).toContain('class="band"');
  });

  it('leaves labels to the legend where there is no room for all', () => {
    const series = Array.from({ length: 40 }, (_, i) => ({ name: `s${i}`, points: [point(0, i)] }));
    expect(String(lineChart({ ...axes, series }, size))).not.toContain('series-label');
    expect(String(lineChart({ ...axes, series: series.slice(0, 3) }, size))).toContain('>s2</text>');
  });

  it('tells what it shows to those who cannot see it', () => {
    const svg = String(lineChart({ ...axes, series: [{ name: 'a', points: [point(0, 1)] }] }, size));
    expect(svg).toMatch(/^<svg [^>]*role="img"[^>]*>\n<title>T<\/title>\n<desc>D<\/desc>/);
  });
});
