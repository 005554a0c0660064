// A graph read from a file -> a model that trains: parameters, ties, groups, head and batch are found and what was found is kept with the model.
import { isFloat } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { suggest } from '../../core/nearest.ts';
import { copyOf } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Graph, Node, Value } from '../../graph/graph.ts';
import { withoutIdentities } from '../../graph/identities.ts';
import { prune, rewrite } from '../../graph/rewrite.ts';
import { formatShape, type Shape } from '../../graph/types.ts';
import { BATCH, type Model, type ParameterInfo, type Preprocessing } from '../model.ts';
import { freeBatch } from './batch.ts';
import { groupsOf } from './groups.ts';
import { findHead } from './head.ts';
import { inferenceForm } from './inference-form.ts';
import { retie } from './retie.ts';
import { withStatistics } from './statistics.ts';
import { untie } from './ties.ts';
import { classify, isNamed, type Names } from './trainable.ts';

/** What of a model made elsewhere is taken, and as what. */
export interface ImportOptions {
  /** Default the graph's own. */
  readonly name?: string;
  /** Output that holds the scores; default `logits`, or the first of floating-point numbers. */
  readonly output?: string;
  /** Whether outputs beside the scores stay in the graph; default not. */
  readonly otherOutputs?: boolean;
  /** Value that the head reads; default what was found before the classifier. */
  readonly features?: string;
  /**
   * Sizes of one example by input, in place of the file's: `{ image: [3, 96, 96] }`. Networks that end in a global pool take images of other sizes
   * than they were exported with; a name stands for a size that differs from batch to batch.
   */
  readonly inputShapes?: Readonly<Record<string, Shape>>;
  /** Stored tensors that train although they look like constants. */
  readonly parameters?: Names;
  /** Stored tensors that do not train although they could. */
  readonly constants?: Names;
  /** Tensors that stay shared although all their elements are equal; `all` for every one. Default none. */
  readonly shared?: Names | 'all';
  /** Class names by index, one for each score. */
  readonly classes?: readonly string[];
  readonly preprocessing?: Preprocessing;
}

/** What its options hold. */
export const IMPORT_KINDS: OptionKinds<ImportOptions> = {
  name: 'string',
  output: 'string',
  otherOutputs: 'boolean',
  features: 'string',
  inputShapes: { kind: 'object', like: '{ image: [3, 96, 96] }' },
  parameters: { kind: 'list', like: "['scale', /gamma$/]" },
  constants: { kind: 'list', like: "['mask', /table$/]" },
  shared: 'any',
  classes: { kind: 'list', like: "['cat', 'dog']" },
  preprocessing: 'object',
};

/**
 * Makes a model of an inference graph whose stored floating-point tensors are declared as parameters. The values are copied, `source` stays as it is.
 * @throws GraftError `invalid-argument` when an option names nothing in the graph; `invalid-model` when nothing in it can train.
 */
export function modelOf(source: Graph, options: ImportOptions = {}): Model {
  knownOptions(options, IMPORT_KINDS, 'modelOf');
  const { name = source.name } = options;
  const others = ({ outputs }: Graph) => (options.otherOutputs ? Object.fromEntries(outputs) : {});
  const given = resized(source, options.inputShapes ?? {});
  const whole = withStatistics(inferenceForm(cut(given, { ...others(given), logits: outputOf(given, options.output) })).graph).graph;
  const head = findHead(logitsOf(whole));
  const features = options.features === undefined ? head.features : whole.value(options.features);
  const body = cut(whole, { ...others(whole), logits: head.logits, features });
  const found = classify(body, logitsOf(body), options);
  checkNames(source, options);
  if (found.parameters.size === 0) fail('invalid-model', nothingTrains(source, found));
  const declared = rewrite(body, () => undefined, { declare: (g, value) => redeclared(g, value, found) });
  const retied = retie(declared.graph, new Set(declared.graph.ofKind('parameter')));
  const state = new Set([...retied.graph.ofKind('parameter'), ...retied.graph.ofKind('buffer')]);
  const shared = options.shared ?? [];
  const untied = untie(retied.graph, state, (tensor) => shared === 'all' || isNamed(tensor, shared));
  const lean = withoutIdentities(untied.graph).graph;
  const freed = freeBatch(lean, logitsOf(lean));
  const { graph } = prune(freed.graph, { state: true });
  const [logits, at] = [logitsOf(graph), graph.outputs.get('features') as Value];
  graph.outputs.delete('features');
  const [input, ...extras] = graph.ofKind('input') as [Value, ...Value[]];
  const { classes = labelsOf(graph, logits), preprocessing = preprocessingOf(graph) } = options;
  if (classes && logits.shape.at(-1) !== classes.length) {
    fail('invalid-shape', `Model \`${name}\` gives ${logits.shape.at(-1)} scores, but ${classes.length} \`classes\` are named.`);
  }
  const behind = downstream(graph, at);
  const groups = groupsOf(graph, (node) => behind.has(node));
  const layers = new Map(groups.flatMap(({ name: group, members }) => members.map((id) => [id, group] as const)));
  const parameters = graph.ofKind('parameter').map(({ id = '', shape }): [string, ParameterInfo] => {
    return [id, { id, layer: layers.get(id) ?? '', decay: shape.length > 1 }];
  });
  return {
    name,
    graph,
    input,
    ...(extras.length > 0 && { extras }),
    logits,
    features: at,
    parameters: new Map(parameters),
    groups,
    seed: 0,
    ...(classes && { classes }),
    ...(preprocessing && { preprocessing }),
    imported: {
      constants: found.constants,
      barriers: found.barriers,
      ties: untied.ties,
      merges: untied.merges,
      notes: [...head.notes, ...freed.notes, ...foldedNorms(graph)],
    },
  };
}

