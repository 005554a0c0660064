import { describe, expect, it } from 'vitest';
import { stream } from '../../core/rng.ts';
import { argmaxRows } from '../metrics.ts';
import { softmaxRows } from '../probabilities.ts';
import { summarise } from '../summary.ts';
import { adjustedMutualInformation } from './adjusted-mutual-information.ts';
import { neighbourAgreementOf, voteAgreement } from './agreement.ts';
import { meanEntropy, mutualInformation, neighbourhoodDensity } from './certainty.ts';
import { deepEmbeddedRisk } from './deep-embedded.ts';
import { densityRatios, importanceWeightedRisk } from './importance-weighted.ts';
import { mixedAgreement } from './mixed.ts';
import { simplifiedSilhouette } from './silhouette.ts';

describe('agreement', () => {
  it('counts neighbours of the same predicted class', () => {
    expect(neighbourAgreementOf([0, 0, 1, 1], [1, 2, 0, 3, 3, 0, 2, 1])).toBe(4 / 8);
    expect(() => neighbourAgreementOf([0, 1], [1])).toThrow('1 neighbours for 2 rows');
  });

  it('counts rows that are predicted as the vote has them', () => {
    expect(voteAgreement([0, 1, 2, 2], [0, 1, 1, 2])).toBe(0.75);
    expect(() => voteAgreement([0], [0, 1])).toThrow('1 predictions but 2 votes');
  });
});

describe('certainty', () => {
  const sure = [1, 0, 0, 1];
  const unsure = [0.5, 0.5, 0.5, 0.5];

  it('is the entropy of each row', () => {
    expect(meanEntropy(sure, 2)).toBe(0);
    expect(meanEntropy(unsure, 2)).toBeCloseTo(Math.log(2), 12);
  });

  it('wants classes balanced too', () => {
    expect(mutualInformation(sure, 2)).toBeCloseTo(Math.log(2), 12);
    expect(mutualInformation([1, 0, 1, 0], 2)).toBe(0);
    expect(mutualInformation(unsure, 2)).toBeCloseTo(0, 12);
  });

  it('is dense where rows are like many others', () => {
    const grouped = [0.9, 0.1, 0.9, 0.1, 0.9, 0.1, 0.1, 0.9, 0.1, 0.9, 0.1, 0.9];
    const spread = [0.99, 0.01, 0.8, 0.2, 0.6, 0.4, 0.4, 0.6, 0.2, 0.8, 0.01, 0.99];
    expect(neighbourhoodDensity(grouped, 2)).toBeCloseTo(Math.log(2), 2);
    expect(neighbourhoodDensity(grouped, 2)).toBeGreaterThan(neighbourhoodDensity(spread, 2));
  });
});

describe('adjusted mutual information', () => {
  it('is what scikit-learn 1.7 computes', () => {
    const a = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3];
    const b = [1, 1, 1, 1, 2, 1, 2, 2, 2, 2, 3, 1, 3, 3, 3, 2, 2];
    expect(adjustedMutualInformation(a, b)).toBeCloseTo(0.27821, 5);
    expect(adjustedMutualInformation(b, a)).toBeCloseTo(0.27821, 5);
  });

  it('does not mind what groups are called, and is 0 where one says nothing', () => {
    expect(adjustedMutualInformation([0, 0, 1, 1], [5, 5, 3, 3])).toBeCloseTo(1, 12);
    expect(adjustedMutualInformation([0, 0, 0, 0], [0, 1, 2, 3])).toBeCloseTo(0, 12);
    expect(adjustedMutualInformation([0, 0], [1, 1])).toBe(1);
    expect(() => adjustedMutualInformation([0], [0, 1])).toThrow('of 1 and 2 rows');
  });
});

describe('simplified silhouette', () => {
  it('is near 1 for groups that lie apart, below 0 for rows in the wrong ones', () => {
    const rows = new Float32Array([0, 0, 0, 1, 10, 0, 10, 1]);
    expect(simplifiedSilhouette(rows, 2, [0, 0, 1, 1], 2)).toBeCloseTo(0.95, 2);
    expect(simplifiedSilhouette(rows, 2, [0, 1, 0, 1], 2)).toBeLessThan(0.1);
    expect(simplifiedSilhouette(rows, 2, [0, 0, 0, 0], 2)).toBe(0);
  });
});

