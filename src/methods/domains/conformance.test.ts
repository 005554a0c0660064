// What every method of domain adaptation must do, on small problems made for the purpose; a file of the folder above that is no method fails the first test.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type OptionRecords, resolveOptions } from '../../core/options.ts';
import { stream } from '../../core/rng.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';
import { accuracy, argmaxRows } from '../../score/metrics.ts';
import { domainMethods } from './index.ts';
import { DOMAIN_METHODS, type DomainMethodName } from './names.ts';
import { probabilitiesOf } from './pieces/classifier.ts';
import type { AdaptContext, Adapted, DomainMethod, Domains } from './pieces/domain-method.ts';
import { takeLabelled } from './pieces/known.ts';
import { nearestRows } from './pieces/neighbours.ts';

const [CLASSES, WIDTH] = [3, 6];

interface Problem {
  readonly domains: Domains;
  readonly labels: Int32Array;
}

interface Shift {
  /** Added to the target along the first two features. */
  readonly by?: readonly [number, number];
  /** Factors of the target's features. */
  readonly scale?: readonly number[];
  /** Shares of the classes in the target. */
  readonly shares?: readonly number[];
  readonly noise?: number;
}

/** Three classes at the corners of a triangle; the target's lie elsewhere, are spread otherwise, or are otherwise frequent. */
function problem({ by = [0, 0], scale = [], shares = [1 / 3, 1 / 3, 1 / 3], noise = 0.5 }: Shift): Problem {
  const rows = (count: number, name: string, target: boolean) => {
    const draws = stream(7, name).normals(count * WIDTH);
    const chances = stream(7, name, 'class').uniforms(count);
    const labels = Int32Array.from({ length: count }, (_, i) => {
      if (!target) return i % CLASSES;
      const chance = chances[i] as number;
      return chance < (shares[0] as number) ? 0 : chance < (shares[0] as number) + (shares[1] as number) ? 1 : 2;
    });
    const data = new Float32Array(count * WIDTH);
    for (let i = 0; i < data.length; i++) {
      const [row, d] = [Math.floor(i / WIDTH), i % WIDTH];
      const angle = (2 * Math.PI * (labels[row] as number)) / CLASSES;
      const centre = d === 0 ? 2 * Math.cos(angle) : d === 1 ? 2 * Math.sin(angle) : 0;
      const value = centre + (d < 2 ? noise : 1) * (draws[i] as number);
      data[i] = target ? value * (scale[d] ?? 1) + (d < 2 ? (by[d] as number) : 0) : value;
    }
    return { features: tensor('float32', [count, WIDTH], data), labels };
  };
  const [source, target] = [rows(150, 'source', false), rows(180, 'target', true)];
  return { domains: { source, target: target.features, classes: CLASSES }, labels: target.labels };
}

const contextOf = ({ target }: Domains): AdaptContext => ({ l2: 0.01, seed: 1, neighbours: () => nearestRows(target, 10) });

function run(name: DomainMethodName, domains: Domains, given: Readonly<Record<string, number | boolean | string>> = {}): Promise<Adapted> {
  const method = domainMethods[name] as unknown as DomainMethod<OptionRecords>;
  return method.adapt(domains, resolveOptions(method.options, given, name), contextOf(domains));
}

const right = ({ probabilities }: Adapted, labels: Int32Array) => accuracy(labels, argmaxRows(probabilities, probabilities.length / labels.length));

/** A number of a row: its place, and what it can be made from. */
interface Cell {
  readonly row: number;
  readonly feature: number;
  /** Of the row's class: -1 or 1. */
  readonly sign: number;
  /** By chance. */
  readonly draw: number;
  readonly target: boolean;
}

