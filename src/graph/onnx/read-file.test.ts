// Tensors beside a model are read from its folder and from nowhere else, and no more of them than there is.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { toNumbers } from '../../core/tensor.ts';
import { ModelProtoSchema, TensorProto_DataLocation } from './onnx_pb.ts';
import { readOnnxFile } from './read-file.ts';

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'graft-external-'));
  mkdirSync(join(root, 'model', 'data'), { recursive: true });
  path = join(root, 'model', 'm.onnx');
  for (const name of ['model/w.bin', 'model/data/w.bin', 'secret.bin'])
    writeFileSync(join(root, name), new Uint8Array(Float32Array.of(0, 1, 2, 3).buffer));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Reads a model whose tensors of two numbers lie at these places. */
function read(...places: [location: string, offset?: string, length?: string][]): number[][] {
  const initializer = places.map(([location, offset, length], i) => ({
    name: `w${i}`,
    dims: [2n],
    dataType: 1,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries({ location, offset, length }).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }])),
  }));
  writeFileSync(path, toBinary(ModelProtoSchema, create(ModelProtoSchema, { opsetImport: [{ version: 21n }], graph: { initializer } })));
  return readOnnxFile(path)
    .ofKind('constant')
    .map(({ data }) => (data ? toNumbers(data) : []));
}
const message = (...places: Parameters<typeof read>): string => {
  try {
    return `read: ${JSON.stringify(read(...places))}`;
  } catch (error) {
    return (error as Error).message.replaceAll(root, '<root>').replaceAll('\0', '<nul>');
  }
};

it('reads ranges of the files in the folder and below', () => {
  expect(read(['w.bin'], ['data/w.bin', '8', '8'], ['./w.bin', '4'])).toEqual([
    [0, 1],
    [2, 3],
    [1, 2],
  ]);
  symlinkSync('w.bin', join(root, 'model', 'link.bin'));
  expect(read(['link.bin'])).toEqual([[0, 1]]);
});

it('reads nothing outside, and nothing that is no plain file', () => {
  symlinkSync('../secret.bin', join(root, 'model', 'link.bin'));
  symlinkSync('..', join(root, 'model', 'up'));
  execFileSync('mkfifo', [join(root, 'model', 'pipe')]);
  const places = ['../secret.bin', 'data/../../secret.bin', join(root, 'secret.bin'), '..\\secret.bin', 'C:secret.bin', '', 'a\0b'];
  expect(places.map((place) => message([place])).join('\n')).toMatchInlineSnapshot(`
    "<root>/model/m.onnx: The model keeps tensors in \`../secret.bin\`; only files within its own folder are read.
    <root>/model/m.onnx: The model keeps tensors in \`data/../../secret.bin\`; only files within its own folder are read.
    <root>/model/m.onnx: The model keeps tensors in \`<root>/secret.bin\`; only files within its own folder are read.
    <root>/model/m.onnx: The model keeps tensors in \`..\\secret.bin\`; only files within its own folder are read.
    <root>/model/m.onnx: The model keeps tensors in \`C:secret.bin\`; only files within its own folder are read.
    <root>/model/m.onnx: The model keeps tensors in \`\`; only files within its own folder are read.
    <root>/model/m.onnx: The model keeps tensors in \`a<nul>b\`; only files within its own folder are read."
  `);
  expect(
    ['link.bin', 'up/secret.bin', 'up/model/w.bin', 'pipe', 'data', '.', 'gone.bin'].map((place) => message([place])).join('\n'),
  ).toMatchInlineSnapshot(`
    "<root>/model/m.onnx: The model keeps tensors in \`link.bin\`, a link out of its folder to <root>/secret.bin. Copy that file in its place if you trust it.
    <root>/model/m.onnx: The model keeps tensors in \`up/secret.bin\`, a link out of its folder to <root>/secret.bin. Copy that file in its place if you trust it.
    read: [[0,1]]
    <root>/model/m.onnx: The model keeps tensors in \`pipe\`, which is no plain file.
    <root>/model/m.onnx: The model keeps tensors in \`data\`, which is no plain file.
    <root>/model/m.onnx: The model keeps tensors in \`.\`, which is no plain file.
    <root>/model/m.onnx: Could not read \`gone.bin\`, where the model keeps tensors: ENOENT: no such file or directory, lstat '<root>/model/gone.bin'."
  `);
});

it('refuses ranges that the files do not have', () => {
  const lies: Parameters<typeof read>[0][] = [
    ['w.bin', '12'],
    ['w.bin', '-4'],
    ['w.bin', '1e300'],
    ['w.bin', 'x'],
    ['w.bin', '0', '16'],
    ['w.bin', '9007199254740991'],
  ];
  expect(lies.map((place) => message(place)).join('\n')).toMatchInlineSnapshot(`
    "<root>/model/m.onnx: The model asks for 8 bytes from 12 on of \`w.bin\`, which has 16. Is the file complete?
    <root>/model/m.onnx: Tensor \`w0\` needs 8 bytes of \`w.bin\`, but the model says 8 from -4 on.
    <root>/model/m.onnx: Tensor \`w0\` needs 8 bytes of \`w.bin\`, but the model says 8 from 1e+300 on.
    <root>/model/m.onnx: Tensor \`w0\` needs 8 bytes of \`w.bin\`, but the model says 8 from NaN on.
    <root>/model/m.onnx: Tensor \`w0\` needs 8 bytes of \`w.bin\`, but the model says 16 from 0 on.
    <root>/model/m.onnx: The model asks for 8 bytes from 9007199254740991 on of \`w.bin\`, which has 16. Is the file complete?"
  `);
  const many = Array.from({ length: 9 }, (_, i): [string, string] => ['w.bin', String(i)]);
  expect(message(...many)).toMatchInlineSnapshot(
    `"<root>/model/m.onnx: The model's tensors overlap in \`w.bin\`: they ask for more than twice what its files hold."`,
  );
  expect(read(...Array.from({ length: 9 }, (): [string] => ['w.bin']))).toHaveLength(9);
  truncateSync(join(root, 'model', 'w.bin'), 4);
  expect(message(['w.bin'])).toMatchInlineSnapshot(
    `"<root>/model/m.onnx: The model asks for 8 bytes from 0 on of \`w.bin\`, which has 4. Is the file complete?"`,
  );
});

it('names a model that is not there', () => {
  expect(() => readOnnxFile('/nowhere/m.onnx')).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Could not read /nowhere/m.onnx: there is no such file. Check the path.]`,
  );
});
