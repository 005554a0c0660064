// Layers -> model: builds the graph, draws the initial parameters, finds the groups. Called by users and by the examples.

import { type DType, dtypes } from '../core/dtype.ts';
import { fail, GraftError } from '../core/errors.ts';
import { inWords, knownOptions, type OptionKinds } from '../core/known-options.ts';
import { checkClassNames } from '../data/class-names.ts';
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

const KINDS: OptionKinds<ModelOptions> = {
  name: 'string',
  input: { kind: 'list', like: '[1, 28, 28]' },
  dtype: Object.keys(dtypes),
  layers: { kind: 'list', like: '[flatten(), dense(10)]' },
  head: 'string',
  seed: 'number',
  classes: 'any',
  preprocessing: { kind: 'object', like: "{ steps: ['resize bilinear 28x28'] }" },
};

/**
 * Builds a model with freshly drawn parameters. Each parameter depends only on the seed and its own name, so that models which
 * share a layer's name and shape start it alike.
 * @throws GraftError `invalid-argument` when two layers share a name, or `head` names none or nothing that learns; `invalid-shape` when layers do not fit together.
 */
export function createModel(options: ModelOptions): Model {
  checkGiven(options);
  const { name = 'model', layers, seed = 0, classes, preprocessing } = options;
  const g = new Builder(name);
  const record: ScopeRecord = { g, seed, parameters: new Map(), members: [] };
  const scope = new Scope(record);
  const input = g.input('input', options.dtype ?? 'float32', [BATCH, ...options.input]);
  const names = layerNames(layers);
  const values: Value[] = [input];
  try {
    layers.forEach((layer, i) => {
      values.push(scope.layer(layer, values[i] as Value, names[i] as string));
    });
  } catch (error) {
    throw withInputRemedy(error, options.input);
  }
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
    const scores = logits.shape.length === 2 ? `${logits.shape[1]} scores` : `scores [${logits.shape.join(', ')}]`;
    const remedy = logits.shape.length === 2 ? '' : ' Put `flatten()` before the last `dense` for scores [N, classes].';
    fail('invalid-shape', `Model \`${name}\` gives ${scores}, but ${classes.length} \`classes\` are named.${remedy}`);
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

function checkGiven(options: ModelOptions): void {
  if (options === undefined) fail('invalid-argument', '`createModel` needs to be told what to build: `{ input: [1, 28, 28], layers: [...] }`.');
  knownOptions(options, KINDS, 'createModel');
  const { name = 'model', input, layers, classes } = options;
  if (!input || !layers)
    fail('invalid-argument', `\`createModel\` needs \`${input ? 'layers' : 'input'}\`: \`{ input: [1, 28, 28], layers: [...] }\`.`);
  const odd = input.findIndex((size) => !Number.isInteger(size) || size < 1);
  if (odd >= 0) {
    const remedy = 'give the sizes of one example as whole numbers above 0, without the batch';
    fail('invalid-argument', `\`input\` of model \`${name}\` holds ${inWords(input[odd])} at ${odd}; ${remedy}.`);
  }
  if (classes) checkClassNames(classes, 'invalid-argument', `model \`${name}\``);
}

/** What most often lies behind a shape that does not fit: the batch among the sizes, or the channels behind them. */
function withInputRemedy(error: unknown, input: readonly number[]): unknown {
  if (!(error instanceof GraftError) || error.code !== 'invalid-shape') return error;
  const [first = 0, last = 0] = [input[0], input.at(-1)];
  const remedies = [
    ...(input.length > 3 ? [`If its first size is the batch, leave it out: \`input: [${input.slice(1).join(', ')}]\`.`] : []),
    ...(input.length === 3 && last <= 4 && first > 4 ? [`Channels come first: \`input: [${[last, ...input.slice(0, -1)].join(', ')}]\`.`] : []),
  ];
  if (remedies.length === 0) return error;
  return new GraftError(error.code, `${error.message} The model's \`input\` is [${input.join(', ')}]. ${remedies.join(' ')}`, { cause: error });
}

function requireLayer(layer: unknown, i: number): void {
  const place = `Layer ${i + 1} of \`layers\``;
  if (typeof layer === 'function') {
    const name = layer.name || 'the function';
    fail('invalid-argument', `${place} is a function; call it, \`${name}()\`, since \`${name}\` makes layers and is none itself.`);
  }
  const { kind, name, build } = Object(layer) as Partial<Layer>;
  if (typeof kind !== 'string' || typeof build !== 'function')
    fail('invalid-argument', `${place} is ${inWords(layer)}, not a layer such as \`dense(10)\`.`);
  if (name !== undefined && typeof name !== 'string')
    fail('invalid-argument', `${place}, a \`${kind}\`, is named by ${inWords(name)}; give its name as a string.`);
}

/** A layer's own name, or its kind; kinds that occur more than once are numbered from 1. */
export function layerNames(layers: readonly Layer[]): string[] {
  layers.forEach(requireLayer);
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
