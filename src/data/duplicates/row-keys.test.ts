import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { openUnlabelled } from '../open/open-data.ts';
import { rowKeys } from './row-keys.ts';

it('is the same for the same content in another file', async () => {
  const root = mkdtempSync(join(tmpdir(), 'graft-keys-'));
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(root, name), content);
    return join(root, name);
  };
  const keys = async (path: string, columns?: readonly string[]) => {
    const data = await openUnlabelled([path], { ...(columns ? {} : path.endsWith('.txt.csv') && { text: 'text' }) });
    return rowKeys(
      { ...data, columns },
      Int32Array.from({ length: data.table.length }, (_, i) => i),
    );
  };
  try {
    const rows = Array.from({ length: 30 }, (_, i) => [i * 1.5, (i * 7) % 11, `x${i}`] as const);
    const first = file('first.csv', `a,b,c\n${rows.map((row) => row.join(',')).join('\n')}\n`);
    const second = file('second.csv', `more,b,a\n${rows.map(([a, b], i) => `${i},${b},${a}`).join('\n')}\n`);
    expect(await keys(first, ['a', 'b'])).toEqual(await keys(second, ['b', 'a']));
    expect(new Set(await keys(first, ['a', 'b'])).size).toBe(30);
    // Two answers to three questions are the same by chance.
    const few = file('few.csv', `a,b\n${rows.map((_, i) => `${i % 2},${i % 3}`).join('\n')}\n`);
    expect(await keys(few, ['a', 'b'])).toEqual(rows.map(() => undefined));

    const [one, other] = await keys(file('some.txt.csv', 'text,n\n"Good, and cheap!",1\ngood and   cheap,2\n,3\n'));
    expect(one).toHaveLength(8);
    expect(other).toBe(one);

    const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#a52' } })
      .png()
      .toBuffer();
    const [same, again] = [await keys(file('one.png', picture)), await keys(file('two.png', picture))];
    expect(same).toEqual(again);
    expect(await keys(file('three.png', Buffer.concat([picture, Buffer.of(0)])))).not.toEqual(same);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
