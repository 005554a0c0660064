import { describe, expect, it } from 'vitest';
import { labelMistakes } from './label-mistakes.ts';

describe('labelMistakes', () => {
  it('tells labels that are swapped, missed and added beside others, with the examples where that could happen', () => {
    // Labels: cloud, rain, snow.
    const truth = [1, 1, 0, 1, 1, 0, 1, 0, 0, 0, 1, 0];
    const given = [1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1];
    expect(labelMistakes(truth, given, 3)).toEqual([
      // Rain is missed in one of the two examples of cloud with rain.
      { kind: 'missed', label: 1, other: 0, count: 1, of: 2 },
      // Snow is added to one of the three clouds without snow.
      { kind: 'added', label: 2, other: 0, count: 1, of: 3 },
      // Rain is taken for snow in one of the three rains without snow.
      { kind: 'swapped', label: 1, other: 2, count: 1, of: 3 },
    ]);
  });

  it('puts the most frequent first, and has none where all is right', () => {
    const truth = [1, 0, 1, 0, 0, 1];
    expect(labelMistakes(truth, [0, 1, 0, 1, 1, 0], 2).map(({ kind, label, count, of }) => [kind, label, count, of])).toEqual([
      ['swapped', 0, 2, 2],
      ['swapped', 1, 1, 1],
    ]);
    expect(labelMistakes(truth, truth, 2)).toEqual([]);
  });

  it('refuses what is no label, and rows that do not pair up', () => {
    expect(() => labelMistakes([0, 2], [0, 1], 2)).toThrow('Label 2 of example 1 is outside 0..1');
    expect(() => labelMistakes([0, 1], [0, 1, 1], 2)).toThrow('There are 2 labels but 3 predictions');
  });
});
