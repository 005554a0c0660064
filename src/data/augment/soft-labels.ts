// Class indices as distributions over the classes, which the loss `crossEntropy({ labels: 'soft' })` takes. Called by `mixedSource` and for validation beside it.
import { fail } from '../../core/errors.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';
import type { ExampleSource, Examples, Pass } from '../dataset.ts';

/** A source whose examples have soft labels. */
export interface SoftSource extends ExampleSource {
  gather(indices: ArrayLike<number>, pass?: Pass): Promise<Examples & { readonly labels: Tensor<'float32'> }>;
}

/**
 * The same examples with labels `[N, classes]`: 1 for the class of each and 0 for the others; soft labels stay as they are. `labels` of the source itself
 * are left as they were, so that classes can still be counted.
 * @throws GraftError `invalid-data` when the source has no classes, or, on reading, no labels over them.
 */
export function softLabelled(source: ExampleSource): SoftSource {
  const classes = source.classes?.length ?? fail('invalid-data', `\`${source.name}\` has no classes, so its labels cannot be made soft.`);
  return {
    ...source,
    gather: async (indices, pass) => {
      const { labels, ...rest } = await source.gather(indices, pass);
      if (labels instanceof Int32Array) return { ...rest, labels: oneHot(labels, classes) };
      if (labels?.dtype === 'float32' && labels.dims.length === 2 && labels.dims[1] === classes)
        return { ...rest, labels: labels as Tensor<'float32'> };
      const found = labels ? `${labels.dtype} [${labels.dims.join(', ')}]` : 'missing';
      return fail(
        'invalid-data',
        `The labels of \`${source.name}\` are ${found}; soft labels are made of class indices, or are float32 [N, ${classes}].`,
      );
    },
  };
}

function oneHot(labels: Int32Array, classes: number): Tensor<'float32'> {
  const out = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    out[i * classes + label] = 1;
  });
  return tensor('float32', [labels.length, classes], out);
}
