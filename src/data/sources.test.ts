import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { messagesOf } from '../../tests/support/messages.ts';
import { tensor } from '../core/tensor.ts';
import { imageReader } from './images/image-reader.ts';
import { type PhotoSourceParts, photoSource } from './images/photo-source.ts';
import { type TextSourceParts, textSource } from './tokens/text-source.ts';
import type { Tokeniser } from './tokens/tokeniser.ts';

/** A token for each letter, padded with 0. */
const letters: Tokeniser = (texts, { multiple = 1, maxLength = 99 } = {}) => {
  const rows = texts.map((text) => Array.from(String(text).slice(0, maxLength), (letter) => BigInt(letter.charCodeAt(0) - 96)));
  const width = Math.ceil(Math.max(...rows.map(({ length }) => length)) / multiple) * multiple;
  const filled = (of: (row: bigint[], i: number) => bigint) =>
    tensor('int64', [rows.length, width], BigInt64Array.from(rows.flatMap((row) => Array.from({ length: width }, (_, i) => of(row, i)))));
  return { ids: filled((row, i) => row[i] ?? 0n), mask: filled((row, i) => (i < row.length ? 1n : 0n)), types: filled(() => 0n) };
};
const parts: TextSourceParts = {
  name: 'letters',
  texts: ['ab', 'abcde', 'c'],
  labels: Int32Array.of(0, 1, 0),
  classes: ['few', 'many'],
  tokenise: letters,
};

test('texts are tokenised as they are asked for, to a few lengths', async () => {
  const source = textSource({ ...parts, multiple: 4 });
  expect(source).toMatchObject({ length: 3, inputShape: ['L'], inputDtype: 'int64', classes: ['few', 'many'] });
  const { inputs, extras, labels } = await source.gather([2, 0]);
  expect(inputs).toEqual(tensor('int64', [2, 4], BigInt64Array.of(3n, 0n, 0n, 0n, 1n, 2n, 0n, 0n)));
  expect(extras?.attention_mask?.data).toEqual(BigInt64Array.of(1n, 0n, 0n, 0n, 1n, 1n, 0n, 0n));
  expect(extras?.token_type_ids?.dims).toEqual([2, 4]);
  expect(labels).toEqual(Int32Array.of(0, 0));
  expect((await source.gather([1])).inputs.dims).toEqual([1, 8]);
  expect((await textSource({ ...parts, multiple: 1, maxLength: 3 }).gather([1])).inputs.dims).toEqual([1, 3]);
});

const photo = readFileSync(new URL('../../examples/photos/cat.jpg', import.meta.url));
const read = imageReader({ resize: { size: [8, 12] }, crop: [8, 12] });
const photos: PhotoSourceParts = { name: 'cats', photos: [photo, photo], labels: Int32Array.of(0, 0), read };

test('photos are read as they are asked for', async () => {
  const source = await photoSource(photos);
  expect(source).toMatchObject({ length: 2, inputShape: [3, 8, 12], inputDtype: 'float32', classes: ['0'] });
  const { inputs, labels } = await source.gather([1, 0, 1]);
  expect({ dims: inputs.dims, labels }).toEqual({ dims: [3, 3, 8, 12], labels: Int32Array.of(0, 0, 0) });
  expect(inputs.data.slice(0, 288)).toEqual((await read([photo])).data);
});

test('what does not fit is named', async () => {
  const attempts: (() => unknown)[] = [
    () => textSource({ ...parts, texts: [], labels: undefined }),
    () => textSource({ ...parts, texts: ['a'] }),
    () => textSource(parts).gather([3]),
    () => photoSource({ ...photos, photos: [] }),
    () => photoSource({ ...photos, photos: [photo] }),
    () => photoSource({ ...photos, photos: [Uint8Array.of(1, 2, 3), photo] }),
    async () => (await photoSource(photos)).gather([-1]),
  ];
  expect((await messagesOf(attempts)).join('\n')).toMatchInlineSnapshot(`
    "\`letters\` is empty; give at least one text.
    \`letters\` has 1 texts but 3 labels; give one for each text.
    \`letters\` has no text 3; it has 3.
    \`cats\` is empty; give at least one photo.
    \`cats\` has 1 photos but 2 labels; give one for each photo.
    An image of 3 bytes could not be read as an image: Input buffer contains unsupported image format.
    \`cats\` has no photo -1; it has 2."
  `);
});
