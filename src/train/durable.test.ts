import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outFile, putFolder, unfinished, writeFileDurably, writeFiles } from './durable.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-durable-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const text = (name: string) => readFileSync(at(name), 'utf8');

describe('a file', () => {
  it('replaces an earlier one whole and keeps who may read it', async () => {
    writeFileSync(at('a'), 'earlier');
    chmodSync(at('a'), 0o600);
    const file = await outFile(at('a'));
    await file.write('one ');
    expect(text('a')).toBe('earlier');
    await file.write('two');
    await file.finish();
    expect([text('a'), statSync(at('a')).mode & 0o777, readdirSync(folder)]).toEqual(['one two', 0o600, ['a']]);
  });

  it('that is given up leaves all as it was, and no folder that was made for it', async () => {
    const file = await outFile(at('new/newer/a'));
    await file.write('half');
    await file.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('through links is what they point at, there or not yet', async () => {
    mkdirSync(at('far'));
    writeFileSync(at('far/a'), 'earlier');
    symlinkSync(join('far', 'a'), at('link'));
    symlinkSync('link', at('twice'));
    symlinkSync(join('far', 'b'), at('dangling'));
    await writeFileDurably(at('twice'), 'new');
    await writeFileDurably(at('dangling'), 'first');
    expect([text('far/a'), text('far/b')]).toEqual(['new', 'first']);
    for (const name of ['link', 'twice', 'dangling']) expect(lstatSync(at(name)).isSymbolicLink()).toBe(true);
    symlinkSync('round', at('about'));
    symlinkSync('about', at('round'));
    await expect(outFile(at('about'))).rejects.toThrow(/Could not write .*about: ELOOP: .*lead in a circle; repair the link/);
  });

  it.skipIf(process.platform === 'win32')('that is a pipe is written into, and stays one', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    symlinkSync('pipe', at('link'));
    const reader = spawn('cat', [at('pipe')], { stdio: ['ignore', 'pipe', 'inherit'] });
    let read = '';
    reader.stdout.setEncoding('utf8').on('data', (piece: string) => {
      read += piece;
    });
    const closed = new Promise((ended) => reader.once('close', ended));
    const file = await outFile(at('link'));
    expect(file.isStream).toBe(true);
    await file.write('one ');
    await file.write('two');
    await file.finish();
    await closed;
    expect([read, statSync(at('pipe')).isFIFO(), lstatSync(at('link')).isSymbolicLink()]).toEqual(['one two', true, true]);
  });

  it.skipIf(!existsSync('/proc/self/fd'))('that is open as a descriptor is gone on with, not replaced', async () => {
    writeFileSync(at('log'), 'before\n');
    const code = `import('${new URL('./durable.ts', import.meta.url).href}').then(({ writeFileDurably }) => writeFileDurably('/dev/stdout', 'after'))`;
    const loader = new URL('../../scripts/typescript.mjs', import.meta.url).href;
    execFileSync('bash', ['-c', '"$0" --import "$1" -e "$2" >> "$3"', process.execPath, loader, code, at('log')]);
    expect(text('log')).toBe('before\nafter');
  });

  it('is told of by the name that people gave', async () => {
    writeFileSync(at('file'), '');
    const says = (path: string) =>
      writeFileDurably(path, '').then(
        () => 'no error',
        ({ message }: Error) => message.replaceAll(folder, 'FOLDER'),
      );
    expect(await says(at('file/a.csv'))).toMatch(/^Could not write FOLDER\/file\/a\.csv: .*\. A file stands where a folder is needed; /);
    expect(await says(folder)).toBe(
      'Could not write FOLDER: EISDIR: it is a folder. A folder stands where the file is to be; remove it or choose another name.',
    );
    expect(await says(at(`${'x'.repeat(300)}.csv`))).not.toContain('.graft-');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('that several write at once is that of one of them', async () => {
    const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(5000));
    await Promise.all(texts.map((one) => writeFileDurably(at('a'), one)));
    expect([texts.includes(text('a')), readdirSync(folder)]).toEqual([true, ['a']]);
  });
});

it('of several files none is replaced before all are written, whichever fails', async () => {
  for (const failing of ['a', 'b']) {
    const files = new Map(['a', 'b'].map((name) => [name, name === failing ? (undefined as unknown as string) : 'new']));
    writeFileSync(at('a'), 'earlier');
    await expect(writeFiles(folder, files)).rejects.toThrow(/^Could not write /);
    expect([text('a'), readdirSync(folder)]).toEqual(['earlier', ['a']]);
  }
});

it('a folder that several put in the same place is that of one of them', async () => {
  const all = Array.from({ length: 5 }, (_, i) => {
    const aside = unfinished(folder);
    mkdirSync(aside);
    for (const name of ['a', 'b']) writeFileSync(join(aside, name), String(i));
    return putFolder(aside, at('model'));
  });
  await Promise.all(all);
  expect([text('model/a') === text('model/b'), readdirSync(folder)]).toEqual([true, ['model']]);
});
