import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Tensor, tensor } from '../core/tensor.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const some = new Map<string, Tensor>([
  ['a', tensor('float32', [2, 3], Float32Array.of(1, -2, Number.MIN_VALUE, 4, 5, 6))],
  ['b', tensor('int64', [2], BigInt64Array.of(-1n, 7n))],
  ['scalar', tensor('float32', [], Float32Array.of(9))],
  ['none', tensor('uint8', [0, 4], new Uint8Array(0))],
]);

test('what was written is read back, from a buffer at any offset', () => {
  const bytes = writeSafetensors(some, { note: 'π' });
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const small = join(tmpdir(), `graft-${process.pid}.safetensors`);
  writeFileSync(small, bytes);
  for (const source of [bytes, shifted.subarray(3), readFileSync(small)]) {
    const { tensors, metadata } = readSafetensors(source, 'here');
    expect(metadata).toMatchObject({ note: 'π' });
    expect([...tensors]).toEqual([...some]);
  }
});

test('bytes behind the last tensor are told', () => {
  const bytes = writeSafetensors(some);
  const longer = new Uint8Array(bytes.length + 3);
  longer.set(bytes);
  expect(() => readSafetensors(longer, 'long.safetensors')).toThrow(
    'long.safetensors is not a whole safetensors file: 3 bytes lie behind its last tensor.',
  );
});

test('places and shapes that cannot be are told', () => {
  const messageOf = (header: object) => {
    const json = new TextEncoder().encode(JSON.stringify(header));
    const bytes = new Uint8Array(8 + json.length + 16);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    try {
      readSafetensors(bytes, 'odd.safetensors');
      return 'read';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const entry = (shape: unknown, data_offsets: unknown) => ({ dtype: 'F32', shape, data_offsets });
  expect(
    [
      { a: entry([2], [0, 8]), b: entry([2], [4, 12]) },
      { a: entry([-1, -2], [0, 8]) },
      { a: entry([1.5, 2], [0, 12]) },
      { a: entry(['2'], [0, 8]) },
      { a: entry([2], ['0', '8']) },
      { a: entry([2], [0.5, 8.5]) },
      { a: entry([2], [0, 8, 16]) },
      { a: entry([2], [0, 8]), b: entry([0], [4, 4]), c: entry([2], [8, 16]) },
    ]
      .map(messageOf)
      .join('\n'),
  ).toMatchInlineSnapshot(`
    "odd.safetensors is not a whole safetensors file: \`b\` at 4..12 overlaps \`a\` at 0..8.
    odd.safetensors is not a whole safetensors file: \`a\` has the shape [-1,-2], whose sizes must be whole numbers.
    odd.safetensors is not a whole safetensors file: \`a\` has the shape [1.5,2], whose sizes must be whole numbers.
    odd.safetensors is not a whole safetensors file: \`a\` has the shape ["2"], whose sizes must be whole numbers.
    odd.safetensors is not a whole safetensors file: \`a\` lies at ["0","8"], which must be two whole numbers.
    odd.safetensors is not a whole safetensors file: \`a\` lies at [0.5,8.5], which must be two whole numbers.
    odd.safetensors is not a whole safetensors file: \`a\` lies at [0,8,16], which must be two whole numbers.
    read"
  `);
});

test('every truncation and every odd header is refused by name', () => {
  const bytes = writeSafetensors(some, {});
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
      expect(() => readSafetensors(bytes.slice(0, length), 'cut.safetensors')).toThrow(/^cut.safetensors is not a whole safetensors file: /);
    }),
  );
  for (const header of [
    'null',
    '[]x',
    '{"a":1}',
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9]}}',
    '{"a":{"dtype":"Q7","shape":[],"data_offsets":[0,4]}}',
  ]) {
    const json = new TextEncoder().encode(header);
    const odd = new Uint8Array(8 + json.length + 4);
    new DataView(odd.buffer).setBigUint64(0, BigInt(json.length), true);
    odd.set(json, 8);
    expect(() => readSafetensors(odd, 'odd')).toThrow(/^odd is not a whole safetensors file: /);
  }
});
