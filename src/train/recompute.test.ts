import { describe, expect, test } from 'vitest';
import { noise } from '../../tests/support/noise.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';
import { readOnnx } from '../graph/onnx/read.ts';
import { blockSizeOf } from '../lower/blocked/block-size.ts';
import { createModel } from '../nn/create-model.ts';
import { dropout, gelu, relu } from '../nn/layers/activation.ts';
import { encoderLayer } from '../nn/layers/attention.ts';
import { conv } from '../nn/layers/conv.ts';
import { dense } from '../nn/layers/dense.ts';
import { batchNorm, layerNorm } from '../nn/layers/norm.ts';
import { globalAveragePool, maxPool, meanPool } from '../nn/layers/pool.ts';
import { residual, sequential } from '../nn/layers/sequential.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import { stateOf } from '../nn/model.ts';
import type { Layer } from '../nn/scope.ts';
import type { BatchNormMode } from '../nn/training-form.ts';
import { openDevice } from '../runtime/device.ts';
import { createSession } from '../runtime/session.ts';
import { type Recompute, trainProgram } from './program.ts';

const block = (width: number): Layer =>
  sequential([residual(sequential([conv(width, 3, { padding: 1, bias: false }), batchNorm(), relu(), conv(width, 3, { padding: 1 })])), relu()]);
const widening = (width: number): Layer[] => [conv(width, 1, { stride: 2 }), batchNorm(), relu()];
interface Network {
  readonly input: readonly number[];
  readonly layers: readonly Layer[];
  readonly batchNorm?: BatchNormMode;
}
const networks: Readonly<Record<string, Network>> = {
  'a residual CNN with batch norm': {
    input: [3, 16, 16],
    layers: [conv(8, 3, { padding: 1 }), relu(), maxPool(2), block(8), block(8), block(8), ...widening(16), block(16), globalAveragePool(), dense(4)],
  },
  'a transformer encoder with dropout': {
    input: [12, 16],
    layers: [...Array.from({ length: 6 }, () => encoderLayer({ heads: 2, hidden: 32, dropout: 0.2 })), layerNorm(), meanPool(), dense(4)],
  },
  'a chain of dense layers': {
    input: [24],
    layers: Array.from({ length: 9 }, (_, i) => [dense(i === 8 ? 4 : 24), ...(i === 8 ? [] : [i % 2 ? gelu() : relu(), dropout(0.1)])]).flat(),
  },
  'dense layers with stochastic batch norm': {
    input: [24],
    layers: [...Array.from({ length: 8 }, () => [dense(24), batchNorm(), relu()]).flat(), dense(4)],
    batchNorm: { stochastic: 0.5 },
  },
};
const BATCH = 6;
const { device } = await openDevice('cpu');
const blockSize = await blockSizeOf(device);

const modelOf = ({ batchNorm: _, ...shape }: Network) => createModel({ ...shape, seed: 1 });

function program(network: Network, recompute: Recompute, block?: number) {
  const model = modelOf(network);
  const trainable = new Set(model.parameters.keys());
  const layout = block === undefined ? undefined : { block, threads: 1 };
  const { batchNorm = 'train' } = network;
  return trainProgram(model, { sizes: { N: BATCH }, loss: crossEntropy(), trainable, batchNorm, penalties: [], recompute, layout });
}

/** All that a step gives, by name. */
async function step(network: Network, recompute: Recompute, block?: number): Promise<Record<string, Float32Array>> {
  const { setup } = program(network, recompute, block);
  const state = stateOf(modelOf(network));
  const feeds: Record<string, Tensor> = {};
  for (const { name, dtype, shape } of readOnnx(setup.model).ofKind('input')) {
    const dims = shape as number[];
    const drawn = Float32Array.from(noise(name.length, sizeOf(dims)), (u) => (name.endsWith('mask') ? Number(u > -0.3) * 1.25 : 2 * u));
    feeds[name] = state.get(name) ?? (dtype === 'int64' ? tensor('int64', dims, new BigInt64Array(BATCH).fill(1n)) : tensor('float32', dims, drawn));
  }
  const session = await createSession(setup.model, { device, threads: 1 });
  const results = await session.run(feeds);
  await session.release();
  for (const [id, { data }] of stateOf(modelOf(network))) expect(state.get(id)?.data, `${id} as it was fed`).toEqual(data);
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

describe.each(Object.keys(networks))('%s', (name) => {
  const network = networks[name] as Network;

  test('computes parts of its forward pass twice and keeps less', () => {
    const [once, twice] = [readOnnx(program(network, 'none').setup.model), readOnnx(program(network, 'blocks').setup.model)];
    const again = twice.nodes.filter(({ name }) => name.startsWith('again/'));
    expect(again.length).toBeGreaterThan(once.nodes.length / 20);
    const waiting = again.filter(({ op }) => op === 'Where');
    expect(waiting.length).toBeGreaterThan(1);
  });

  test.each([undefined, ...(blockSize === undefined ? [] : [blockSize])])(
    'gives the same loss, gradients and running statistics (block %s)',
    async (block) => {
      const [none, blocks] = [await step(network, 'none', block), await step(network, 'blocks', block)];
      expect(Object.keys(blocks).sort()).toEqual(Object.keys(none).sort());
      for (const [output, values] of Object.entries(none)) {
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
        const apart = values.reduce((most, value, i) => Math.max(most, Math.abs(value - (blocks[output]?.[i] as number))), 0);
        expect(apart / largest, output).toBeLessThan(1e-6);
      }
    },
  );
});
