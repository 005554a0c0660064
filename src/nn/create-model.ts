// Layers -> model: builds the graph, draws the initial parameters, finds the groups. Called by users and by the examples.

import type { DType } from '../core/dtype.ts';
import { fail } from '../core/errors.ts';
import { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { BATCH, type Group, type Model, type Preprocessing } from './model.ts';
import { type Layer, Scope, type ScopeRecord } from './scope.ts';

/** What {@link createModel} builds. */
export interface ModelOptions {
  readonly name?: string;
  /** Sizes of one example without the batch: `[1, 28, 28]`. */
  readonly input: readonly number[];
  /** Element type of the input; token indices are int64. Default float32. */
  readonly dtype?: DType;
  /** Layers from input to output. The top-level ones that hold parameters become the model's groups. */
  readonly layers: readonly Layer[];
  /** Name of the first layer that belongs to the task alone; default: the last that holds parameters. */
  readonly head?: string;
  /** Seed of the initial parameters, a safe integer >= 0; default 0. */
  readonly seed?: number;
  /** Class names by index, one for each score; they travel with the model into reports and exports. */
  readonly classes?: readonly string[];
  readonly preprocessing?: Preprocessing;
}

/**
 * Builds a model with freshly drawn parameters. Each parameter depends only on the seed and its own name, so that models which
 * share a layer's name and shape start it alike.
 * @throws GraftError `invalid-argument` when two layers share a name, or `head` names none or nothing that learns; `invalid-shape` when layers do not fit together.
 */
export function createModel(options: ModelOptions): Model {
  const { name = 'model', layers, seed = 0, classes, preprocessing } = options;
  const g = new Builder(name);
  const record: ScopeRecord = { g, seed, parameters: new Map(), members: [] };
  const scope = new Scope(record);
  const input = g.input('input', options.dtype ?? 'float32', [BATCH, ...options.input]);
  const names = layerNames(layers);
  const values: Value[] = [input];
  layers.forEach((layer, i) => {
    values.push(scope.layer(layer, values[i] as Value, names[i] as string));
  });
  const logits = values.at(-1) as Value;
  const holders = names.filter((layer) => record.members.some(({ path }) => path === layer));
  const head = options.head ?? holders.at(-1);
  if (options.head !== undefined && !names.includes(options.head)) {
    fail('invalid-argument', `\`head\` (="${options.head}") names no layer of \`${name}\`. Layers: ${names.join(', ')}.`);
  }
  const headStart = head === undefined ? names.length : names.indexOf(head);
  if (head !== undefined && !holders.some((layer) => names.indexOf(layer) >= headStart)) {
    fail('invalid-argument', `\`head\` (="${head}") and the layers behind it hold no parameters. Layers that do: ${holders.join(', ') || 'none'}.`);
  }
  const groups = holders.map((layer): Group => {
    const members = record.members.filter(({ path }) => path === layer).map(({ id }) => id);
    return { name: layer, kind: names.indexOf(layer) >= headStart ? 'head' : 'shared', members };
  });
  if (classes && logits.shape.at(-1) !== classes.length) {
    fail('invalid-shape', `Model \`${name}\` gives ${logits.shape.at(-1)} scores, but ${classes.length} \`classes\` are named.`);
  }
  g.output('logits', logits);
  return {
    name,
    graph: g,
    input,
    logits,
    features: values[headStart] as Value,
    parameters: record.parameters,
    groups,
    seed,
    ...(classes && { classes }),
    ...(preprocessing && { preprocessing }),
  };
}

/** A layer's own name, or its kind; kinds that occur more than once are numbered from 1. */
export function layerNames(layers: readonly Layer[]): string[] {
  const seen = new Map<string, number>();
  const total = (kind: string) => layers.filter((layer) => layer.name === undefined && layer.kind === kind).length;
  const names = layers.map(({ kind, name }) => {
    if (name !== undefined) return name;
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    return total(kind) > 1 ? `${kind}${count}` : kind;
  });
  const twice = names.find((layer, i) => names.indexOf(layer) !== i);
  const odd = names.find((name) => name === '' || /[./]/.test(name));
  if (odd !== undefined) fail('invalid-argument', `A layer cannot be named "${odd}": names make up paths, so give it one without \`.\` and \`/\`.`);
  if (twice !== undefined) fail('invalid-argument', `Two layers are named \`${twice}\`; give one another name.`);
  return names;
}
