// The training graphs on ONNX Runtime's WebAssembly build, which browsers use: the same steps as on the CPU, up to rounding.
import { expect, test } from 'vitest';
import { stream } from '../core/rng.ts';
import { sizeOf, tensor } from '../core/tensor.ts';
import { dataset } from '../data/dataset.ts';
import { createModel } from '../nn/create-model.ts';
import { uniform, zeros } from '../nn/initialisers.ts';
import { dropout, relu } from '../nn/layers/activation.ts';
import { encoderLayer } from '../nn/layers/attention.ts';
import { conv } from '../nn/layers/conv.ts';
import { dense, flatten } from '../nn/layers/dense.ts';
import { positionalEmbedding } from '../nn/layers/embedding.ts';
import { batchNorm, layerNorm } from '../nn/layers/norm.ts';
import { averagePool, globalAveragePool, maxPool, meanPool } from '../nn/layers/pool.ts';
import { residual, sequential } from '../nn/layers/sequential.ts';
import { type Model, stateOf } from '../nn/model.ts';
import type { Layer } from '../nn/scope.ts';
import { fit } from './fit.ts';

/** `[N, L, D]` to the last state of an LSTM, `[N, hidden]`. */
function lstm(hidden: number): Layer {
  return {
    kind: 'lstm',
    build: (scope, x) => {
      const inputs = x.shape[2] as number;
      const init = uniform(hidden ** -0.5);
      const w = scope.parameter('w', [1, 4 * hidden, inputs], { init });
      const r = scope.parameter('r', [1, 4 * hidden, hidden], { init });
      const b = scope.parameter('b', [1, 8 * hidden], { init: zeros, decay: false });
      const [, last] = scope.g.ops('LSTM', [scope.g.transpose(x, [1, 0, 2]), w, r, b], { hidden_size: hidden }, 3);
      return scope.g.squeeze(last as typeof x, [0]);
    },
  };
}

const block = (width: number) =>
  residual(sequential([conv(width, 3, { padding: 1, bias: false }), batchNorm(), relu(), conv(width, 3, { padding: 1 })]));
const networks: Readonly<Record<string, { readonly input: readonly number[]; readonly layers: readonly Layer[] }>> = {
  'a CNN with batch norm, pools and a shortcut': {
    input: [3, 16, 16],
    layers: [
      ...[conv(8, 3, { stride: 2, padding: 1, bias: false }), batchNorm(), relu(), maxPool(3, { stride: 2, padding: 1 }), block(8)],
      ...[conv(8, 3, { padding: 1, groups: 8 }), averagePool(2), globalAveragePool(), dense(4)],
    ],
  },
  'a transformer encoder with dropout': {
    input: [12, 16],
    layers: [positionalEmbedding(), encoderLayer({ heads: 2, hidden: 32, dropout: 0.1 }), layerNorm(), meanPool(), dense(4)],
  },
  'an LSTM': { input: [10, 6], layers: [lstm(12), dropout(0.2), flatten(), dense(4)] },
};

const EXAMPLES = 24;

async function trained(name: string, device: 'cpu' | 'wasm'): Promise<{ losses: number[]; model: Model }> {
  const { input, layers } = networks[name] as (typeof networks)[string];
  const model = createModel({ input, layers, seed: 3 });
  const values = stream(1, name).normals(EXAMPLES * sizeOf(input)) as Float32Array<ArrayBuffer>;
  const data = dataset({
    name,
    inputs: tensor('float32', [EXAMPLES, ...input], values),
    labels: Int32Array.from({ length: EXAMPLES }, (_, i) => i % 4),
  });
  const losses: number[] = [];
  // SGD, because Adam divides by a gradient's size and so makes a rounding error of a zero gradient a whole step.
  const optimiser = { name: 'sgd', settings: { lr: 0.05, momentum: 0.9 } } as const;
  for await (const event of fit(model, data, { epochs: 2, batchSize: 8, optimiser, device, threads: 1 })) {
    if (event.type === 'step') losses.push(event.loss);
    if (event.type === 'start') expect(event.engine.device).toBe(device);
  }
  return { losses, model };
}

/** Of a loss, and of a value by the largest of its tensor: six steps of float32 rounding. */
const TOLERANCE = 1e-5;
/** What a tensor counts as 0 below: the bias of an attention's keys has no gradient, only its rounding. */
const ZERO = 1e-3;

for (const name of Object.keys(networks)) {
  test(`${name} learns the same on wasm as on cpu`, async () => {
    const [cpu, wasm] = [await trained(name, 'cpu'), await trained(name, 'wasm')];
    expect(cpu.losses).toHaveLength(6);
    expect(wasm.losses).toHaveLength(6);
    cpu.losses.forEach((loss, i) => {
      expect(Math.abs((wasm.losses[i] as number) - loss)).toBeLessThan(TOLERANCE * loss);
    });
    const initial = stateOf(createModel({ ...(networks[name] as (typeof networks)[string]), seed: 3 }));
    const other = stateOf(wasm.model);
    for (const [id, { data }] of stateOf(cpu.model)) {
      const [own, theirs, before] = [data, other.get(id)?.data, initial.get(id)?.data] as [Float32Array, Float32Array, Float32Array];
      const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const apart = own.reduce((most, value, i) => Math.max(most, Math.abs(value - (theirs[i] as number))), 0);
      const moved = own.reduce((most, value, i) => Math.max(most, Math.abs(value - (before[i] as number))), 0);
      expect(apart, id).toBeLessThan(TOLERANCE * Math.max(largest, ZERO));
      if (largest > ZERO) expect(moved, id).toBeGreaterThan(1000 * apart);
    }
  });
}
