// On a terminal (a pseudo-terminal that `script` of util-linux makes): colours, a missing choice is asked for, progress moves in place, Ctrl-C saves.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { program, variables } from '../support/cli.ts';

const atHand = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;

interface Circumstances {
  readonly env?: Readonly<Record<string, string>>;
  /** Once this is shown, these keys are pressed. */
  readonly prompt?: RegExp;
  readonly keys?: string;
  readonly cwd?: string;
}

/** Runs `graft` on a terminal. */
function onTerminal(
  words: string,
  { env = {}, prompt, keys = '', cwd = tmpdir() }: Circumstances = {},
): Promise<{ code: number | null; shown: string }> {
  const line = [process.execPath, ...program].map((word) => `'${word}'`).join(' ');
  const all = variables({ TERM: 'xterm-256color', ...env });
  const child = spawn('script', ['-qec', `stty cols 80 rows 24; ${line} ${words}`, '/dev/null'], {
    cwd,
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

test.runIf(atHand)(
  'training shows its progress in one line, is saved by Ctrl-C, and goes on from any folder',
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'graft-terminal-'));
    try {
      const rows = Array.from({ length: 600 }, (_, i) => `${i % 3},${((i * 7919) % 1000) / 1000},${['oak', 'elm', 'ash'][i % 3]}`);
      writeFileSync(join(home, 'trees.csv'), `height,width,kind\n${rows.join('\n')}\n`);
      const elsewhere = join(home, 'elsewhere');
      mkdirSync(elsewhere);
      // Two drawings of the line; it would train for hours.
      const going = { prompt: /updates.*\r.*updates/s, keys: '\x03', env: { NO_COLOR: '1' } };
      const began = await onTerminal('fit trees.csv --label kind --epochs 1000000 --threads 1', { ...going, cwd: home });
      expect(began.code).toBe(130);
      expect(began.shown).toContain('The run was stopped; `graft resume runs/trees-1`');
      expect(began.shown).toMatch(/network: [\d,]+\/[\d,]+, .* updates\/s, .* left *\rnetwork: /);
      expect(stripVTControlCharacters(began.shown)).toBe(began.shown);
      const resumed = await onTerminal('resume ../runs/trees-1', { ...going, cwd: elsewhere });
      expect(resumed.code).toBe(130);
      const log = readFileSync(join(home, 'runs', 'trees-1', 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n');
      const steps = log.map((line) => JSON.parse(line)).filter(({ type }) => type === 'step');
      expect(steps.map(({ update }) => update)).toEqual(Array.from(steps, (_, i) => i + 1));
      // Each time it trained for longer than two seconds, before which no progress is shown.
      expect(log.filter((line) => line.includes('"name":"linear model"'))).toHaveLength(1);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
  180_000,
);