/** Class names that `exportOnnx` wrote into the file; none where they do not fit. */
function labelsOf(graph: Graph, { shape }: Value): readonly string[] | undefined {
  const labels = jsonOf(graph, 'labels');
  return Array.isArray(labels) && labels.length === shape.at(-1) && labels.every((label) => typeof label === 'string') ? labels : undefined;
}

/** Likewise. */
function preprocessingOf(graph: Graph): Preprocessing | undefined {
  const { steps } = Object(jsonOf(graph, 'preprocessing')) as { steps?: unknown };
  return Array.isArray(steps) && steps.every((step) => typeof step === 'string') ? { steps } : undefined;
}

/** Metadata come from files, which may hold anything. */
function jsonOf(graph: Graph, key: string): unknown {
  try {
    return JSON.parse(graph.metadata.get(key) ?? 'null');
  } catch {
    return undefined;
  }
}

/** The graph for examples of other sizes. */
function resized(graph: Graph, shapes: Readonly<Record<string, Shape>>): Graph {
  const inputs = graph.ofKind('input').map(({ name }) => name);
  const odd = Object.keys(shapes).find((name) => !inputs.includes(name));
  if (odd !== undefined) fail('invalid-argument', `\`inputShapes\`: \`${graph.name}\` has no input \`${odd}\`; ${suggest(odd, inputs)}`);
  return rewrite(graph, () => undefined, {
    declare: (g, { kind, name, dtype, shape }) => {
      const sizes = kind === 'input' ? shapes[name] : undefined;
      if (sizes && sizes.length !== shape.length - 1) {
        const [given, wanted] = [formatShape(sizes), formatShape(shape.slice(1))];
        fail(
          'invalid-argument',
          `\`inputShapes\`: \`${name}\` is ${given}, but one example has ${shape.length - 1} axes, such as ${wanted}; leave the batch out.`,
        );
      }
      return sizes && g.input(name, dtype, [shape[0] ?? BATCH, ...sizes]);
    },
  }).graph;
}

/** A copy that computes `outputs` alone. */
function cut(graph: Graph, outputs: Readonly<Record<string, Value>>): Builder {
  const { graph: copy, map } = rewrite(graph, () => undefined);
  copy.outputs.clear();
  for (const [name, value] of Object.entries(outputs)) copy.output(name, map(value));
  return prune(copy, { state: true }).graph;
}

function logitsOf(graph: Graph): Value {
  return graph.outputs.get('logits') ?? fail('internal', `Graph \`${graph.name}\` lost its output.`);
}

function outputOf(graph: Graph, wanted: string | undefined): Value {
  const floats = [...graph.outputs].filter(([, { dtype }]) => isFloat(dtype));
  const [, value] = floats.find(([name]) => name === (wanted ?? 'logits')) ?? (wanted === undefined ? floats[0] : undefined) ?? [];
  const names = floats.map(([name]) => `\`${name}\``).join(', ') || 'none';
  return (
    value ??
    fail(
      'invalid-argument',
      `\`output\`${wanted === undefined ? '' : ` (="${wanted}")`} must be one of the floating-point outputs of \`${graph.name}\`: ${names}.`,
    )
  );
}

function checkNames(graph: Graph, { parameters = [], constants = [], shared = [] }: ImportOptions): void {
  for (const [option, names] of Object.entries({ parameters, constants, shared: shared === 'all' ? [] : shared })) {
    for (const name of names) {
      if (graph.ofKind('parameter').some((value) => isNamed(value.name, [name]))) continue;
      const all = graph.ofKind('parameter').map((value) => value.name);
      fail('invalid-argument', `\`${option}\`: no stored tensor of \`${graph.name}\` is called ${String(name)}; ${suggest(String(name), all)}`);
    }
  }
}

function nothingTrains({ name }: Graph, { constants, barriers }: ReturnType<typeof classify>): string {
  const first = barriers.at(-1);
  const why = first ? ` No gradient passes ${first.op} node \`${first.node}\`: ${first.why}.` : '';
  return `Nothing in \`${name}\` can train: of ${constants.length} stored floating-point tensors none reaches the output on a path that passes gradients.${why} Name tensors in \`parameters\` to train them all the same.`;
}

function redeclared(g: Builder, value: Value, { parameters }: ReturnType<typeof classify>): Value | undefined {
  if (value.kind !== 'parameter' || !value.data) return undefined;
  if (parameters.has(value)) return g.parameter(value.name, copyOf(value.data), value.id);
  return g.constant(value.data, value.name);
}

/** Nodes that depend on a value. */
function downstream(graph: Graph, value: Value): Set<Node> {
  const reached = new Set<Value>([value]);
  const nodes = graph.nodes.filter((node) => {
    if (!node.inputs.some((input) => input && reached.has(input))) return false;
    for (const output of node.outputs) if (output) reached.add(output);
    return true;
  });
  return new Set(nodes);
}

/** Says what may have become of batch norms: exporters fold them into the convolution before, whose bias they become. */
function foldedNorms(graph: Graph): string[] {
  const convolutions = graph.nodes.filter(({ op }) => op === 'Conv');
  const biased = convolutions.filter(({ inputs }) => inputs[2]).length;
  if (graph.nodes.some(({ op }) => op.endsWith('Normalization')) || convolutions.length < 4 || biased < 0.9 * convolutions.length) return [];
  return [
    `No normalisation is left, and ${biased} of ${convolutions.length} convolutions have a bias: if the network had batch norm, the exporter folded it into them. They train as they are; export with folding off to keep batch norm.`,
  ];
}
