// What holds for every command: errors and exit codes, JSON, colours, configuration, readers that go away, Ctrl-C.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { withoutPackage } from '../support/child.ts';
import { graft, program, variables } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const model = fileURLToPath(new URL('../../packages/efficientnet-lite0/model.onnx', import.meta.url));

test('wrong usage ends with 2 and names the nearest', async () => {
  const wrong = await Promise.all(
    [['doctr'], ['inspect', model, '--layer'], ['inspect'], ['--josn'], ['help', 'docter']].map((words) => graft(words)),
  );
  expect(wrong.map(({ code, stdout }) => [code, stdout])).toEqual(wrong.map(() => [2, '']));
  expect(wrong.map(({ stderr }) => stderr).join('')).toMatchInlineSnapshot(`
    "error: there is no command \`doctr\`; did you mean \`doctor\`?
    error: graft inspect: there is no option \`--layer\`; did you mean \`--layers\`?
    error: graft inspect: <model> is missing, an ONNX file, a run, the folder of a backbone, or the name of an installed one; for instance \`graft inspect model.onnx\`.
    error: a command comes before \`--josn\`: graft <command> [options].
    error: there is no command \`docter\`; did you mean \`doctor\`?
    "
  `);
});

test('under --json an error is an object too', async () => {
  const { code, stdout, stderr } = await graft(['inspect', 'missing.onnx', '--json'], { cwd: folder });
  expect(code).toBe(1);
  const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
  expect(error.code).toBe('io');
  expect(stderr).toBe(`error: ${error.message}\n`);
});

test('--verbose adds where it arose', async () => {
  const { stderr } = await graft(['inspect', 'missing.onnx', '--verbose'], { cwd: folder });
  const [first, second] = stderr.split('\n');
  expect(first).toMatch(/^error: Could not read missing\.onnx/);
  expect(second).toMatch(/^ {4}at .*read-file\.ts/);
});

test('colours follow FORCE_COLOR and NO_COLOR, and stay away where there is no terminal', async () => {
  const [plain, forced] = await Promise.all([graft(['--help']), graft(['--help'], { env: { FORCE_COLOR: '1' } })]);
  expect(plain?.stdout).not.toContain('\x1b[');
  expect(forced?.stdout).toContain('\x1b[1mUsage:\x1b[22m');
});

test('a configuration gives defaults and is checked', async () => {
  const at = (name: string, text: string) => {
    const cwd = mkdtempSync(join(folder, 'config-'));
    writeFileSync(join(cwd, name), text);
    writeFileSync(join(cwd, 'package.json'), '{ "type": "module" }');
    return cwd;
  };
  const layers = at('graft.config.mjs', 'export default { inspect: { layers: true } };');
  const [used, overruled] = await Promise.all([
    graft(['inspect', model], { cwd: layers }),
    graft(['inspect', model, '--no-layers'], { cwd: layers }),
  ]);
  expect(used?.stdout).toContain('parameter');
  expect(used?.stdout.length).toBeGreaterThan(2 * (overruled?.stdout.length ?? Number.NaN));
  const wrong = [
    at('graft.config.json', '{ "inspect": { "layer": true } }'),
    at('graft.config.json', '{ "inspct": {} }'),
    at('graft.config.json', '{ "inspect": [] }'),
    at('graft.config.json', '[]'),
    at('graft.config.ts', 'const layers: boolean = "yes"; export default { inspect: { layers } };'),
  ];
  writeFileSync(join(wrong[3] as string, 'graft.config.mjs'), '');
  const refused = await Promise.all(wrong.map((cwd) => graft(['inspect', model], { cwd })));
  expect(refused.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
  expect(refused.map(({ stderr }) => stderr).join('')).toMatchInlineSnapshot(`
    "error: graft.config.json, \`inspect\`: there is no option \`layer\`; did you mean \`layers\`?
    error: \`graft.config.json\`: there is no command \`inspct\`; did you mean \`inspect\`?
    error: \`graft.config.json\`: \`inspect\` must be an object with the command's options.
    error: there are two configurations, \`graft.config.mjs\` and \`graft.config.json\`; keep one.
    error: graft.config.ts, \`inspect\`: \`layers\` (='yes') must be a boolean; its default is false.
    "
  `);
  const { code, stderr } = await graft(['inspect', model], { cwd: at('graft.config.json', '{ "doctor": { "device": "cpu" }, }') });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: `graft\.config\.json` cannot be read: .*JSON.*\n$/);
}, 180_000);

test('a reader that goes away is quiet; a full disk is not', () => {
  const start = [process.execPath, ...program].map((word) => `'${word}'`).join(' ');
  const shell = (code: string) => spawnSync('bash', ['-c', `set -o pipefail; ${code}`], { cwd: folder, env: variables(), encoding: 'utf8' });
  expect(shell(`${start} inspect '${model}' | head -1`).stdout).toMatch(/^.*trainable numbers.*\n$/);
  const unread = shell(`${start} --help | true`);
  expect({ stderr: unread.stderr, status: unread.status }).toEqual({ stderr: '', status: 141 });
  const { stderr, status } = shell(`${start} --help > /dev/full`);
  expect({ stderr, status }).toEqual({ stderr: expect.stringMatching(/^error: the standard output cannot be written to: .*ENOSPC.*\n$/), status: 1 });
});

test('a library that does not load is told of in a line', async () => {
  const { code, stderr } = await graft(['doctor'], { imports: [withoutPackage('sharp', 'wrong platform')] });
  expect(code).toBe(1);
  expect(stderr).toBe('error: Graft cannot be loaded: wrong platform. Install it anew: npm install graft-ml\n');
});

test('Ctrl-C stops a command with 130, and a second one at once', async () => {
  const whenTold = (text: RegExp, stop: (child: ChildProcess) => void) => (child: ChildProcess) => {
    let told = '';
    child.stderr?.on('data', (chunk: string) => {
      const before = told;
      told += chunk;
      if (!text.test(before) && text.test(told)) stop(child);
    });
  };
  const interrupt = (child: ChildProcess) => child.kill('SIGINT');
  const once = await graft(['doctor'], { cwd: folder, meanwhile: whenTold(/Measuring/, interrupt) });
  expect(once).toEqual({ code: 130, stdout: '', stderr: expect.stringMatching(/Stopping; Ctrl-C again ends at once\.\nerror: Interrupted/) });
  const twice = await graft(['doctor'], {
    cwd: folder,
    meanwhile: (child) => {
      whenTold(/Measuring/, interrupt)(child);
      whenTold(/Stopping/, interrupt)(child);
    },
  });
  expect({ ...twice, stderr: '' }).toEqual({ code: 130, stdout: '', stderr: '' });
  const terminated = await graft(['doctor'], { cwd: folder, meanwhile: whenTold(/Measuring/, (child) => child.kill('SIGTERM')) });
  expect(terminated.code).toBe(143);
}, 180_000);
