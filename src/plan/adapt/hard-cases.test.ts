// Adaptation where it is hard: classes that one of the domains lacks or has hardly any rows of, few rows, features that say nothing. What comes out is never much
// worse than the source's own model; what cannot be learnt from is refused by name.
import { describe, expect, it } from 'vitest';
import { stream } from '../../core/rng.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';
import { takeLabelled } from '../../methods/domains/pieces/known.ts';
import { accuracy, argmaxRows } from '../../score/metrics.ts';
import { finish } from '../../train/fit.ts';
import { adaptFeatures, type FeatureAdaptation } from './adapt-features.ts';

const WIDTH = 4;

interface Rows {
  readonly features: Tensor<'float32'>;
  readonly labels: Int32Array;
}

/** So many rows of each class, which lie at the corners of a triangle, all of them moved by `by` along the first two features. */
function rowsOf(name: string, counts: readonly number[], by = 0, noise = 0.6): Rows {
  const labels = Int32Array.from(counts.flatMap((count, c) => new Array<number>(count).fill(c)));
  const draws = stream(5, name).normals(labels.length * WIDTH);
  const data = Float32Array.from(draws, (draw, i) => {
    const [angle, d] = [(2 * Math.PI * (labels[Math.floor(i / WIDTH)] as number)) / 3, i % WIDTH];
    return noise * draw + (d === 0 ? 2 * Math.cos(angle) + by : d === 1 ? 2 * Math.sin(angle) + by : 0);
  });
  return { features: tensor('float32', [labels.length, WIDTH], data), labels };
}

const adapted = (source: Rows, target: Rows, classes = 3) =>
  finish(adaptFeatures({ views: [{ name: 'own', sources: [source.features], target: target.features }], labels: source.labels, classes }));

/** Shares told rightly by the choice, by the model of the source alone, and by the linear model for rows to come; of one class where it is named. */
function shares({ choice, yardstick, inductive }: FeatureAdaptation, { labels }: Rows, classes = 3, of?: number) {
  const rows = [...labels.keys()].filter((row) => of === undefined || labels[row] === of);
  const truth = rows.map((row) => labels[row] as number);
  const told = (probabilities: Float64Array) => {
    const said = argmaxRows(probabilities, classes);
    return accuracy(
      truth,
      rows.map((row) => said[row] as number),
    );
  };
  return { chosen: told(choice.chosen.probabilities), alone: told(yardstick.probabilities), model: told(inductive) };
}

