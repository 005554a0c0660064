// What validators say of the candidates of a small adaptation: which have what score, and that those which only tell decide nothing.
import { expect, it } from 'vitest';
import { stream } from '../../core/rng.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';
import { finish } from '../../train/fit.ts';
import { adaptFeatures } from './adapt-features.ts';

/** Three classes at the corners of a triangle; those of the target lie beside. */
function rows(count: number, name: string, beside: number): Tensor<'float32'> {
  const draws = stream(4, name).normals(count * 3);
  const data = draws.map((draw, i) => {
    const [row, d] = [Math.floor(i / 3), i % 3];
    const angle = (2 * Math.PI * (row % 3)) / 3;
    return (d === 0 ? 2 * Math.cos(angle) + beside : d === 1 ? 2 * Math.sin(angle) : 0) + 0.7 * draw;
  });
  return tensor('float32', [count, 3], data as Float32Array<ArrayBuffer>);
}

const domains = {
  views: [{ name: 'own', sources: [rows(90, 'source', 0)], target: rows(60, 'target', 0.8) }],
  labels: Int32Array.from({ length: 90 }, (_, i) => i % 3),
  classes: 3,
};

it('scores candidates by all that they have, in reverse where it is asked to, and chooses the same', async () => {
  const plain = await finish(adaptFeatures(domains, { seed: 1 }));
  const reversed = await finish(adaptFeatures(domains, { seed: 1 }, { reverse: true }));
  expect(plain.choice.ranked.some(({ scores }) => scores.reverse !== undefined)).toBe(false);
  for (const { candidate, scores } of reversed.choice.ranked) {
    expect(scores.mixed !== undefined).toBe(candidate.linear !== undefined);
    expect(scores.reverse).toBe(candidate.reversed);
    expect(Number.isFinite(scores['importance-weighted'])).toBe(true);
    expect(Number.isFinite(scores['deep-embedded'])).toBe(true);
  }
  expect(reversed.candidates.find(({ name }) => name === 'self-training')?.reversed).toBeGreaterThan(0.8);
  expect(reversed.choice.chosen.name).toBe(plain.choice.chosen.name);
  expect(reversed.choice.why).toBe(plain.choice.why);
});

it('weighs rows of the rehearsal by how much likelier they are in the target', async () => {
  const { ground } = await finish(adaptFeatures(domains, { seed: 1, method: 'self-training' }));
  const { rehearsed } = ground;
  const { rows: units } = rehearsed.target;
  // The target lies to the right, and so do the rows that count most.
  const right = Float64Array.from(rehearsed.labels, (_, row) => units.data[3 * row] as number);
  const mean = (of: Float64Array) => of.reduce((sum, value) => sum + value, 0) / of.length;
  const weighted = mean(right.map((value, row) => value * (rehearsed.ratios[row] as number))) / mean(rehearsed.ratios);
  expect(weighted).toBeGreaterThan(mean(right) + 0.05);
});

/** Views of the same rows, the second of which is noise. */
const [own] = domains.views as [(typeof domains.views)[number]];
const noise = { name: 'noise', sources: [rows(90, 'noise', 0)], target: rows(60, 'other noise', 0) };
noise.sources[0]?.data.fill(0, 0, 3 * 45);

it('gives what was asked for by name where there are several views, not what another view left behind', async () => {
  const { choice } = await finish(adaptFeatures({ ...domains, views: [own, noise] }, { seed: 1, method: 'coral' }));
  expect(choice.chosen.name).toBe('coral (own)');
  expect(choice.why).toBe('It was asked for by name.');
});

it('copes with fewer rows of the target than there are classes', async () => {
  const labels = Int32Array.from({ length: 90 }, (_, i) => i % 9);
  const { choice } = await finish(adaptFeatures({ views: [{ ...own, target: rows(6, 'few', 0) }], labels, classes: 9 }, { seed: 1 }));
  expect(choice.chosen.probabilities).toHaveLength(6 * 9);
});

it('refuses what are no views, labels or classes with what they must be', async () => {
  const refused = (given: unknown) => finish(adaptFeatures(given as typeof domains));
  await expect(refused(undefined)).rejects.toThrow('`adaptFeatures` needs `views`');
  await expect(refused({ ...domains, classes: ['a', 'b'] })).rejects.toThrow('`classes` is a list, but must be how many there are');
  await expect(refused({ ...domains, views: [{ name: 'own', source: own.sources[0], target: own.target }] })).rejects.toThrow('must have `sources`');
  await expect(refused({ ...domains, labels: [0, 1] })).rejects.toThrow('`labels` is a list, but must be an Int32Array');
  await expect(refused({ ...domains, labels: new Int32Array() })).rejects.toThrow('has no source rows');
  await expect(refused({ ...domains, views: [own, { ...own, name: 'short', target: rows(50, 'target', 0) }] })).rejects.toThrow(
    'View `short` has 50 target rows and view `own` 60',
  );
  await expect(refused({ ...domains, method: 'coral' })).rejects.toThrow('there is no option `method`');
});
