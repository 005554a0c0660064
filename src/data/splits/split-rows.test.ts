import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duplicatesBuilder } from '../duplicates/duplicates.ts';
import type { Part } from '../reading/format.ts';
import { type RowSplit, type SplitParts, splitRows } from './split-rows.ts';

const parts = ['train', 'validation', 'test'] as const;

/** Copies of the given pairs. */
function copies(length: number, { same = [], alike = [] }: { same?: readonly [number, number][]; alike?: readonly [number, number][] }) {
  const builder = duplicatesBuilder(length);
  for (const [a, b] of same) builder.same(a, b);
  for (const [a, b] of alike) builder.alike(a, b);
  return builder.finish();
}

/** For each row the part that it is in; each row is in one at most, and lists ascend. */
function partOfRows(split: RowSplit, length: number): (Part | 'leaked')[] {
  const found = new Array<Part | 'leaked' | undefined>(length);
  for (const part of [...parts, 'leaked'] as const) {
    expect(split[part]).toEqual(split[part].slice().sort());
    for (const row of split[part]) {
      expect(found[row]).toBeUndefined();
      found[row] = part;
    }
  }
  return found.map((part, row) => part ?? expect.fail(`row ${row} is in no part`));
}

const counts = (rows: Int32Array, labels: ArrayLike<number>, label: number) => rows.filter((row) => labels[row] === label).length;
const sizes = (split: RowSplit) => parts.map((part) => split[part].length);

it('groups that share copies are in one part, and told', () => {
  const groups = Array.from({ length: 60 }, (_, row) => row >> 1);
  const split = splitRows({ length: 60, groups, duplicates: copies(60, { alike: [[0, 20]], same: [[4, 40]] }), seed: 1 });
  const part = partOfRows(split, 60);
  expect([part[1], part[5]]).toEqual([part[21], part[41]]);
  expect(split.facts).toContain('4 groups share copies with others, and stay with them in one part.');
});

describe('rows without groups', () => {
  it('are divided with the share of every class to within one row, each class in train', () => {
    const labelling = fc.array(fc.nat(6), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(labelling, fc.nat(), (list, seed) => {
        const labels = Int32Array.from(list);
        const split = splitRows({ length: list.length, labels, seed });
        expect(partOfRows(split, list.length)).not.toContain('leaked');
        const wanted = Math.max(1, Math.round(list.length * 0.15));
        for (const label of new Set(list)) {
          const all = counts(Int32Array.from(list.keys()), labels, label);
          expect(counts(split.train, labels, label)).toBeGreaterThan(0);
          for (const part of ['validation', 'test'] as const) {
            const own = counts(split[part], labels, label);
            expect(Math.abs(own - (all * wanted) / list.length)).toBeLessThanOrEqual(1);
            if (all >= 3) expect(own).toBeGreaterThan(0);
          }
          if (all === 2) expect(counts(split.train, labels, label)).toBe(1);
        }
      }),
    );
  });

  it('are 70, 15 and 15 in a hundred, and at most 10,000 to measure by', () => {
    expect(sizes(splitRows({ length: 1000, seed: 1 }))).toEqual([700, 150, 150]);
    expect(sizes(splitRows({ length: 80_000, seed: 1 }))).toEqual([60_000, 10_000, 10_000]);
    expect(sizes(splitRows({ length: 80_000, fractions: { test: 0.2 }, seed: 1 }))).toEqual([54_000, 10_000, 16_000]);
    expect(sizes(splitRows({ length: 100, fractions: { test: 0 }, seed: 1 }))).toEqual([85, 15, 0]);
  });

  it('are drawn at random, the same way for the same seed', () => {
    const drawn = (seed: number) => splitRows({ length: 100, labels: Int32Array.from({ length: 100 }, (_, i) => i % 3), seed });
    expect(drawn(4)).toEqual(drawn(4));
    expect(drawn(4).test).not.toEqual(drawn(5).test);
    const times = new Int32Array(40);
    for (let seed = 0; seed < 1000; seed++) for (const row of splitRows({ length: 40, seed }).test) times[row] = (times[row] as number) + 1;
    // 150 expected, with a standard deviation of 11.3.
    for (const count of times) expect(Math.abs(count - 150)).toBeLessThan(60);
  });

  it('take a target by its quantiles', () => {
    const targets = Float64Array.from({ length: 400 }, (_, i) => Math.exp(((i * 7919) % 400) / 40));
    const { train, validation, test, facts } = splitRows({ length: 400, labels: targets, seed: 3 });
    const ranked = targets.slice().sort();
    for (const rows of [train, validation, test]) {
      for (let tenth = 0; tenth < 10; tenth++) {
        const [low, high] = [ranked[tenth * 40] as number, ranked[tenth * 40 + 39] as number];
        const within = rows.filter((row) => (targets[row] as number) >= low && (targets[row] as number) <= high);
        expect(within.length).toBe(rows.length / 10);
      }
    }
    expect(facts[0]).toBe('From train: validation and test, drawn with the shares of the quantiles of the target with seed 3.');
  });

  it('tell of classes of one row, and of those that a part lacks', () => {
    const labels = Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2);
    expect(splitRows({ length: 11, labels, classes: ['cat', 'dog', 'fox'], seed: 1 })).toMatchObject({
      facts: ['From train: validation and test, drawn with the share of every class with seed 1.', 'Rows: 7 train, 2 validation, 2 test.'],
      warnings: [
        'Class "fox" has one row only, which is in train: nothing measures how well such are told apart.',
        'Class "dog" has no row in test.',
      ],
    });
    expect(splitRows({ length: 1, seed: 1 }).warnings).toEqual([
      'No row is left for validation; give more rows, or more groups.',
      'No row is left for test; give more rows, or more groups.',
    ]);
  });
});

