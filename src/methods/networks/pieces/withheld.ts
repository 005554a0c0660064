// A source of examples without its labels. Called before anything of the target is handed on.
import type { ExampleSource } from '../../../data/dataset.ts';

/** The same inputs; labels and the names of classes are nowhere in it. */
export function withheld({ name, length, inputShape, inputDtype, varies, gather, prefetch }: ExampleSource): ExampleSource {
  return {
    name,
    length,
    inputShape,
    inputDtype,
    classes: undefined,
    ...(varies !== undefined && { varies }),
    gather: async (indices, pass) => {
      const { inputs, extras } = await gather(indices, pass);
      return { inputs, ...(extras && { extras }), labels: undefined };
    },
    ...(prefetch && { prefetch }),
  };
}
