import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { fileInput } from './file-input.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-file-input-'));
afterAll(() => rmSync(root, { recursive: true }));

/** What is handed on of a gzipped file before it ends or is refused. */
async function handedOn(content: Uint8Array, limits?: Parameters<typeof fileInput>[1]): Promise<{ bytes: number; refusal?: string }> {
  const path = join(root, 'a.gz');
  writeFileSync(path, content);
  let bytes = 0;
  try {
    for await (const part of (await fileInput(path, limits)).stream()) bytes += part.length;
    return { bytes };
  } catch (error) {
    return { bytes, refusal: (error as Error).message };
  }
}

const MEBIBYTE = 2 ** 20;
const member = (mebibytes: number) => gzipSync(Buffer.alloc(mebibytes * MEBIBYTE, '1 1:1\n'));

it('hands hardly anything on of a bomb, whose rows would take long to read', async () => {
  const members = Array.from({ length: 80 }, () => member(1));
  const { bytes, refusal } = await handedOn(Buffer.concat(members));
  expect(refusal).toMatch(/^".*a\.gz" unpacks to more than 67108864 bytes, which no honest file of its size does;/);
  expect(bytes).toBeLessThanOrEqual(MEBIBYTE);
});

it('hands on all of what is packed as well but within the limit', async () => {
  expect(await handedOn(member(8))).toEqual({ bytes: 8 * MEBIBYTE });
});

it('refuses a bomb behind an honest beginning', async () => {
  // Noise does not shrink: so much of it lets the file look honest for a while.
  const noise = Buffer.from(Uint32Array.from({ length: 2 ** 14 }, (_, i) => Math.imul(i + 1, 2654435761)).buffer);
  const { bytes, refusal } = await handedOn(Buffer.concat([gzipSync(noise), member(30)]), { bytes: 16 * MEBIBYTE, ratio: 20 });
  expect(refusal).toContain(`more than ${16 * MEBIBYTE} bytes`);
  expect(bytes).toBeLessThan(4 * MEBIBYTE);
});
