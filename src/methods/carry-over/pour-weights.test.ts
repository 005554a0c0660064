import { describe, expect, it } from 'vitest';
import { type Tensor, tensorOf, toNumbers } from '../../core/tensor.ts';
import { Builder } from '../../graph/builder.ts';
import { writeOnnx } from '../../graph/onnx/write.ts';
import { loadOnnx } from '../../nn/import/load-onnx.ts';
import { stateOf } from '../../nn/model.ts';
import { pourWeights } from './pour-weights.ts';
import { describeTransfer } from './report.ts';

/** Two linear layers as an exporter leaves them: weights transposed and nameless, biases with their names. */
async function exported(widths: readonly [number, number, number]) {
  const g = new Builder('exported');
  const [a, b, c] = widths;
  const zeros = (...dims: number[]) => tensorOf('float32', Array(dims.reduce((x, y) => x * y)).fill(0.5) as number[], dims);
  const x = g.input('x', 'float32', ['N', a]);
  const first = g.append('MatMul', [x, g.parameter('onnx::MatMul_7', zeros(a, b))], {}, { name: '/net/net.0/MatMul' }).outputs[0];
  const hidden = g.append('Add', [g.parameter('net.0.bias', zeros(b)), first], {}, { name: '/net/net.0/Add' }).outputs[0];
  const second = g.append('MatMul', [hidden, g.parameter('onnx::MatMul_8', zeros(b, c))], {}, { name: '/net/net.2/MatMul' }).outputs[0];
  const logits = g.append('Add', [g.parameter('net.2.bias', zeros(c)), second], {}, { name: '/net/net.2/Add' }).outputs[0];
  g.output('logits', logits as NonNullable<typeof logits>);
  return loadOnnx(writeOnnx(g));
}

const counted = (...dims: number[]) =>
  tensorOf(
    'float32',
    Array.from({ length: dims.reduce((x, y) => x * y) }, (_, i) => i),
    dims,
  );
const file = (tensors: Record<string, Tensor>) => ({ name: 'weights.safetensors', tensors: new Map(Object.entries(tensors)) });
const linear = (a: number, b: number, c: number, prefix = '') => ({
  [`${prefix}net.0.weight`]: counted(b, a),
  [`${prefix}net.0.bias`]: counted(b),
  [`${prefix}net.2.weight`]: counted(c, b),
  [`${prefix}net.2.bias`]: counted(c),
});

describe('pourWeights', () => {
  it('finds tensors by name and by the layer that uses them, and turns what is stored transposed, square matrices too', async () => {
    const model = await exported([2, 2, 3]);
    const report = pourWeights(model, file({ ...linear(2, 2, 3), 'net.1.num_batches_tracked': counted(1) }));
    const state = stateOf(model);
    expect(toNumbers(state.get('onnx::MatMul_7') as Tensor)).toEqual([0, 2, 1, 3]);
    expect(toNumbers(state.get('onnx::MatMul_8') as Tensor)).toEqual([0, 2, 4, 1, 3, 5]);
    expect(toNumbers(state.get('net.2.bias') as Tensor)).toEqual([0, 1, 2]);
    expect(describeTransfer(report)).toMatchInlineSnapshot(`
      "weights.safetensors -> exported: 4 of 4 tensors carried over, 15 of 15 values
                layer  tensors  values
        moved                2      10  from net.0, net.2
        moved   net.0        1       2
        moved   net.2        1       3
        unused  net.1        1       1  not in the map"
    `);
  });

  it('looks behind a prefix, follows a map, and widens 16-bit floats', async () => {
    const model = await exported([2, 1, 3]);
    const { 'module.net.0.bias': _, ...rest } = linear(2, 1, 3, 'module.');
    const half = { dtype: 'float16', dims: [1], data: Uint16Array.of(0x3e00) } as const;
    const names = { 'onnx::MatMul_7': 'module.net.0.weight', 'onnx::MatMul_8': 'module.net.2.weight', 'net.0.bias': 'odd' };
    pourWeights(model, file({ ...rest, odd: half }), { names });
    expect([...stateOf(model).values()].map(toNumbers)).toEqual([[0, 1], [1.5], [0, 1, 2], [0, 1, 2]]);
  });

  it('asks where nothing tells the orientation, and takes an answer', async () => {
    const model = await exported([2, 2, 2]);
    expect(() => pourWeights(model, file(linear(2, 2, 2)))).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Nothing tells whether the square matrix \`onnx::MatMul_7\` [2, 2] is stored transposed. Name the ids that are in \`transpose\`, or give [].]`,
    );
    pourWeights(model, file(linear(2, 2, 2)), { transpose: ['onnx::MatMul_8'] });
    expect(toNumbers(stateOf(model).get('onnx::MatMul_7') as Tensor)).toEqual([0, 1, 2, 3]);
    expect(toNumbers(stateOf(model).get('onnx::MatMul_8') as Tensor)).toEqual([0, 2, 1, 3]);
  });

  it('changes nothing where something is missing or does not fit', async () => {
    const model = await exported([2, 1, 3]);
    const { 'net.2.bias': _, ...rest } = linear(2, 1, 3);
    expect(() => pourWeights(model, file({ ...rest, other: counted(4) }))).toThrowErrorMatchingInlineSnapshot(`
      [GraftError: \`weights.safetensors\` has no tensor for 1 of \`exported\`:
        net.2.bias: [3]
      Not used of it are
        other: [4]
      Give \`names\`, or \`strict: false\` to leave them as they are. Nothing was changed.]
    `);
    expect(() => pourWeights(model, file({ ...rest, 'net.2.bias': counted(4) }))).toThrowErrorMatchingInlineSnapshot(`
      [GraftError: \`select\` maps tensors of \`weights.safetensors\` to others in shape or type:
        \`net.2.bias\` is [3], but \`net.2.bias\` is [4]
      Nothing was changed.]
    `);
    expect(() => pourWeights(model, file(rest), { names: { 'net.2.bias': 'gone' } })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: \`names\` takes \`net.2.bias\` from \`gone\`, which \`weights.safetensors\` does not hold.]`,
    );
    expect([...stateOf(model).values()].flatMap(toNumbers).every((value) => value === 0.5)).toBe(true);
    expect(pourWeights(model, file(rest), { strict: false }).fresh.map(({ id }) => id)).toEqual(['net.2.bias']);
  });
});
