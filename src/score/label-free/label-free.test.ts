import { describe, expect, it } from 'vitest';
import { adjustedMutualInformation } from './adjusted-mutual-information.ts';
import { neighbourAgreementOf, voteAgreement } from './agreement.ts';
import { meanEntropy, mutualInformation, neighbourhoodDensity } from './certainty.ts';
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