describe('groups and copies', () => {
  it('are never in two parts, and every class is in train', () => {
    const rows = fc.array(fc.record({ label: fc.nat(4), group: fc.option(fc.nat(25)), copyOf: fc.option(fc.nat(99)) }), {
      minLength: 1,
      maxLength: 100,
    });
    fc.assert(
      fc.property(rows, fc.nat(), (list, seed) => {
        const length = list.length;
        const alike = list.flatMap(({ copyOf }, i): [number, number][] => (copyOf !== null && copyOf % 4 === 0 && copyOf < i ? [[copyOf, i]] : []));
        const duplicates = copies(length, { alike });
        const groups = list.map(({ group }) => (group === null ? null : `patient ${group}`));
        const labels = Int32Array.from(list, ({ label }) => label);
        const split = splitRows({ length, labels, groups, duplicates, seed });
        const found = partOfRows(split, length);
        for (const key of new Set(groups)) {
          if (key !== null) expect(new Set(found.filter((_, row) => groups[row] === key)).size).toBe(1);
        }
        for (const { indices } of duplicates.groups) expect(new Set(Array.from(indices, (row) => found[row])).size).toBe(1);
        expect(new Set(Array.from(split.train, (row) => labels[row]))).toEqual(new Set(labels));
        expect(splitRows({ length, labels, groups, duplicates, seed })).toEqual(split);
      }),
    );
  });

  it('keep near the shares', () => {
    // 60 patients with 5 to 24 rows each, of whom every fourth is ill.
    const patients = Array.from({ length: 60 }, (_, p) => ({ rows: 5 + ((p * 7) % 20), label: Number(p % 4 === 0) }));
    const groups = patients.flatMap(({ rows }, p) => Array.from({ length: rows }, () => p));
    const labels = Int32Array.from(groups, (p) => patients[p]?.label ?? 0);
    for (let seed = 0; seed < 20; seed++) {
      const split = splitRows({ length: groups.length, labels, groups, seed });
      expect(split.warnings).toEqual([]);
      for (const [part, share] of [
        ['train', 0.7],
        ['validation', 0.15],
        ['test', 0.15],
      ] as const) {
        for (const label of [0, 1]) {
          const all = labels.filter((own) => own === label).length;
          expect(Math.abs(counts(split[part], labels, label) / all - share)).toBeLessThan(0.06);
        }
      }
    }
  });

  it('give each class a group in each part where it has three, and tell of sizes that come of it', () => {
    const groups = [0, 1, 2, 3, 4, 5].flatMap((group) => new Array<number>(10).fill(group));
    const labels = Int32Array.from(groups, (group) => group % 2);
    const split = splitRows({ length: 60, labels, groups, seed: 2 });
    for (const part of parts) for (const label of [0, 1]) expect(counts(split[part], labels, label)).toBe(10);
    expect(split.facts).toContain('Kept together: groups.');
    expect(split.warnings).toContain('Validation has 20 rows rather than 9, because what belongs together is not divided.');
  });

  it('tell where one group is all there is', () => {
    const { train, warnings } = splitRows({ length: 20, groups: new Int32Array(20), seed: 1 });
    expect(train.length).toBe(20);
    expect(warnings).toHaveLength(2);
  });
});

