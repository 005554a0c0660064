// A new head on a model's features: the old classifier goes, pooling comes where features have axes of their own. Called by users after `loadOnnx`.
import { fail } from '../../core/errors.ts';
import { inWords, knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { suggest } from '../../core/nearest.ts';
import type { Value } from '../../graph/graph.ts';
import { prune, rewrite } from '../../graph/rewrite.ts';
import { formatShape } from '../../graph/types.ts';
import { layerNames } from '../create-model.ts';
import { relu } from '../layers/activation.ts';
import { cosine } from '../layers/cosine.ts';
import { dense } from '../layers/dense.ts';
import type { Adaptation, Model } from '../model.ts';
import { ownValue } from '../own-values.ts';
import { pooled } from '../pooled.ts';
import { requireModel } from '../require-model.ts';
import { type Layer, Scope, type ScopeRecord } from '../scope.ts';
import { sourceHeadOf } from '../source-head.ts';

/** What {@link replaceHead} puts on. */
export interface HeadOptions {
  /** Class names, or how many there are; for a regression, the number of outputs. */
  readonly classes: readonly string[] | number;
  /** `linear`, `mlp` (one hidden layer as wide as the features), `cosine`, or layers of your own that end in one score a class. Default `linear`. */
  readonly head?: 'linear' | 'mlp' | 'cosine' | readonly Layer[];
  /** Value that the head reads; default the model's features. */
  readonly features?: string;
  /** Seed of the head's initial parameters; default 0. */
  readonly seed?: number;
}

const HEADS: readonly string[] = ['linear', 'mlp', 'cosine'];
const KINDS: OptionKinds<HeadOptions> = { classes: 'any', head: 'any', features: 'string', seed: 'number' };

/** Name of the group that the new parameters make up. */
const HEAD = 'head';

/**
 * A copy of `model` with another head. Features `[N, C, ...]` of an image are averaged over their places, those of a text `[N, L, D]` over its tokens,
 * over those alone that its `attention_mask` counts where the model has one. The new parameters are the group `head`; the values of all others are copied.
 * A model with adapters keeps them, and has the head when they are merged, too.
 * @throws GraftError `invalid-argument` when `features` names nothing, or lies before an adapter; `invalid-shape` when a head cannot read the features.
 */
export function replaceHead(model: Model, options: HeadOptions): Model {
  requireModel('replaceHead', model);
  knownOptions(options, KINDS, 'replaceHead');
  const { classes, head = 'linear', features: named, seed = 0 } = options ?? {};
  if (typeof head === 'string' && !HEADS.includes(head))
    fail('invalid-argument', `\`head\` (="${head}") of \`replaceHead\`: ${suggest(head, HEADS)}`);
  const names = typeof classes === 'number' ? undefined : classes;
  const count = countOf(classes);
  if (named !== undefined && !model.graph.values.has(named)) {
    fail(
      'invalid-argument',
      `\`features\` (="${named}") names no value of model \`${model.name}\`; ${suggest(named, [...model.graph.values.keys()])}`,
    );
  }
  const { graph: whole, map } = rewrite(model.graph, () => undefined, { declare: ownValue });
  const source = named === undefined ? map(model.features) : whole.value(named);
  whole.outputs.clear();
  whole.output('features', source);
  const { graph: g } = prune(whole, { state: true });
  const features = g.outputs.get('features') as Value;
  g.outputs.clear();
  const kept = new Set([...g.ofKind('parameter'), ...g.ofKind('buffer')].map(({ id = '' }) => id));
  const adaptation = model.adaptation && rebased(model, model.adaptation, options, kept);
  const record: ScopeRecord = { g, seed, parameters: new Map([...model.parameters].filter(([id]) => kept.has(id))), members: [] };
  const group = model.groups.some(({ kind, name }) => kind === 'shared' && name === HEAD) ? 'new_head' : HEAD;
  const scope = new Scope(record, [group]);
  const layers = headLayers(head, count, features);
  const labels = layerNames(layers);
  const single = layers.length === 1;
  const logits = layers.reduce(
    (x, layer, i) => (single ? g.scope(group, () => layer.build(scope, x)) : scope.layer(layer, x, labels[i] as string)),
    pooled(g, group, features),
  );
  if (logits.shape.at(-1) !== count) fail('invalid-shape', `The head gives ${logits.shape.at(-1)} scores, but there are ${count} \`classes\`.`);
  g.output('logits', logits);
  const shared = model.groups
    .map(({ name, members }) => ({ name, kind: 'shared' as const, members: members.filter((id) => kept.has(id)) }))
    .filter(({ members }) => members.length > 0);
  const { classes: _, sourceHead: earlier, ...rest } = model;
  const sourceHead = sourceHeadOf(model) ?? earlier;
  const extras = g.ofKind('input').slice(1);
  return {
    ...rest,
    graph: g,
    input: g.value(model.input.name),
    ...(extras.length > 0 && { extras }),
    logits,
    features,
    parameters: record.parameters,
    groups: [...shared, { name: group, kind: 'head', members: record.members.map(({ id }) => id) }],
    seed,
    ...(names && { classes: names }),
    ...(sourceHead && { sourceHead }),
    ...(adaptation && { adaptation }),
  };
}

/** The adaptation of a model of which the parameters `kept` stay, on a base with the same new head. */
function rebased({ name, parameters }: Model, adaptation: Adaptation, options: HeadOptions, kept: ReadonlySet<string>): Adaptation {
  const { base, method } = adaptation;
  const lost = [...parameters.keys()].find((id) => !base.parameters.has(id) && !kept.has(id));
  if (lost !== undefined) {
    fail(
      'invalid-argument',
      `The head of \`replaceHead\` would read what lies before \`${lost}\` of model \`${name}\`; replace the head first, then add adapters with \`${method}\`.`,
    );
  }
  return { ...adaptation, base: replaceHead(base, options) };
}

function countOf(classes: HeadOptions['classes'] | undefined): number {
  if (typeof classes === 'number' && Number.isInteger(classes) && classes > 0) return classes;
  const known = Array.isArray(classes) && classes.length > 0;
  if (!known)
    return fail(
      'invalid-argument',
      `\`classes\` of \`replaceHead\` must be names or a whole number above 0, for instance \`{ classes: ['cat', 'dog'] }\`, not ${inWords(classes)}.`,
    );
  const twice = classes.find((name, i) => classes.indexOf(name) !== i);
  return twice === undefined ? classes.length : fail('invalid-argument', `\`classes\` of \`replaceHead\` name "${twice}" twice.`);
}

function headLayers(head: Exclude<HeadOptions['head'], undefined>, count: number, features: Value): readonly Layer[] {
  if (typeof head !== 'string') return head;
  if (head === 'linear') return [dense(count)];
  if (head === 'cosine') return [cosine(count)];
  const width = features.shape.length === 4 ? features.shape[1] : features.shape.at(-1);
  if (typeof width !== 'number') return fail('invalid-shape', `The features ${formatShape(features.shape)} have no known width for a hidden layer.`);
  return [dense(width), relu(), dense(count)];
}