/** Rows of two classes in turn, in both domains. @param value makes each of their features. */
function twoClasses(kind: 'normals' | 'uniforms', width: number, value: (cell: Cell) => number): Problem {
  const count = 200;
  const rows = (name: string, target: boolean) => {
    const draws = stream(7, 'two classes', name)[kind](count * width);
    const data = Float32Array.from(draws, (draw, i) => {
      const row = Math.floor(i / width);
      return value({ row, feature: i % width, sign: row % 2 ? 1 : -1, draw, target });
    });
    return { features: tensor('float32', [count, width], data), labels: Int32Array.from({ length: count }, (_, row) => row % 2) };
  };
  const [source, target] = [rows('source', false), rows('target', true)];
  return { domains: { source, target: target.features, classes: 2 }, labels: target.labels };
}

/** 12 words that both domains have, 24 of the source alone and 24 of the target alone: rows of a class have every second word more often. */
const words = () =>
  twoClasses('uniforms', 60, ({ feature, sign, draw, target }) => {
    const share = feature % 2 === Number(sign > 0) ? 0.3 : 0.05;
    return Number(draw < share && (feature < 12 || feature < 36 !== target));
  });

/** Ten features tell the classes, the first best, which in the target speaks for the other class: the half without it sets the other half right. */
const oneOpposed = () => twoClasses('normals', 10, ({ feature, sign, draw, target }) => draw + sign * (feature > 0 ? 0.5 : target ? -1 : 1));

/** The first feature tells the classes, with much noise; by the others rows lie in twelve groups, of which the target's are each of one class. */
const groups = () =>
  twoClasses('normals', 13, ({ row, feature, sign, draw, target }) => {
    const group = (target ? row : row >> 1) % 12;
    return feature === 0 ? sign + draw : 0.5 * draw + (feature === 1 + group ? 3 : 0);
  });

/** The outer rows are of class 1: on the whole source no line tells them apart, on the right half, where the target lies, one does. */
function oneSide(): Problem {
  const rows = (count: number, from: number, to: number) => {
    const values = stream(9, `${from}`).uniforms(count);
    const places = Array.from(values, (value) => from + (to - from) * value);
    const data = Float32Array.from(places.flatMap((place) => [place, 3 * Math.sign(place)]));
    return { features: tensor('float32', [count, 2], data), labels: Int32Array.from(places, (place) => Number(Math.abs(place) > 1)) };
  };
  const [source, target] = [rows(200, -2, 2), rows(100, 0.5, 2)];
  return { domains: { source, target: target.features, classes: 2 }, labels: target.labels };
}

/** Three sources side by side, the middle one with its classes the other way round, which no line tells; the target is of the last two. */
function sideBySide() {
  const count = 90;
  const part = (name: string, middles: readonly number[]) => {
    const draws = stream(3, name).normals(2 * count * middles.length);
    const origin = Int32Array.from({ length: count * middles.length }, (_, row) => Math.floor(row / count));
    const labels = origin.map((_, row) => row % 2);
    const data = Float32Array.from({ length: draws.length }, (_, i) => {
      const row = i >> 1;
      const middle = middles[origin[row] as number] as number;
      return i % 2 ? 0.5 * (draws[i] as number) + (labels[row] === Number(middle !== 0) ? 1 : -1) : 0.7 * (draws[i] as number) + middle;
    });
    return { features: tensor('float32', [labels.length, 2], data), labels, origin };
  };
  const [source, target] = [part('sources', [-4, 0, 4]), part('target', [0, 4])];
  return { domains: { source, target: target.features, classes: 2 }, labels: target.labels };
}

