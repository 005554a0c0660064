import { expect, test } from 'vitest';
import { stream } from '../../core/rng.ts';
import { tensor, tensorOf } from '../../core/tensor.ts';
import { Builder } from '../../graph/builder.ts';
import { writeOnnx } from '../../graph/onnx/write.ts';
import { inspect } from './inspect.ts';
import { loadOnnx } from './load-onnx.ts';

const table = tensor('float32', [7, 4], stream(0, 'table').normals(28) as Float32Array<ArrayBuffer>);
const copied = tensor(
  'float32',
  [4, 7],
  Float32Array.from({ length: 28 }, (_, i) => table.data[(i % 7) * 4 + Math.floor(i / 7)] as number),
);

/** Token ids -> embedding -> logits, the output layer stored as a transposed copy, and two single numbers. */
function language(matrix = copied): Uint8Array {
  const g = new Builder('language');
  const x = g.input('ids', 'int64', ['N', 3]);
  const h = g.tanh(g.mul(g.gather(g.parameter('embed.weight', table), x), g.parameter('blocks.0.gain', tensorOf('float32', 2))));
  const scaled = g.mul(h, g.parameter('val_7', tensorOf('float32', [0.5])));
  g.output('logits', g.matMul(scaled, g.parameter('onnx::MatMul_12', matrix)));
  return writeOnnx(g);
}

test('an output layer that is the transpose of the embedding is tied to it', async () => {
  const model = await loadOnnx(language());
  expect([...model.parameters.keys()]).toEqual(['embed.weight', 'blocks.0.gain']);
  expect(inspect(model).ties.map(({ name }) => name)).toEqual(['embed.weight']);
});

test('one of other numbers is a parameter of its own', async () => {
  const other = tensor(
    'float32',
    [4, 7],
    copied.data.map((x, i) => (i === 27 ? x + 1 : x)),
  );
  const model = await loadOnnx(language(other));
  expect([...model.parameters.keys()]).toEqual(['embed.weight', 'blocks.0.gain', 'onnx::MatMul_12']);
});

test('a single number trains if its name is one of a module', async () => {
  const { imported } = await loadOnnx(language());
  expect(imported?.constants).toEqual([{ name: 'val_7', shape: [1], why: 'it is a single number' }]);
});

test('a tensor of equal elements whose size is asked for is used in one place', async () => {
  const g = new Builder('sized');
  const weight = g.parameter('fc.weight', tensorOf('float32', [0, 0, 0, 0], [2, 2]));
  const count = g.op('Cast', [g.op('ReduceProd', [g.op('Shape', [weight])], { keepdims: 0 })], { to: 'float32' });
  g.output('y', g.div(g.matMul(g.input('x', 'float32', ['N', 2]), weight), count));
  const { parameters, imported } = await loadOnnx(writeOnnx(g));
  expect([...parameters.keys()]).toEqual(['fc.weight']);
  expect(imported?.merges).toEqual([]);
});
