// The sizes that a model's graph leaves open, as a batch has them. Called by the trainer for every batch, and by exports.
import { fail } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Examples } from '../data/dataset.ts';
import type { Value } from '../graph/graph.ts';
import { formatShape } from '../graph/types.ts';
import type { Model } from './model.ts';

/** Sizes by the names that they have in the shapes of a model's inputs: `{ N: 32, L: 128 }`. */
export type Sizes = Readonly<Record<string, number>>;

/** The model's inputs with the tensors of a batch. @throws GraftError `invalid-data` when one is missing. */
export function inputsOf(model: Model, { inputs, extras = {} }: Pick<Examples, 'inputs' | 'extras'>): [Value, Tensor][] {
  const others = (model.extras ?? []).map((value): [Value, Tensor] => {
    const given = Object.keys(extras).join(', ') || 'none';
    const missing = `Model \`${model.name}\` takes \`${value.name}\` besides \`${model.input.name}\`, but the examples have no such extra input (they have ${given}).`;
    return [value, extras[value.name] ?? fail('invalid-data', missing)];
  });
  return [[model.input, inputs], ...others];
}

/** @throws GraftError `invalid-shape` when a tensor is not what its input takes, or two disagree on a size. */
export function sizesOf(model: Model, examples: Pick<Examples, 'inputs' | 'extras'>): Sizes {
  const sizes: Record<string, number> = {};
  for (const [{ name, shape, dtype }, tensor] of inputsOf(model, examples)) {
    const fits = shape.length === tensor.dims.length && tensor.dtype === dtype;
    const agrees = shape.every((dim, i) => {
      const size = tensor.dims[i] as number;
      if (typeof dim === 'number') return dim === size;
      sizes[dim] ??= size;
      return sizes[dim] === size;
    });
    if (fits && agrees) continue;
    const known = Object.entries(sizes).map(([dim, size]) => `${dim} = ${size}`);
    fail(
      'invalid-shape',
      `Input \`${name}\` of model \`${model.name}\` takes ${dtype} ${formatShape(shape)} (${known.join(', ')}), but was given ${tensor.dtype} ${formatShape(tensor.dims)}.`,
    );
  }
  return sizes;
}
