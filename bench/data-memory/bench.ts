// Memory that large data takes: a million rows of a table, a hundred thousand pictures, each opened and read once as training reads them, in a fresh process.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { stream } from '../../src/index.ts';
import type { Bench } from '../bench.ts';

const reader = fileURLToPath(new URL('read-run.ts', import.meta.url));
const loader = fileURLToPath(new URL('../../scripts/typescript.mjs', import.meta.url));
/** Resident MiB that no case may exceed. */
const BOUND = 2048;

/** What `read-run.ts` prints. */
interface ReadRun {
  readonly rows: number;
  readonly openSeconds: number;
  readonly readSeconds: number;
  readonly openMiB: number;
  readonly peakMiB: number;
}

/** Six inputs of all kinds and a label, one row after another. */
async function writeTable(folder: string, rows: number): Promise<string> {
  const path = join(folder, 'rows.csv');
  const file = await open(path, 'w');
  await file.write('id,width,height,colour,day,note,kind\n');
  const CHUNK = 10_000;
  for (let from = 0; from < rows; from += CHUNK) {
    const draws = stream(1, 'table', from).uniforms(CHUNK * 2);
    const lines = Array.from({ length: Math.min(CHUNK, rows - from) }, (_, k) => {
      const [i, a, b] = [from + k, draws[2 * k] as number, draws[2 * k + 1] as number];
      const day = new Date(Date.UTC(2020, 0, 1 + (i % 1500))).toISOString().slice(0, 10);
      return `${i},${(a * 100).toFixed(4)},${(b * 9).toFixed(3)},${['red', 'green', 'blue'][i % 3]},${day},part ${i % 977},${a + b > 1 ? 'large' : 'small'}`;
    });
    await file.write(`${lines.join('\n')}\n`);
  }
  await file.close();
  return path;
}

/** Noise of 32 x 32 pixels on a colour of its own, in two class folders. */
async function writePictures(folder: string, count: number): Promise<string> {
  const root = join(folder, 'pictures');
  for (const name of ['bright', 'dark']) mkdirSync(join(root, name), { recursive: true });
  const write = async (i: number) => {
    const levels = stream(2, 'picture', i).uniforms(8 * 8 * 3);
    const data = Uint8Array.from(levels, (level) => level * 120 + (i % 2 ? 0 : 120));
    const bytes = await sharp(data, { raw: { width: 8, height: 8, channels: 3 } })
      .resize(32, 32, { kernel: 'cubic' })
      .png({ compressionLevel: 1 })
      .toBuffer();
    await writeFile(join(root, i % 2 ? 'dark' : 'bright', `${i}.png`), bytes);
  };
  const AT_ONCE = 64;
  for (let from = 0; from < count; from += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, k) => write(from + k)));
  return root;
}

export const bench: Bench = {
  about: `Peak resident MiB of a process that opens large data and reads it once; at most ${BOUND}.`,
  columns: {
    case: { label: 'case' },
    openSeconds: { label: 'opened, s', format: 'number', digits: 1 },
    readSeconds: { label: 'read, s', format: 'number', digits: 1 },
    openMiB: { label: 'MiB, opened', format: 'count' },
    graft: { label: 'peak MiB', format: 'count' },
    peer: { label: 'bound', format: 'count' },
    ratio: { label: 'ratio', format: 'number', digits: 2 },
  },
  async *rows({ quick, only = '', done, note }) {
    const cases = [
      { kind: 'table', count: quick ? 50_000 : 1_000_000, what: 'rows of CSV', write: writeTable },
      { kind: 'pictures', count: quick ? 2000 : 100_000, what: 'pictures of 32 x 32', write: writePictures },
    ];
    for (const { kind, count, what, write } of cases) {
      const name = `${count.toLocaleString('en')} ${what}`;
      if (!name.includes(only)) continue;
      const known = done.get(name);
      if (known) {
        yield known;
        continue;
      }
      const folder = mkdtempSync(join(tmpdir(), 'graft-memory-'));
      try {
        note(`${name}: writing`);
        const path = await write(folder, count);
        note(`${name}: reading`);
        const printed = execFileSync(process.execPath, ['--import', loader, reader, kind, path], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const { peakMiB, openMiB, rows, openSeconds, readSeconds } = JSON.parse(printed) as ReadRun;
        if (rows !== count) throw new Error(`${name}: ${rows} were read.`);
        yield { case: name, openSeconds, readSeconds, openMiB: Math.round(openMiB), graft: Math.round(peakMiB), peer: BOUND, ratio: BOUND / peakMiB };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  },
};
