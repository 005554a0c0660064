import { describe, expect, it } from 'vitest';
import { loadOptdigits } from '../data/sets/optdigits.ts';
import { neighbourAgreement, trustworthiness } from './neighbours.ts';
import { principalComponents } from './pca.ts';
import { tsne } from './tsne.ts';

const all = await loadOptdigits();
/** The first images, `[count, 64]`. */
const digits = (count: number) => Float32Array.from((all.inputs.data as Uint8Array).subarray(0, count * 64));

const points = digits(400);
const seen: number[] = [];
const { places, divergence, perplexity } = await tsne(points, 64, { onProgress: (done, of) => seen.push(done / of) });

describe('on 400 images of optdigits', () => {
  const groups = (all.labels as Int32Array).subarray(0, 400);

  it('keeps neighbours together, better than the principal components', () => {
    const plane = principalComponents(points, 64, 2).places;
    expect(trustworthiness(points, 64, places)).toBeGreaterThan(0.97);
    expect(trustworthiness(points, 64, plane)).toBeLessThan(0.9);
  });

  it('lays digits apart without knowing them, nearly as well as in all dimensions', () => {
    const whole = neighbourAgreement(points, 64, groups);
    expect(neighbourAgreement(places, 2, groups)).toBeGreaterThan(whole - 0.02);
    expect(neighbourAgreement(principalComponents(points, 64, 2).places, 2, groups)).toBeLessThan(whole - 0.2);
  });

  it('says how far it came, at each step', () => {
    expect(seen).toHaveLength(750);
    expect(seen[0]).toBeCloseTo(1 / 750, 12);
    expect(seen.at(-1)).toBe(1);
  });

  it('has made the divergence small', () => {
    expect(perplexity).toBe(30);
    expect(divergence).toBeGreaterThan(0.2);
    expect(divergence).toBeLessThan(0.8);
  });
});

it('gives the same map for the same points', async () => {
  const [a, b] = [await tsne(digits(60), 64, { iterations: 60 }), await tsne(digits(60), 64, { iterations: 60 })];
  expect(a).toEqual(b);
});

it('is a descent: more steps make the divergence smaller', async () => {
  const after = async (iterations: number) => (await tsne(digits(100), 64, { iterations, perplexity: 10 })).divergence;
  expect(await after(300)).toBeLessThan(await after(30));
});

it.each([
  ['four points', Float32Array.of(0, 1, 5, 6), 1],
  ['points that are all the same', new Float32Array(40).fill(3), 2],
  ['many equal points beside one', Float32Array.of(...new Array(39).fill(1), 9), 1],
  ['huge numbers', Float32Array.from({ length: 40 }, (_, i) => 1e15 * Math.sin(i)), 2],
  ['tiny numbers', Float32Array.from({ length: 40 }, (_, i) => 1e-15 * Math.sin(i)), 2],
])('maps %s', async (_, odd, columns) => {
  const map = await tsne(odd, columns, { iterations: 100 });
  expect(map.places).toHaveLength((2 * odd.length) / columns);
  expect(map.places.every(Number.isFinite)).toBe(true);
  expect(Number.isFinite(map.divergence)).toBe(true);
});

it('lets others have their turn while it works', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await tsne(digits(200), 64, { iterations: 50 });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
});

it('stops when it is told to', async () => {
  const controller = new AbortController();
  const onProgress = (done: number) => done === 3 && controller.abort();
  await expect(tsne(digits(50), 64, { signal: controller.signal, onProgress })).rejects.toMatchObject({ code: 'aborted' });
  await expect(tsne(digits(50), 64, { signal: AbortSignal.abort() })).rejects.toThrow('t-SNE was stopped before its map was done.');
});

it.each([
  [() => tsne(new Float32Array(6), 2), 't-SNE takes 4 to 2000 points, not 3; show so few by their principal components.'],
  [() => tsne(new Float32Array(2001), 1), 't-SNE takes 4 to 2000 points, not 2001; draw a sample.'],
  [
    () => tsne(new Float32Array(20), 2, { perplexity: 5 }),
    '`perplexity` (=5) must be at most a third of the other points; for 10 points at most 3.0.',
  ],
  [() => tsne(new Float32Array(20), 2, { iterations: 0 }), '`iterations` (=0) must be an integer >= 1'],
  [() => tsne(Float32Array.of(1, 2, 3, Number.NaN), 1), 'A value of example 3 is NaN'],
])('%#: refuses what it cannot do', async (act, message) => {
  await expect(act()).rejects.toThrow(message);
});
