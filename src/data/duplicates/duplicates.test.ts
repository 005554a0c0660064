import { describe, expect, it } from 'vitest';
import { duplicatesBuilder, labelConflicts } from './duplicates.ts';

/** Rows 1, 4 and 6 hold the same, 2 nearly what 6 does; 3 and 5 nearly the same. */
function found() {
  const builder = duplicatesBuilder(8);
  builder.same(4, 6);
  builder.alike(3, 5);
  builder.alike(2, 6);
  builder.same(1, 4);
  return builder.finish();
}

describe('duplicatesBuilder', () => {
  it('puts copies of copies into one group', () => {
    expect(found()).toEqual({
      contentOf: Int32Array.of(0, 1, 2, 3, 1, 5, 1, 7),
      groupOf: Int32Array.of(0, 1, 1, 3, 1, 3, 1, 7),
      groups: [
        { indices: Int32Array.of(1, 2, 4, 6), kind: 'near' },
        { indices: Int32Array.of(3, 5), kind: 'near' },
      ],
      facts: [],
    });
  });

  it('calls a group exact where all of it is', () => {
    const builder = duplicatesBuilder(3);
    builder.same(0, 2);
    builder.alike(2, 0);
    expect(builder.together(0, 2)).toBe(true);
    expect(builder.together(0, 1)).toBe(false);
    expect(builder.finish(['So it is.'])).toMatchObject({ groups: [{ indices: Int32Array.of(0, 2), kind: 'exact' }], facts: ['So it is.'] });
  });
});

describe('labelConflicts', () => {
  it('tells of exact copies first, and of near ones where those agree', () => {
    expect(labelConflicts(found(), [0, 1, 2, 5, 3, 4, 1, 0])).toEqual([
      { indices: Int32Array.of(1, 4, 6), kind: 'exact', labels: [1, 3] },
      { indices: Int32Array.of(3, 5), kind: 'near', labels: [4, 5] },
    ]);
    expect(labelConflicts(found(), Int32Array.of(0, 1, 2, 5, 1, 5, 1, 0))).toEqual([
      { indices: Int32Array.of(1, 2, 4, 6), kind: 'near', labels: [1, 2] },
    ]);
  });

  it('takes a missing target for none', () => {
    expect(labelConflicts(found(), Float64Array.of(0, 1, Number.NaN, 5, 1, Number.NaN, 1, 0))).toEqual([]);
  });
});
