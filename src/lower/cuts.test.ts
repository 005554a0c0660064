import { describe, expect, test } from 'vitest';
import { cutsOf } from './cuts.ts';

describe('cuts', () => {
  test('lie where least passes, and close enough that no segment is large', () => {
    const kept = Array<number>(12).fill(10);
    const crossing = [0, 9, 9, 2, 9, 9, 2, 9, 9, 2, 9, 9, 0];
    expect(cutsOf({ kept, crossing })).toEqual([0, 3, 6, 9]);
  });

  test('are not made where they keep as much as they free', () => {
    expect(cutsOf({ kept: [10, 10, 10, 10], crossing: [0, 40, 40, 40, 0] })).toEqual([0]);
  });
});
