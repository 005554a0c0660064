// On a terminal (a pseudo-terminal that `script` of util-linux makes): colours, and a missing choice is asked for.
import { spawn, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { program, variables } from '../support/cli.ts';

const atHand = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;

interface Circumstances {
  readonly env?: Readonly<Record<string, string>>;
  /** Once this is shown, these keys are pressed. */
  readonly prompt?: RegExp;
  readonly keys?: string;
}

/** Runs `graft` on a terminal. */
function onTerminal(words: string, { env = {}, prompt, keys = '' }: Circumstances = {}): Promise<{ code: number | null; shown: string }> {
  const line = [process.execPath, ...program].map((word) => `'${word}'`).join(' ');
  const all = variables({ TERM: 'xterm-256color', ...env });
  const child = spawn('script', ['-qec', `stty cols 80 rows 24; ${line} ${words}`, '/dev/null'], {
    cwd: tmpdir(),
    env: all,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let shown = '';
  let pressed = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (pressed || !prompt?.test(shown)) return;
    pressed = true;
    child.stdin.write(keys);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, shown }));
  });
}

test.runIf(atHand)('results are coloured, unless NO_COLOR says no', async () => {
  const { code, shown } = await onTerminal('doctor --no-speed');
  expect(code).toBe(0);
  expect(shown).toContain('\x1b[32mok    \x1b[39m');
  const { shown: help } = await onTerminal('--help');
  expect(help).toContain('\x1b[1mUsage:\x1b[22m');
  const { shown: plain } = await onTerminal('--help', { env: { NO_COLOR: '1' } });
  expect(plain).toBe(stripVTControlCharacters(help));
});

test.runIf(atHand)('a missing choice is asked for once', async () => {
  const { code, shown } = await onTerminal('completion', { prompt: /Which shell it is for/, keys: '\x1b[B\r' });
  expect(code).toBe(0);
  expect(shown).toContain('#compdef graft');
  const left = await onTerminal('completion', { prompt: /Which shell it is for/, keys: '\x03' });
  expect(left.code).toBe(130);
  expect(left.shown).toContain('Nothing was chosen.');
});

test.runIf(atHand)('nothing is asked under --json', async () => {
  const { code, shown } = await onTerminal('completion --json');
  expect(code).toBe(2);
  expect(shown).toContain('<shell> is missing');
});