/** What each is made for: a shift of the triangle, or a problem of its own. */
const MADE_FOR: Readonly<Record<Exclude<DomainMethodName, 'source-only'>, Shift | (() => Problem)>> = {
  'label-shift': { shares: [0.9, 0.05, 0.05], noise: 1.6 },
  'importance-weights': oneSide,
  'class-weights': { shares: [0.7, 0.3, 0], noise: 1.4 },
  'source-weights': sideBySide,
  'self-training': { by: [1.1, 0] },
  prototypes: { by: [1.1, 0] },
  'label-propagation': groups,
  'log-count-ratio': words,
  msda: words,
  'two-view': oneOpposed,
  coral: { by: [1.5, 1.5], scale: [3, 0.5] },
  'subspace-alignment': { by: [1.5, 1.5] },
  'linear-transport': { by: [1.5, 1.5], scale: [3, 0.5] },
  'optimal-transport': { by: [1.1, 0] },
  mcc: { by: [1.1, 0] },
  shot: { by: [1.1, 0] },
};

/** The target turned about the middle of its classes, and a few of its rows with labels: as many of each class. */
function turned(angle: number, each: number) {
  const { domains, labels } = problem({ noise: 0.9 });
  const { data } = domains.target;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let at = 0; at < data.length; at += WIDTH) {
    const [x, y] = [data[at] as number, data[at + 1] as number];
    data[at] = cos * x - sin * y;
    data[at + 1] = sin * x + cos * y;
  }
  const rows = [0, 1, 2].flatMap((c) => [...labels.keys()].filter((row) => labels[row] === c).slice(0, each));
  return { domains, labels, known: { rows: Int32Array.from(rows), labels: Int32Array.from(rows, (row) => labels[row] as number) } };
}