describe('adaptation of features', () => {
  it('keeps the model of the source where the target has one class, or next to no rows of the others', async () => {
    for (const [counts, classes] of [
      [[120, 0, 0], 3],
      [[300, 2], 2],
    ] as const) {
      const [source, target] = [rowsOf('source', new Array(classes).fill(80)), rowsOf('target', counts, 0.5)];
      const found = await adapted(source, target, classes);
      const { chosen, alone } = shares(found, target, classes);
      expect(alone).toBeGreaterThan(0.97);
      expect(chosen).toBeGreaterThan(alone - 0.02);
      expect(found.choice.why).toContain("the source's own model is kept");
    }
  });

  it('does not take a target of one class for one where the model of the source has collapsed', async () => {
    const [source, target] = [rowsOf('source', [40, 40, 40]), rowsOf('target', [40, 40, 40], 4)];
    const found = await adapted(source, target);
    const { chosen, alone, model } = shares(found, target);
    expect(alone).toBeLessThan(0.7);
    expect(chosen).toBeGreaterThan(0.97);
    expect(model).toBeGreaterThan(0.97);
  });

  it('sees that the model of the source finds one class of two, of which one is four times as frequent in the target', async () => {
    const [source, target] = [rowsOf('source', [100, 100], 0, 0.4), rowsOf('target', [160, 40], 0, 0.4)];
    // From the second class towards the first.
    target.features.data.forEach((value, i, all) => {
      all[i] = value + ([3, -2][i % WIDTH] ?? 0);
    });
    const found = await adapted(source, target, 2);
    const { chosen, alone } = shares(found, target, 2);
    expect(alone).toBe(0.8);
    expect(chosen).toBeGreaterThan(0.95);
    expect(found.choice.why).toContain('is taken to have collapsed there: it finds 1.0 classes');
  });

  it('does no harm where the classes are otherwise frequent in the target, and nothing else differs', async () => {
    const [source, target] = [rowsOf('source', [160, 160, 80], 0, 1), rowsOf('target', [40, 80, 280], 0, 1)];
    const found = await adapted(source, target);
    const { chosen, alone } = shares(found, target);
    expect(chosen).toBeGreaterThan(alone - 0.01);
    // Corrected in the units of the source: those of each domain do away with the balance.
    const { probabilities } = found.candidates.find(({ name }) => name === 'label-shift') as (typeof found.candidates)[number];
    const said = argmaxRows(probabilities, 3);
    expect(accuracy(target.labels, said)).toBeGreaterThan(alone - 0.01);
  });

  it('comes to about the same whatever the order of the rows is', async () => {
    const sorted = rowsOf('source', [100, 100], 0, 1.2);
    const order = Int32Array.from({ length: 200 }, (_, i) => (i % 2) * 100 + Math.floor(i / 2));
    const alternating = takeLabelled(sorted, order);
    const target = rowsOf('target', [100, 100], 0.3, 1.2);
    const found = [await adapted(sorted, target, 2), await adapted({ features: alternating.features, labels: alternating.labels }, target, 2)];
    const rehearsed = found.map(({ choice }) => choice.ranked[0]?.rehearsal as number);
    expect(Math.abs((rehearsed[0] as number) - (rehearsed[1] as number))).toBeLessThan(0.06);
  });

  it('does not find a class that the target lacks', async () => {
    const [source, target] = [rowsOf('source', [50, 50, 50]), rowsOf('target', [70, 70, 0], 0.5)];
    const { chosen, alone } = shares(await adapted(source, target), target);
    expect(chosen).toBeGreaterThan(Math.max(0.95, alone - 0.01));
  });

  it('does no harm where the source has 300 rows of one class and 2 of the other', async () => {
    const [source, target] = [rowsOf('source', [300, 2]), rowsOf('target', [60, 60], 0.3)];
    const found = await adapted(source, target, 2);
    expect(shares(found, target, 2).chosen).toBeGreaterThan(shares(found, target, 2).alone - 0.01);
    expect(shares(found, target, 2, 0).chosen).toBeGreaterThan(0.95);
  });

  it('learns from one row of each class, and says something of five rows', async () => {
    const [one, target] = [rowsOf('source', [1, 1, 1], 0, 0.2), rowsOf('target', [40, 40, 40], 0.2)];
    expect(shares(await adapted(one, target), target).chosen).toBeGreaterThan(0.9);
    const five = rowsOf('target', [2, 2, 1], 0.3, 0.3);
    expect(shares(await adapted(rowsOf('source', [40, 40, 40]), five), five).chosen).toBe(1);
  });

  it('says of the source itself what its own model says', async () => {
    const source = rowsOf('source', [60, 60, 60]);
    const found = await adapted(source, source);
    expect(shares(found, source).chosen).toBeGreaterThan(shares(found, source).alone - 0.01);
    expect(found.mismatch.mmd).toBeLessThan(0.01);
    expect(found.mismatch.aDistance).toBeLessThan(0.3);
  });

  it('says which class is most frequent where all rows are the same', async () => {
    const flat = (rows: Rows): Rows => ({
      ...rows,
      features: tensor(
        'float32',
        rows.features.dims,
        rows.features.data.map(() => 3),
      ),
    });
    const found = await adapted(flat(rowsOf('source', [20, 30, 10])), flat(rowsOf('target', [10, 10, 10])));
    expect(new Set(argmaxRows(found.choice.chosen.probabilities, 3))).toEqual(new Set([1]));
    for (const { probabilities } of found.candidates) expect(probabilities.every(Number.isFinite)).toBe(true);
  });

  it('is not led astray by a few values far outside of all others, in either domain', async () => {
    const [source, target] = [rowsOf('source', [40, 40, 40], 0, 0.8), rowsOf('target', [30, 30, 30], 1.5, 0.8)];
    const clean = shares(await adapted(source, target), target);
    expect(clean.chosen).toBeGreaterThan(clean.alone + 0.2);
    const slips = (rows: Rows, size: number): Rows => {
      const data = rows.features.data.slice();
      for (const at of [3 * WIDTH, 40 * WIDTH + 1, 80 * WIDTH]) data[at] = size;
      return { ...rows, features: tensor('float32', rows.features.dims, data) };
    };
    for (const [from, to] of [
      [source, slips(target, 50)],
      [slips(source, -1e4), target],
    ] as const) {
      const { chosen, model } = shares(await adapted(from, to), target);
      expect(chosen).toBeGreaterThan(clean.chosen - 0.04);
      expect(model).toBeGreaterThan(clean.chosen - 0.08);
    }
  });

  it('refuses a source of one class', async () => {
    await expect(adapted(rowsOf('source', [0, 20]), rowsOf('target', [10, 10]))).rejects.toThrow(
      'All source rows are of class 1; give rows of two classes or more.',
    );
  });
});