describe('time', () => {
  it('puts the newest rows into test and those before into validation, and tears no moment apart', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { minLength: 2, maxLength: 200 }), (time) => {
        fc.pre(new Set(time).size > 2);
        const split = splitRows({ length: time.length, time, seed: 1 });
        partOfRows(split, time.length);
        const times = (rows: Int32Array) => Array.from(rows, (row) => time[row] as number);
        const [train, validation, test] = parts.map((part) => times(split[part])) as [number[], number[], number[]];
        expect(Math.max(...train)).toBeLessThan(Math.min(...validation));
        expect(Math.max(...validation)).toBeLessThan(Math.min(...test));
      }),
    );
  });

  it('cuts where the parts come nearest to their shares', () => {
    const daily = Array.from({ length: 100 }, (_, i) => 1e12 + i * 864e5);
    const split = splitRows({ length: 100, time: daily, seed: 1 });
    expect(split).toMatchObject({ test: Int32Array.from({ length: 15 }, (_, i) => 85 + i), warnings: [] });
    expect(split.validation[0]).toBe(70);
    expect(sizes(splitRows({ length: 100, time: daily.map((_, i) => Math.floor(i / 20)), seed: 1 }))).toEqual([60, 20, 20]);
    expect(sizes(splitRows({ length: 100, time: daily.map((_, i) => Number(i > 40)), seed: 1 }))).toEqual([41, 0, 59]);
  });

  it('takes a group with its newest row, and rows without a time for old', () => {
    const time = Array.from({ length: 40 }, (_, i) => (i === 39 ? Number.NaN : i));
    const groups = time.map((_, i) => (i === 0 || i === 38 ? 'a' : null));
    const { train, test, warnings } = splitRows({ length: 40, time, groups, seed: 1 });
    expect(test).toContain(0);
    expect(train).toContain(39);
    expect(warnings).toEqual(['1 row has no time and counts as oldest.']);
  });

  it('refuses a single moment', () => {
    expect(() => splitRows({ length: 3, time: [5, 5, 5], seed: 1 })).toThrow(
      'All rows, or the groups they belong to, are equally new, so they cannot be divided by time; leave out `time`.',
    );
  });
});

