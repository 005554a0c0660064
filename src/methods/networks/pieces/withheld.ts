// A source of examples without its labels. Called before anything of the target is handed on.
import type { ExampleSource } from '../../../data/dataset.ts';

/** The same inputs; labels and the names of classes are nowhere in it. */
export function withheld(source: ExampleSource): ExampleSource {
  const { name, length, inputShape, inputDtype, varies, prefetch } = source;
  return {
    name,
    length,
    inputShape,
    inputDtype,
    classes: undefined,
    ...(varies !== undefined && { varies }),
    gather: async (indices, pass) => {
      const { inputs, extras } = await source.gather(indices, pass);
      return { inputs, ...(extras && { extras }), labels: undefined };
    },
    ...(prefetch && { prefetch: (indices, pass) => source.prefetch?.(indices, pass) }),
  };
}
