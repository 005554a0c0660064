// Help: of the program, of every command, of topics; with nothing loaded.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { doctor } from '../../apps/cli/commands/doctor.ts';
import { commands, help } from '../../apps/cli/commands/index.ts';
import { commandHelp, programHelp } from '../../apps/cli/help.ts';
import { withoutPackage } from '../support/child.ts';
import { graft } from '../support/cli.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
const all = [...commands, help];
const sizeOf = (text: string) => {
  const lines = text.split('\n');
  return { lines: lines.length, columns: Math.max(...lines.map((line) => line.length)) };
};

test('the list of commands fits a terminal and needs no library', async () => {
  const { code, stdout, stderr } = await graft(['--help'], { imports: [withoutPackage('graft-ml', 'loaded for help')] });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const { name, summary } of all) expect(stdout).toContain(`  ${name.padEnd(10)}  ${summary.slice(0, 30)}`);
  const { lines, columns } = sizeOf(stdout.trimEnd());
  expect(lines).toBeLessThanOrEqual(24);
  expect(columns).toBeLessThanOrEqual(80);
});

test.each(all.map((command) => [command.name, command] as const))('help of %s has its options and examples on one screen', (name, command) => {
  const text = commandHelp(command, 80);
  expect(text).toContain(`Usage: graft ${name}`);
  expect(text).toContain('--json, --verbose');
  expect(command.examples.length).toBeGreaterThan(0);
  for (const { line } of command.examples) expect(text).toContain(`  ${line}`);
  expect(sizeOf(text).lines).toBeLessThanOrEqual(24);
  expect(sizeOf(text).columns).toBeLessThanOrEqual(80);
});

test('help of a command, asked for in each way', async () => {
  const asked = await Promise.all(
    [
      ['doctor', '--help'],
      ['help', 'doctor'],
      ['doctor', '-h'],
    ].map((words) => graft(words)),
  );
  for (const { code, stdout } of asked) expect({ code, stdout }).toEqual({ code: 0, stdout: `${commandHelp(doctor, 80)}\n` });
  expect(asked[0]?.stdout).toMatchInlineSnapshot(`
    "Whether Graft works on this machine, and how fast.

    Usage: graft doctor [options]

    Options:
      --device <choice>  What to compute on. (auto, cpu, wasm; default auto)
      --no-speed         Do not measure for two seconds how fast it computes and
                         trains.
      --json, --verbose  Results as JSON, one object a line. Where an error arose.

    Examples:
      graft doctor                    device, memory, disk, backbones, speed
      graft doctor --no-speed --json  for a program, without measuring
    "
  `);
});

test('rarely needed options are shown by --all alone', () => {
  const flags = {
    often: { default: 1, unit: 's', help: 'Often needed.' },
    maxLength: { default: 'a', values: ['a', 'b'], more: true, help: 'Rarely needed.' },
  } as const;
  const command = { name: 'try', summary: 'Tries', args: [], flags, examples: [] };
  expect(commandHelp(command, 80)).not.toContain('--max-length');
  expect(commandHelp(command, 80)).toContain('... and 1 more: graft help try --all');
  expect(commandHelp(command, 80, true)).toContain('--max-length <choice>  Rarely needed. (a, b; default a)');
  expect(commandHelp(command, 80, true)).toContain('--often <n>');
});

test('narrow terminals get narrow lines', () => {
  for (const command of all) {
    const prose = commandHelp(command, 50).split('Examples:')[0] as string;
    expect(sizeOf(prose).columns).toBeLessThanOrEqual(50);
  }
  expect(
    programHelp('1.0.0', all, 40)
      .split('\n')
      .slice(4, 8)
      .every((line) => line.length <= 40),
  ).toBe(true);
});

test('topics, the version and help as data', async () => {
  const [codes, config, number, data] = await Promise.all(
    [['help', 'exit-codes'], ['help', 'config'], ['--version'], ['help', '--json']].map((words) => graft(words)),
  );
  expect(codes?.stdout).toMatchInlineSnapshot(`
    "Exit codes:
      0    Done.
      1    Something in the data, the model or this machine is wrong; the message
           says what, where and what to do.
      2    The command line or graft.config.* asks for what there is not; the
           message says what there is.
      130  Interrupted by Ctrl-C. What the command saves on its way is saved.
      141  Whoever read the standard output went away, as \`| head -1\` does. A run
           goes on to its end all the same.
      143  Terminated from outside (SIGTERM); otherwise as Ctrl-C.
    "
  `);
  expect(config?.stdout).toContain('graft.config.json');
  expect(number?.stdout).toBe(`${version}\n`);
  const { commands: listed } = JSON.parse(data?.stdout ?? '') as { commands: { name: string; flags: object }[] };
  expect(listed.map(({ name }) => name)).toEqual(all.map(({ name }) => name));
});
