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
