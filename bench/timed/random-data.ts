// Random examples for whatever inputs a model has, to time steps with. Made in the processes that the benchmarks start, and by scripts/profile-step.ts.
import { isFloat } from '../../src/core/dtype.ts';
import { sizeOf } from '../../src/core/tensor.ts';
import { takeRows } from '../../src/data/rows.ts';
import { type ExampleSource, type Examples, type Model, stream, type Tensor, tensor } from '../../src/index.ts';

/** Different examples; a source repeats them, so that large ones fit into memory. */
const POOL = 64;

/** Of an index, so that every table of embeddings has it. */
const INDICES = 1000;

/** What a model leaves open, unless told otherwise: the length of texts, the sides of images. */
const SIZES: Readonly<Record<string, number>> = { L: 128, height: 224, width: 224 };

/** Random values for one input: a mask counts all, types are 0, other whole numbers are small indices. */
function randomInput(name: string, dtype: Tensor['dtype'], dims: readonly number[]): Tensor {
  const uniform = stream(0, name).uniforms(sizeOf(dims)) as Float32Array<ArrayBuffer>;
  if (isFloat(dtype)) return tensor('float32', dims, uniform);
  const value = (x: number) => (name.includes('mask') ? 1 : name.includes('type') ? 0 : Math.floor(x * INDICES));
  return tensor(
    'int64',
    dims,
    BigInt64Array.from(uniform, (x) => BigInt(value(x))),
  );
}

/** `count` examples with labels of 10 classes. `sizes` are further ones that the model leaves open. */
export function randomExamples(
  model: Model,
  count: number,
  sizes: Readonly<Record<string, number>> = {},
): Examples & { readonly labels: Int32Array } {
  const all = [model.input, ...(model.extras ?? [])].map(({ name, dtype, shape }) => {
    const dims = shape.map((dim, axis) => (axis === 0 ? count : typeof dim === 'number' ? dim : (sizes[dim] ?? SIZES[dim] ?? missing(name, dim))));
    return [name, randomInput(name, dtype, dims)] as const;
  });
  const [[, inputs], ...extras] = all as [(typeof all)[number], ...typeof all];
  const labels = Int32Array.from({ length: count }, (_, i) => i % 10);
  return { inputs, labels, ...(extras.length > 0 && { extras: Object.fromEntries(extras) }) };
}

function missing(name: string, dim: string): never {
  throw new Error(`Input \`${name}\` leaves the size ${dim} open; give one.`);
}

/** 64 batches, made of a pool of a few examples. */
export function randomSource(model: Model, batch: number, sizes: Readonly<Record<string, number>> = {}): ExampleSource {
  const { inputs, extras = {}, labels } = randomExamples(model, POOL, sizes);
  return {
    name: 'random',
    length: 64 * batch,
    inputShape: model.input.shape.slice(1),
    inputDtype: model.input.dtype,
    classes: undefined,
    gather: (indices) => {
      const rows = Int32Array.from(indices, (i) => i % POOL);
      return {
        inputs: takeRows(inputs, rows),
        extras: Object.fromEntries(Object.entries(extras).map(([name, tensor]) => [name, takeRows(tensor, rows)])),
        labels: rows.map((row) => labels[row] as number),
      };
    },
  };
}
