// A dozen architectures as PyTorch's exporters write them (bench/zoo/fixtures.py) and one as tf2onnx does (fixtures_keras.py), loaded and differentiated
// as `fit` does it, against PyTorch and TensorFlow in float64: the loss and of each parameter's gradient the norm and three projections. bench/zoo does it for the whole zoo.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../src/core/tensor.ts';
import { createSession, loadOnnx, losses, openDevice, stateOf, type Tensor, tensorOf, toNumbers } from '../src/index.ts';
import { sizesOf } from '../src/nn/sizes.ts';
import { trainProgram } from '../src/train/program.ts';
import { draw, noise } from './support/noise.ts';

interface Golden {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly dims: readonly number[]; readonly kind: 'noise' | 'ids' | 'mask' }[];
  /** Further names of shared parameters -> the one in `gradients`. */
  readonly ties: Readonly<Record<string, string>>;
  /** Sizes of the labels, and how many classes there are. */
  readonly label: readonly number[];
  readonly classes: number;
  readonly loss: number;
  /** By the file's name: the norm, then projections on noise. */
  readonly gradients: Readonly<Record<string, readonly [number, ...number[]]>>;
}

const VOCABULARY = 64;
const [LABELS, PROJECTIONS] = [100, 200];
/** Of float32 against float64, relative to the norm; measured: 2.3e-5 at most. */
const TOLERANCE = 1e-4;
/** Share of all gradients together that a gradient's norm counts as, where it is shorter: some are zero but for rounding. */
const FLOOR = 1e-4;

const folder = new URL('./fixtures/zoo/', import.meta.url);
const models = ['golden.json', 'golden-keras.json'].flatMap(
  (file) => (JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { models: Golden[] }).models,
);
const { device } = await openDevice('cpu');

function integers(salt: number, dims: readonly number[], low: number, high: number): Tensor {
  const numbers = Array.from(noise(salt, sizeOf(dims)), (u) => low + Math.floor((u + 0.5) * (high - low)));
  return tensorOf('int64', numbers, dims);
}

function inputOf({ dims, kind }: Golden['inputs'][number], salt: number): Tensor {
  if (kind === 'noise') return draw(salt, dims, 4);
  if (kind === 'ids') return integers(salt, dims, 3, VOCABULARY);
  const [rows = 0, columns = 0] = dims;
  // The last row is three shorter.
  return tensorOf(
    'int64',
    Array.from({ length: rows * columns }, (_, i) => (i < rows * columns - 3 ? 1 : 0)),
    dims,
  );
}

describe.each(models)('$name', ({ name, inputs, ties, label, classes, loss: wanted, gradients }) => {
  test('loss and gradients are those of its framework', async () => {
    const model = await loadOnnx(readFileSync(new URL(`${name}.onnx`, folder)));
    const given = Object.fromEntries(inputs.map((input, i) => [input.name, inputOf(input, i)]));
    const { [model.input.name]: first, ...extras } = given;
    const sizes = sizesOf(model, { inputs: first as Tensor, extras });
    const loss = losses.crossEntropy();
    const { setup } = trainProgram(model, { sizes, loss, trainable: new Set(model.parameters.keys()), batchNorm: 'frozen', penalties: [] });
    const session = await createSession(setup.model, { device, threads: 1 });
    const state = stateOf(model);
    const fed = Object.fromEntries(setup.parameters.map((id) => [id, state.get(id) as Tensor]));
    const outputs = await session.run({ ...fed, ...given, target: integers(LABELS, label, 0, classes) });
    await session.release();

    const weight = Number(outputs.weight?.data[0]);
    expect(Number(outputs.loss?.data[0]) / weight / wanted).toBeCloseTo(1, 5);
    const found = new Map([...model.parameters.keys()].map((id) => [ties[id] ?? id, outputs[`d:${id}`]]));
    expect([...found.keys()].toSorted()).toEqual(Object.keys(gradients).toSorted());
    const floor = FLOOR * Math.hypot(...Object.values(gradients).map(([norm]) => norm));
    const errors = Object.entries(gradients).map(([parameter, [norm, ...projections]]) => {
      const sum = found.get(parameter);
      const gradient = sum ? toNumbers(sum).map((x) => x / weight) : [];
      const projected = projections.map((_, k) => {
        const direction = noise(PROJECTIONS + k, gradient.length);
        return gradient.reduce((total, x, i) => total + x * (direction[i] as number), 0);
      });
      const off = [Math.hypot(...gradient) - norm, ...projected.map((value, k) => value - (projections[k] as number))];
      return [parameter, Math.max(...off.map(Math.abs)) / Math.max(norm, floor)] as const;
    });
    expect(errors.filter(([, error]) => !(error < TOLERANCE))).toEqual([]);
  });
});