describe('given parts', () => {
  const given = (train: number, validation: number, test: number): Part[] => [
    ...new Array<Part>(train).fill('train'),
    ...new Array<Part>(validation).fill('validation'),
    ...new Array<Part>(test).fill('test'),
  ];

  it('are kept, and those that are missing cut from train', () => {
    const both = splitRows({ length: 100, given: given(60, 20, 20), seed: 1 });
    expect(sizes(both)).toEqual([60, 20, 20]);
    expect(both.facts).toEqual(['Given: train, validation, test.', 'Rows: 60 train, 20 validation, 20 test.']);
    const tested = splitRows({ length: 100, given: given(80, 0, 20), seed: 1 });
    expect(sizes(tested)).toEqual([68, 12, 20]);
    expect(tested.test).toEqual(Int32Array.from({ length: 20 }, (_, i) => 80 + i));
    expect(tested.facts[1]).toBe('From train: validation, drawn at random with seed 1.');
    expect(sizes(splitRows({ length: 100, given: given(80, 20, 0), seed: 1 }))).toEqual([68, 20, 12]);
    expect(sizes(splitRows({ length: 100, given: given(100, 0, 0), seed: 1 }))).toEqual([70, 15, 15]);
  });

  it('lose what test has too, from train and from validation, never from test', () => {
    const duplicates = copies(100, {
      same: [
        [3, 95],
        [4, 70],
        [71, 96],
        [5, 6],
      ],
      alike: [
        [7, 97],
        [7, 72],
      ],
    });
    const split = splitRows({ length: 100, given: given(60, 20, 20), duplicates, seed: 1 });
    expect(split.leaked).toEqual(Int32Array.of(3, 4, 7, 71, 72));
    expect(sizes(split)).toEqual([57, 18, 20]);
    expect(split.warnings).toEqual([
      '2 rows of train are in test too (1 exactly, 1 nearly), and taken out of train.',
      '1 row of train is in validation too (1 exactly), and taken out of train.',
      '2 rows of validation are in test too (1 exactly, 1 nearly), and taken out of validation.',
    ]);
  });

  it('never leak, whatever is given', () => {
    const rows = fc.array(fc.record({ part: fc.constantFrom(...parts), copyOf: fc.option(fc.nat(60)) }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(rows, fc.nat(), (list, seed) => {
        const length = list.length;
        const duplicates = copies(length, {
          same: list.flatMap(({ copyOf }, i): [number, number][] => (copyOf !== null && copyOf < i ? [[copyOf, i]] : [])),
        });
        const own = list.map(({ part }) => part);
        const learnable = own.some(
          (part, i) => part === 'train' && own.every((other, j) => other === 'train' || duplicates.groupOf[j] !== duplicates.groupOf[i]),
        );
        fc.pre(learnable);
        const found = partOfRows(splitRows({ length, given: own, duplicates, seed }), length);
        for (const { indices } of duplicates.groups) {
          expect(new Set(Array.from(indices, (row) => found[row]).filter((part) => part !== 'leaked')).size).toBe(1);
        }
        own.forEach((part, row) => {
          if (part === 'test') expect(found[row]).toBe('test');
        });
      }),
    );
  });

  it('tell of groups and classes that do not fit them', () => {
    const labels = Int32Array.from({ length: 100 }, (_, i) => Number(i >= 80));
    const groups = Array.from({ length: 100 }, (_, i) => `patient ${i % 90}`);
    expect(splitRows({ length: 100, given: given(60, 20, 20), labels, groups, seed: 1 }).warnings).toEqual([
      '10 groups are in two of the given parts ("patient 0", "patient 1", "patient 2" and more), so what is measured may flatter.',
      'Class 1 has no row in train and cannot be learnt.',
      'Class 1 has no row in validation.',
      'Class 0 has no row in test.',
    ]);
  });
});

describe('rows that an earlier model has learnt from', () => {
  const learnt = Uint8Array.from({ length: 400 }, (_, i) => Number(i < 100));

  it('stay in train with what belongs to them', () => {
    const groups = Array.from({ length: 400 }, (_, i) => (i % 200 < 150 ? `patient ${i % 200}` : null));
    const split = splitRows({ length: 400, groups, learnt, seed: 1 });
    // Rows 200..299 are of patients whose first rows were learnt from.
    expect([...split.validation, ...split.test].filter((row) => row % 200 < 100)).toEqual([]);
    expect(sizes(split)).toEqual([340, 30, 30]);
    expect(split.facts.at(-1)).toBe(
      'The model to go on from has learnt from 200 of 400 rows, or from copies of them: these are in train, and validation and test cut from the other 200.',
    );
    expect(split.warnings).toEqual([]);
  });

  it('are told where they were given as test, also as a copy', () => {
    const given = Array.from({ length: 400 }, (_, i): Part => (i >= 90 && i < 120 ? 'test' : 'train'));
    const split = splitRows({ length: 400, given, learnt, duplicates: copies(400, { alike: [[95, 110]] }), seed: 1 });
    expect(split.warnings).toEqual([
      'The model to go on from has learnt from 11 of the 30 rows of test, or from copies of them, so what is measured flatters; take them out of test, or train anew, without it.',
    ]);
    expect(split.validation.filter((row) => row < 100)).toHaveLength(0);
  });
});

describe('what is refused', () => {
  const base = { length: 3, seed: 1 };
  it.each<[string, SplitParts, string]>([
    ['no rows', { ...base, length: 0 }, '`splitRows`: `length` (=0) must be a whole number of rows >= 1.'],
    ['labels of another length', { ...base, labels: Int32Array.of(1, 2) }, '`splitRows`: `labels` has 2 values for 3 rows; give one for each row.'],
    ['missing labels', { ...base, labels: Int32Array.of(1, -1, 0) }, 'Row 1 has no label (-1); leave out rows without one before they are divided.'],
    [
      'missing targets',
      { ...base, labels: Float64Array.of(1, 2, Number.NaN) },
      'Row 2 has no label (NaN); leave out rows without one before they are divided.',
    ],
    ['a large fraction', { ...base, fractions: { test: 0.9 } }, 'the fractions 0.15 and 0.9 for validation and test leave nothing for train'],
    ['a negative one', { ...base, fractions: { test: -1 } }, '`splitRows`: `test` (=-1) must be a finite number >= 0 and < 1; its default is 0.15.'],
    ['nothing to train on', { ...base, given: ['test', 'test', 'validation'] }, 'No row is left to train on'],
    ['an unknown part', { ...base, given: ['train', 'dev' as Part, 'test'] }, "Row 1 is given as part 'dev'; parts are train, validation, test."],
    ['an unknown option', { ...base, group: [] } as SplitParts, '`splitRows`: there is no option `group`; '],
  ])('%s', (_, options, message) => {
    expect(() => splitRows(options)).toThrow(message);
  });
});
