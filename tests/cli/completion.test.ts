// `graft completion`: the scripts are valid, and bash's completes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CommandWords } from '../../apps/cli/command-words.ts';
import { bashScript } from '../../apps/cli/completion/bash.ts';
import { fishScript } from '../../apps/cli/completion/fish.ts';
import { wordsOf } from '../../apps/cli/completion/words.ts';
import { zshScript } from '../../apps/cli/completion/zsh.ts';
import { graft } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const commands: readonly CommandWords[] = [
  {
    name: 'fit',
    summary: "Trains on somebody's data",
    args: [{ name: 'data', help: 'A file.' }],
    flags: {
      preset: { default: 'good', values: ['fast', 'good', 'best'], help: 'How well: fast [seconds] or best.' },
      out: { default: '', short: 'o', path: true, help: 'Where to.' },
      epochs: { default: 10, help: 'Passes.' },
      cache: { default: true, help: 'Keep features.' },
    },
    examples: [],
  },
  { name: 'shell', summary: 'Names a shell', args: [{ name: 'shell', help: 'Which.', values: ['bash', 'zsh'] }], flags: {}, examples: [] },
];
const words = commands.map(wordsOf);

/** What bash offers for the last of `typed`. */
function offered(...typed: string[]): string[] {
  const script = join(folder, 'graft.bash');
  writeFileSync(script, bashScript(words));
  const list = typed.map((word) => `'${word}'`).join(' ');
  const code = `source ${script}; COMP_WORDS=(${list}); COMP_CWORD=${typed.length - 1}; _graft; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', code], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

test('bash offers commands, flags and values', () => {
  expect(offered('graft', '')).toEqual(['fit', 'shell', '--help', '--version']);
  expect(offered('graft', 'f')).toEqual(['fit']);
  expect(offered('graft', 'fit', '--')).toEqual(['--preset', '--out', '--epochs', '--no-cache', '--json', '--verbose', '--help']);
  expect(offered('graft', 'fit', '--preset', '')).toEqual(['fast', 'good', 'best']);
  expect(offered('graft', 'fit', 'photos', '--preset', '=', 'b')).toEqual(['best']);
  expect(offered('graft', 'fit', '--preset', '=')).toEqual(['fast', 'good', 'best']);
  expect(offered('graft', 'shell', 'z')).toEqual(['zsh']);
  // Files are left to bash.
  expect(offered('graft', 'fit', 'pho')).toEqual([]);
  expect(offered('graft', 'fit', '-o', 'pho')).toEqual([]);
});

test('the scripts of zsh and fish quote what they say', () => {
  expect(zshScript(words)).toContain("'fit:Trains on somebody'\\''s data'");
  expect(zshScript(words)).toContain("'*--preset=[How well\\: fast \\[seconds\\] or best.]: :(fast good best)'");
  expect(fishScript(words)).toContain("-l preset -x -a 'fast good best' -d 'How well: fast [seconds] or best.'");
  expect(fishScript(words)).toContain("-a fit -d 'Trains on somebody\\'s data'");
});

test('the program prints one for each shell, valid where the shell is at hand', async () => {
  const scripts = await Promise.all(['bash', 'zsh', 'fish'].map(async (shell) => [shell, await graft(['completion', shell])] as const));
  for (const [shell, { code, stdout, stderr }] of scripts) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of ['inspect', 'doctor', 'help', 'exit-codes']) expect(stdout).toContain(word);
    const path = join(folder, `script.${shell}`);
    writeFileSync(path, stdout);
    const checked = spawnSync(shell, [shell === 'fish' ? '--no-execute' : '-n', path], { encoding: 'utf8' });
    if (!checked.error) expect({ status: checked.status, stderr: checked.stderr }).toEqual({ status: 0, stderr: '' });
  }
  const none = await graft(['completion']);
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('<shell> is missing, one of bash, zsh, fish');
}, 180_000);
