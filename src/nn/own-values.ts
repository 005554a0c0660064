// Models whose values are not those of the model they are made from: what one learns leaves the other as it is. Called where models are made of models.
import { copyOf, type Tensor } from '../core/tensor.ts';
import type { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { rewrite } from '../graph/rewrite.ts';
import type { Model } from './model.ts';
import { onGraph } from './on-graph.ts';

/** A parameter or buffer of `g` like `value`, its data copied; `undefined` for any other value. */
export function ownValue(g: Builder, { kind, name, id, data }: Value, as: { readonly name?: string; readonly id?: string } = {}): Value | undefined {
  if (kind === 'parameter') return g.parameter(as.name ?? name, copyOf(data as Tensor), as.id ?? id);
  return kind === 'buffer' ? g.buffer(as.name ?? name, copyOf(data as Tensor), as.id ?? id) : undefined;
}

/** The same model with values of its own. */
export function copyOfModel(model: Model): Model {
  return onGraph(
    model,
    rewrite(model.graph, () => undefined, { declare: ownValue }),
  );
}
