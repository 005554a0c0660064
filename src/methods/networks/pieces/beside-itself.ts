// A network that goes on to learn from rows of one domain, and beside it what it is now, for rows of another: a copy that learns no more. Made by methods that
// draw what is made of one domain to what was made of the other.
import type { Value } from '../../../graph/graph.ts';
import { insert } from '../../../graph/insert.ts';
import { rewrite } from '../../../graph/rewrite.ts';
import type { Model } from '../../../nn/model.ts';
import { onGraph } from '../../../nn/on-graph.ts';
import { copyOfModel } from '../../../nn/own-values.ts';
import { vectorsOf } from '../../../nn/vectors.ts';
import { inputsOnceMore } from './paired-model.ts';

/** Before the names of all that is the copy's. */
const BEFORE = 'before';

/** A model and its copy in one graph. */
export interface BesideItself {
  /** Its parameters are the given model's arrays; besides that one's inputs it takes the copy's. */
  readonly model: Model;
  /** What the head reads of the model's own rows, `[N, d]`. */
  readonly features: Value;
  /** What it would have read of the copy's rows, `[N, d]`. */
  readonly before: Value;
}

/** Name of the copy's input beside `name`, the model's own. */
export function inputBefore(name: string): string {
  return `${BEFORE}:${name}`;
}

/**
 * In a training step the copy drops units and normalises by its batch as the model does, so that nothing of how they compute tells one's features from the other's.
 * @throws GraftError `invalid-shape` when nothing before the head is one vector for each example.
 */
export function besideItself(model: Model): BesideItself {
  const copy = copyOfModel(model);
  const rewritten = rewrite(model.graph, () => undefined);
  const { graph: g, map } = rewritten;
  const inputs = inputsOnceMore(g, copy, BEFORE);
  const [before] = g.scope(BEFORE, () => insert(g, copy.graph, [vectorsOf(copy)], (value) => inputs.get(value))) as [Value];
  const whole = onGraph(model, rewritten);
  return { model: { ...whole, extras: [...(whole.extras ?? []), ...inputs.values()] }, features: map(vectorsOf(model)), before };
}
