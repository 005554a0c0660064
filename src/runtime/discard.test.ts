// Buffers are given back without waiting for the garbage collector.
import { expect, test } from 'vitest';
import { discard } from './discard.ts';

test('frees at once what it is given, also twice the same', () => {
  const before = process.memoryUsage().arrayBuffers;
  const data = new Uint8Array(64 * 2 ** 20);
  discard([data.buffer, data.buffer]);
  expect(data.length).toBe(0);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
});