describe('methods of domain adaptation', () => {
  it('are one for each file of the folder, under its name', () => {
    const files = readdirSync(new URL('.', import.meta.url)).filter(
      (file) => /^[a-z-]+\.ts$/.test(file) && file !== 'index.ts' && file !== 'names.ts',
    );
    expect(files.map((file) => file.replace('.ts', '')).sort()).toEqual([...DOMAIN_METHODS].sort());
    for (const [name, method] of Object.entries(domainMethods)) expect(method.name).toBe(name);
  });

  describe.each([...DOMAIN_METHODS])('%s', (name) => {
    const { domains, labels } = problem({ by: [0.8, 0] });

    it('gives a distribution for each target row, the same each time', async () => {
      const [first, second] = [await run(name, domains), await run(name, domains)];
      expect(first.probabilities).toHaveLength(labels.length * CLASSES);
      for (let row = 0; row < labels.length; row++) {
        const own = first.probabilities.subarray(row * CLASSES, (row + 1) * CLASSES);
        expect(Math.min(...own)).toBeGreaterThanOrEqual(0);
        expect(own.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
      }
      expect(second).toEqual(first);
    });

    it('reads nothing of the target but its features, and labels that are known', async () => {
      const read = new Set<PropertyKey>();
      const watched = new Proxy(domains.target, {
        get: (target, key) => {
          read.add(key);
          return Reflect.get(target, key);
        },
      });
      const watchedDomains = new Proxy(domains, {
        get: (all, key) => {
          read.add(key);
          return key === 'target' ? watched : Reflect.get(all, key);
        },
      });
      await run(name, watchedDomains);
      expect([...read].filter((key) => !['source', 'target', 'classes', 'known', 'dims', 'data', 'dtype'].includes(String(key)))).toEqual([]);
    });

    it('learns from the few labels of the target that are known, but for the source alone', async () => {
      const { domains: own, labels: wanted, known } = turned(1.1, 8);
      const rest = [...wanted.keys()].filter((row) => !known.rows.includes(row));
      const rightOf = ({ probabilities }: Adapted) => {
        const said = argmaxRows(probabilities, CLASSES);
        return rest.filter((row) => said[row] === wanted[row]).length / rest.length;
      };
      const [without, given] = [await run(name, own), await run(name, { ...own, known })];
      if (name === 'source-only') return expect(given).toEqual(without);
      expect(rightOf(given)).toBeGreaterThan(rightOf(without) + 0.02);
      for (const p of given.probabilities) expect(Number.isFinite(p)).toBe(true);
    });

    it('has a linear form that says what it says, where it has one', async () => {
      const { linear, probabilities } = await run(name, domains);
      if (linear) {
        const again = await probabilitiesOf(domains.target, linear);
        expect(Math.max(...again.map((p, i) => Math.abs(p - (probabilities[i] as number))))).toBeLessThan(1e-4);
      }
    });

    it('does no harm where the shift is small', async () => {
      expect(right(await run(name, domains), labels)).toBeGreaterThan(right(await run('source-only', domains), labels) - 0.03);
    });

    it('makes a third fewer mistakes than the source alone on what it is made for', async () => {
      if (name === 'source-only') return;
      const made = MADE_FOR[name];
      const { domains: own, labels: wanted } = typeof made === 'function' ? made() : problem(made);
      const wrong = 1 - right(await run(name, own), wanted);
      expect(wrong).toBeLessThan((2 / 3) * (1 - right(await run('source-only', own), wanted)));
    });
  });

  it.each([
    ['class-weights', { rounds: 0 }],
    ['importance-weights', { power: 0 }],
    ['label-propagation', { alpha: 0 }],
    ['label-shift', { rounds: 0 }],
    ['mcc', { weight: 0 }],
  ] as const)('%s is the source alone at weight 0', async (name, options) => {
    const { domains } = problem({ by: [0.8, 0] });
    const [own, alone] = [await run(name, domains, options), await run('source-only', domains)];
    expect(Math.max(...own.probabilities.map((p, i) => Math.abs(p - (alone.probabilities[i] as number))))).toBeLessThan(1e-5);
  });

  it('optimal transport loses no row, however small the entropy', async () => {
    const { domains, labels } = problem(MADE_FOR['optimal-transport'] as Shift);
    const found = await run('optimal-transport', domains, { entropy: 1e-4 });
    for (let row = 0; row < labels.length; row++)
      expect(found.probabilities.subarray(row * CLASSES, (row + 1) * CLASSES).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    expect(right(found, labels)).toBeGreaterThan(0.9);
  });

  describe('source weights', () => {
    const { domains, labels } = sideBySide();
    const share = (found: Adapted) => right(found, labels);

    it('tell a target that is a mixture of the sources, which neither all rows together nor the mean of their models does', async () => {
      expect(share(await run('source-weights', domains))).toBeGreaterThan(0.93);
      expect(share(await run('source-only', domains))).toBeLessThan(0.8);
      expect(share(await run('source-weights', domains, { power: 0 }))).toBeLessThan(0.8);
      // The likeliest source alone.
      expect(share(await run('source-weights', domains, { power: 1e5 }))).toBeGreaterThan(0.9);
    });

    it('do not go by how many rows a source has, and are the source alone with one', async () => {
      const { source } = domains;
      const few = Int32Array.from(source.origin.keys()).filter((row) => source.origin[row] !== 1 || row % 10 < 2);
      const fewer = takeLabelled(source, few);
      expect(share(await run('source-weights', { ...domains, source: fewer }))).toBeGreaterThan(0.93);
      const { origin: _, ...own } = source;
      const [weighed, alone] = [await run('source-weights', { ...domains, source: own }), await run('source-only', { ...domains, source: own })];
      expect(weighed.probabilities).toEqual(alone.probabilities);
    });
  });

  it.each([...DOMAIN_METHODS])('%s copes with constant features and a class that the source has once', async (name) => {
    const { domains } = problem({});
    const flat = (rows: Tensor<'float32'>) =>
      tensor(
        'float32',
        rows.dims,
        rows.data.map((value, i) => (i % WIDTH === 5 ? 0 : value)),
      );
    const labels = domains.source.labels.map((label, i) => (label === 2 && i > 2 ? 0 : label));
    const { probabilities } = await run(name, {
      ...domains,
      source: { features: flat(domains.source.features), labels },
      target: flat(domains.target),
    });
    expect(probabilities.every((p) => Number.isFinite(p))).toBe(true);
  });
});
