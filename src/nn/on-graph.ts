// A model on a rewritten graph: what names its values follows them. Called wherever a model is made of another by `rewrite`.
import type { Rewritten } from '../graph/rewrite.ts';
import type { Model } from './model.ts';

/** The model with the graph that its own became. */
export function onGraph(model: Model, { graph, map }: Rewritten): Model {
  return {
    ...model,
    graph,
    input: map(model.input),
    ...(model.extras && { extras: model.extras.map(map) }),
    logits: map(model.logits),
    features: map(model.features),
  };
}