describe('the importance-weighted risk', () => {
  it('weighs rows by how much likelier they are in the target', () => {
    // Two kinds of rows, as many of each in the source, four times as many of the first in the target; the model errs on the second.
    const ratios = densityRatios(Float64Array.of(Math.log(0.8 / 0.5), Math.log(0.2 / 0.5)), 100, 100);
    expect(importanceWeightedRisk([0, 1], ratios)).toBeCloseTo(0.2, 12);
    expect(() => importanceWeightedRisk([], [])).toThrow('the losses are empty');
    expect(() => importanceWeightedRisk([0, 1], [1])).toThrow('2 losses but 1 density ratios');
  });

  it('takes odds as those of domains with as many rows as were learnt from', () => {
    // Of rows that are as likely in both domains, a target of three times as many rows has three in four.
    expect(densityRatios(Float64Array.of(Math.log(3)), 50, 150)[0]).toBeCloseTo(1, 12);
  });
});

describe('the deep embedded risk', () => {
  it('is what NumPy has of its formula', () => {
    const [losses, ratios] = [
      [0.2, 1.1, 0.4, 2, 0.3],
      [0.5, 2, 0.1, 1.5, 0.7],
    ];
    expect(deepEmbeddedRisk(losses, ratios)).toBeCloseTo(1.1730936454849499, 12);
    expect(importanceWeightedRisk(losses, ratios)).toBeCloseTo(1.11, 12);
  });

  it('is not misled by ratios where all losses are the same, nor where all ratios are', () => {
    expect(deepEmbeddedRisk([0.3, 0.3, 0.3], [5, 0.1, 2])).toBeCloseTo(0.3, 12);
    expect(deepEmbeddedRisk([0, 1], [0.5, 0.5])).toBe(0.25);
    expect(() => deepEmbeddedRisk([0], [])).toThrow('1 losses but 0 density ratios');
  });

  it('varies less than the weighted risk from draw to draw', () => {
    const risks = Array.from({ length: 200 }, (_, draw) => {
      const rows = stream(5, 'draws', draw).uniforms(60);
      // The source is uniform, the target's density 2 x; the loss is x^2, and the risk 1/2.
      const [losses, ratios] = [rows.map((x) => x * x), rows.map((x) => 2 * x)];
      return [importanceWeightedRisk(losses, ratios), deepEmbeddedRisk(losses, ratios)] as const;
    });
    const [weighted, embedded] = [summarise(risks.map(([risk]) => risk)), summarise(risks.map(([, risk]) => risk))];
    expect(weighted.mean).toBeCloseTo(0.5, 1);
    expect(embedded.mean).toBeCloseTo(0.5, 1);
    expect(embedded.sd).toBeLessThan(weighted.sd / 2);
  });
});

describe('mixed rows', () => {
  const [classes, width, length] = [3, 4, 60];
  const [rows, weights] = [stream(1, 'rows').normals(length * width), stream(1, 'weights').normals(width * classes)];
  const partners = stream(1, 'partners').permutation(length);
  const scoresOf = (row: (d: number) => number) =>
    Array.from({ length: classes }, (_, c) => {
      let sum = 0.1 * c;
      for (let d = 0; d < width; d++) sum += row(d) * (weights[d * classes + c] as number);
      return sum;
    });
  const at = (i: number) => (d: number) => rows[i * width + d] as number;
  const own = argmaxRows(Array.from({ length }, (_, i) => scoresOf(at(i))).flat(), classes);
  const mixed = argmaxRows(Array.from({ length }, (_, i) => scoresOf((d) => 0.55 * at(i)(d) + 0.45 * at(partners[i] as number)(d))).flat(), classes);

  it('are predicted by a linear model as its probabilities say, mixed', () => {
    const probabilities = softmaxRows(Float32Array.from(Array.from({ length }, (_, i) => scoresOf(at(i))).flat()), classes);
    const apart = Array.from(own.keys()).filter((i) => own[i] !== own[partners[i] as number]);
    expect(apart.length).toBeGreaterThan(length / 3);
    const expected = apart.filter((i) => mixed[i] === own[i]).length / apart.length;
    expect(expected).toBeLessThan(0.9);
    expect(mixedAgreement(probabilities, classes, partners)).toBeCloseTo(expected, 12);
  });

  it('of one class are always predicted to be of it', () => {
    const together = Array.from(own.keys()).filter((i) => own[i] === own[partners[i] as number]);
    expect(together.length).toBeGreaterThan(5);
    expect(together.every((i) => mixed[i] === own[i])).toBe(true);
  });

  it('say nothing where one class is predicted alone', () => {
    expect(mixedAgreement([0.9, 0.1, 0.8, 0.2], 2, [1, 0])).toBe(0);
    expect(() => mixedAgreement([0.9, 0.1], 2, [1, 0])).toThrow('1 rows but 2 partners');
  });
});
