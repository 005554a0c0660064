// A source whose examples are changed by chance in training. Called by what changes them.
import type { ExampleSource, Examples } from '../dataset.ts';

/**
 * @param change of the examples at `indices` in an epoch: the same for the same example and epoch, whatever else is in its batch. What it is given stays as it is.
 *   Without an epoch, as in evaluation, examples come as they are.
 */
export function varying(source: ExampleSource, change: (examples: Examples, indices: ArrayLike<number>, epoch: number) => Examples): ExampleSource {
  return {
    ...source,
    varies: true,
    gather: async (indices, pass) => {
      const examples = await source.gather(indices, pass);
      return pass ? change(examples, indices, pass.epoch) : examples;
    },
  };
}
