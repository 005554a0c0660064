// The classifier of a source's own task, cut off its network: what a new head replaces, kept for methods that ask what the source makes of an example.
import { fail } from '../core/errors.ts';
import { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { insert } from '../graph/insert.ts';
import { rewrite } from '../graph/rewrite.ts';
import type { Model, ParameterInfo, SourceHead } from './model.ts';
import { onGraph } from './on-graph.ts';
import { ownValue } from './own-values.ts';

/** Name of the head's input, and of the group that it makes up where it trains beside a new one. */
const [FEATURES, GROUP] = ['features', 'source-head'];

/**
 * The head of `model`, with values of its own: for a target made otherwise than by `replaceHead`, `{ ...target, sourceHead: sourceHeadOf(source) }`.
 * `undefined` where the model ends in its features.
 */
export function sourceHeadOf(model: Model): SourceHead | undefined {
  const { graph, features, logits, classes } = model;
  if (features === logits) return undefined;
  const g = new Builder(model.name);
  const stand = new Map([[features, g.input(FEATURES, features.dtype, features.shape)]]);
  const [scores] = insert(g, graph, [logits], (value) =>
    standIn(stand, value, () => (value.kind === 'input' ? g.input(value.name, value.dtype, value.shape) : ownValue(g, value))),
  );
  if (g.ofKind('parameter').length === 0 || !scores) return undefined;
  g.output('logits', scores);
  return { graph: g, reads: features.name, ...(classes && { classes }) };
}

/** A model with its source's head beside its own. */
export interface WithSourceHead {
  /** Its parameters are the given model's arrays; those of the source's head are its own and make up a group `source-head`. */
  readonly model: Model;
  /** Scores of the source's classes `[N, ...]`, a value of its graph. */
  readonly sourceLogits: Value;
}

/** @throws GraftError `invalid-argument` for a model that has no source head, or whose graph lacks what it reads. */
export function withSourceHead(model: Model): WithSourceHead {
  const head = model.sourceHead;
  if (!head) {
    const remedy =
      'load a model that has its classifier, as `loadOnnx` reads it, and give it the new one with `replaceHead`; or give `{ ...model, sourceHead: sourceHeadOf(source) }`';
    return fail('invalid-argument', `Model \`${model.name}\` has no classifier of its source: ${remedy}.`);
  }
  const rewritten = rewrite(model.graph, () => undefined);
  const g = rewritten.graph;
  const features = g.values.get(head.reads);
  if (!features) return fail('invalid-argument', `The source's classifier reads \`${head.reads}\`, which model \`${model.name}\` does not compute.`);
  const infos = new Map<string, ParameterInfo>();
  const members: string[] = [];
  const stand = new Map([[head.graph.value(FEATURES), features]]);
  const own = (value: Value): Value | undefined => {
    if (value.kind === 'input') return g.values.get(value.name);
    const id = `${GROUP}.${value.id}`;
    const copy = ownValue(g, value, { name: id, id });
    if (!copy) return undefined;
    members.push(id);
    if (value.kind === 'parameter') infos.set(id, { id, layer: GROUP, decay: value.shape.length > 1 });
    return copy;
  };
  const [sourceLogits] = g.scope(GROUP, () =>
    insert(g, head.graph, [head.graph.outputs.get('logits') as Value], (value) => standIn(stand, value, () => own(value))),
  );
  const whole: Model = {
    ...onGraph(model, rewritten),
    parameters: new Map([...model.parameters, ...infos]),
    groups: [...model.groups, { name: GROUP, kind: 'head', members }],
  };
  return { model: whole, sourceLogits: sourceLogits as Value };
}

/** One value of a graph in place of another's, made once. */
function standIn(known: Map<Value, Value>, value: Value, make: () => Value | undefined): Value | undefined {
  const made = known.get(value) ?? make();
  if (made) known.set(value, made);
  return made;
}
