// Files that were exported for training: batch norm and dropout in training mode, with the outputs that only training reads.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { messagesOf } from '../../../tests/support/messages.ts';
import { draw } from '../../../tests/support/noise.ts';
import { tensor, tensorOf, toNumbers } from '../../core/tensor.ts';
import { dataset } from '../../data/dataset.ts';
import { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { writeOnnx } from '../../graph/onnx/write.ts';
import { evaluate } from '../../train/evaluate.ts';
import { exportOnnx } from '../../train/export-onnx.ts';
import { finish, fit } from '../../train/fit.ts';
import type { FitOptions } from '../../train/fit-options.ts';
import { stateOf } from '../model.ts';
import { loadOnnx } from './load-onnx.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-inference-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What PyTorch writes of a network in training mode, or with `training: false` of the same one in evaluation mode. */
function network({ training = true, add = (_: Builder, y: Value, _extra: readonly (Value | undefined)[]): Value => y } = {}): Uint8Array {
  const g = new Builder('network');
  const stored = (name: string, shape: readonly number[]) => g.parameter(name, draw(shape.length, shape, 1));
  const channels = (name: string, values: readonly number[]) => g.parameter(name, tensorOf('float32', values));
  const outputs = (stem: string, count: number) => Array.from({ length: count }, (_, i) => `${stem}_output_${i}`).slice(0, training ? count : 1);
  const node = (op: string, inputs: readonly Value[], count: number, attrs = {}) =>
    g.append(op, inputs, attrs, { name: `/${op}`, outputs: outputs(`/${op}`, count) }).outputs as Value[];
  const x = g.input('x', 'float32', ['batch', 1, 6, 6]);
  const norm = [
    channels('bn.weight', [1, 2]),
    channels('bn.bias', [0, 1]),
    channels('bn.running_mean', [0.5, -0.5]),
    channels('bn.running_var', [2, 3]),
  ];
  const mode = training ? { training_mode: 1 } : {};
  const normed = node('BatchNormalization', [g.op('Conv', [x, stored('conv.weight', [2, 1, 3, 3])]), ...norm], 3, mode);
  const pooled = node('MaxPool', [g.relu(normed[0] as Value)], 2, { kernel_shape: [2, 2], strides: [2, 2] });
  const asked = [g.scalar(0.5), ...(training ? [g.constant(tensor('bool', [], Uint8Array.of(1)))] : [])];
  const dropped = node('Dropout', [g.reshape(pooled[0] as Value, [-1, 8]), ...asked], 2);
  const logits = g.op('Gemm', [dropped[0] as Value, stored('fc.weight', [3, 8])], { transB: 1 });
  for (const value of normed.slice(1)) g.output(`next_${value.name}`, value);
  g.output('logits', add(g, logits, [...normed.slice(1), dropped[1]]));
  return writeOnnx(g);
}

const data = dataset({ inputs: draw(7, [12, 1, 6, 6], 2), labels: Array.from({ length: 12 }, (_, i) => i % 3) });

test('they are models as of inference, which train as others do', async () => {
  const model = await loadOnnx(network());
  expect(
    model.graph.nodes.map(({ op, inputs, outputs, attrs }) => `${op} ${inputs.length} ${outputs.length} ${Object.keys(attrs)}`),
  ).toMatchInlineSnapshot(`
    [
      "Conv 2 1 ",
      "BatchNormalization 5 1 epsilon,momentum",
      "Relu 1 1 ",
      "MaxPool 1 1 kernel_shape,strides",
      "Reshape 2 1 ",
      "Dropout 2 1 ",
      "Gemm 2 1 transB",
    ]
  `);
  const twin = await loadOnnx(network({ training: false }));
  expect([...stateOf(model).keys()]).toEqual([...stateOf(twin).keys()]);
  const scores = async (of: typeof model) => toNumbers((await evaluate(of, data)).logits);
  expect(await scores(model)).toEqual(await scores(twin));
  const options: FitOptions[] = [{ batchNorm: 'train' }, { recompute: 'blocks' }, { batchNorm: { stochastic: 0.5 } }];
  for (const option of options) {
    for (const each of [model, twin]) await finish(fit(each, data, { epochs: 2, batchSize: 6, ...option }));
    expect(toNumbers(stateOf(model).get('bn.running_mean') as never)).not.toEqual([0.5, -0.5]);
    expect(await scores(model)).toEqual(await scores(twin));
  }
  expect((await exportOnnx(model, join(folder, 'm.onnx'))).difference).toBeLessThan(1e-5);
});

test('they are refused where the scores depend on what only training computes', async () => {
  const reading = (i: number) => () =>
    loadOnnx(network({ add: (g, y, extra) => g.add(y, g.op('ReduceMax', [g.cast(extra[i] as Value, 'float32')])) }));
  expect(await messagesOf([reading(0), reading(2)])).toMatchInlineSnapshot(`
    [
      "BatchNormalization node \`/BatchNormalization\` gives \`next_/BatchNormalization_output_1\`, a running statistic after the step, which is read by ReduceMax node \`ReduceMax\`; Graft follows its first output only. Export the model for inference.",
      "Dropout node \`/Dropout\` gives \`/Dropout_output_1\`, its mask, which is read by Cast node \`Cast\`; Graft follows its first output only. Export the model for inference.",
    ]
  `);
});
