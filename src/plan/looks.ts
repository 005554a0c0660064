// What an input looks like to a model, by which what is unlike anything seen is told: a row of a table as it is read, or what the head of a network reads, divided
// by its length. Called by `fitData`, and where a model is saved.
import { fail } from '../core/errors.ts';
import { type Tensor, tensor } from '../core/tensor.ts';
import type { ExampleSource } from '../data/dataset.ts';
import { takeColumns } from '../data/rows.ts';
import type { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { rewrite } from '../graph/rewrite.ts';
import { unitRows } from '../methods/domains/pieces/products.ts';
import type { Model } from '../nn/model.ts';
import { onGraph } from '../nn/on-graph.ts';
import type { PartFeatures } from './candidate.ts';
import { type FeaturesProgress, featuresOf } from './headed.ts';
import type { Reading } from './reading.ts';
import type { Standard } from './standardise.ts';

/** What the examples of each part look like, `[N, D]`. */
export interface Looks extends PartFeatures {
  /** Left out where there is no test part. */
  readonly test?: Tensor<'float32'> | undefined;
}

/** Scores of some examples, with what they look like where that is known. */
export interface Scored {
  readonly scores: Tensor<'float32'>;
  readonly looks?: Tensor<'float32'>;
}

/** Output of a model's graph that says how familiar each example looks, `[N]`: `nearnessToMeans`. */
export const FAMILIARITY = 'familiarity';
/** Whether a tensor of a model's file is of what tells familiarity, not of the model that learns. */
export const isOfFamiliarity = (name: string) => name.startsWith(`${FAMILIARITY}/`);

/** Whether what examples look like to the model is known: not where it reads rows that are mostly 0, or words alone. */
export function hasLooks(model: Model, { kind }: Reading): boolean {
  return kind === 'table' || ((kind === 'image' || kind === 'text') && headInput(model) !== undefined);
}

/** What a dense head reads, `[N, D]`. */
function headInput({ graph, groups }: Model): Value | undefined {
  const head = new Set(groups.flatMap(({ kind, members }) => (kind === 'head' ? members : [])));
  return graph.nodes.find(({ op, inputs }) => op === 'Gemm' && inputs.some((value) => head.has(value?.id ?? '')))?.inputs[0];
}

/** The model's graph, to which what an example looks like is added. */
function looking(model: Model, { kind }: Reading, standard?: Standard): { readonly copy: Model; readonly g: Builder; readonly look: Value } {
  const rewritten = rewrite(model.graph, () => undefined);
  const { graph: g, map } = rewritten;
  const copy = onGraph(model, rewritten);
  const read = kind === 'table' ? copy.input : map(headInput(model) ?? fail('internal', `The head of \`${model.name}\` is no dense layer.`));
  const look = g.scope(FAMILIARITY, () => {
    const constant = (name: string, data: Float32Array<ArrayBuffer>) => g.constant(tensor('float32', [data.length], data), g.fresh(name));
    const features = standard
      ? g.div(g.sub(read, constant('mean', Float32Array.from(standard.mean))), constant('deviation', Float32Array.from(standard.deviation)))
      : read;
    return kind === 'table' ? features : g.div(features, g.max(g.op('ReduceL2', [features, g.ints([1])], { keepdims: 1 }), 1e-12));
  });
  return { copy, g, look };
}

/** What rows look like of which the table, or what the head reads, is known: `[N, D]`. */
export function looksOf(rows: Tensor<'float32'>, { kind }: Reading): Tensor<'float32'> {
  return kind === 'table' ? rows : unitRows(rows);
}

/** The scores of examples and what they look like, in one pass. */
export async function scoresAndLooks(
  model: Model,
  reading: Reading,
  source: ExampleSource,
  options: { readonly threads?: number; readonly progress?: FeaturesProgress },
): Promise<Required<Scored>> {
  const { copy, g, look } = looking(model, reading);
  const [outputs, width] = [copy.logits, look].map(({ shape }) => shape[1] as number) as [number, number];
  const both = await featuresOf({ model: copy, features: g.concat([copy.logits, look], 1), width: outputs + width }, source, options);
  const columns = (from: number, count: number) =>
    takeColumns(
      both,
      Int32Array.from({ length: count }, (_, i) => from + i),
    );
  return { scores: columns(0, outputs), looks: columns(outputs, width) };
}

/**
 * The model with the output {@link FAMILIARITY}: `nearnessToMeans` of what each example looks like.
 * @param means `[classes][D]`.
 * @param standard units that rows, or what the head reads, are brought to first; default none.
 */
export function withFamiliarity(model: Model, reading: Reading, means: readonly (readonly number[])[], standard?: Standard): Model {
  const { copy, g, look } = looking(model, reading, standard);
  const width = look.shape[1] as number;
  g.scope(FAMILIARITY, () => {
    const columns = Float32Array.from({ length: width * means.length }, (_, i) => means[i % means.length]?.[Math.floor(i / means.length)] as number);
    const squares = Float32Array.from(means, (mean) => mean.reduce((sum, value) => sum + value * value, 0));
    // |x - m|^2 = |x|^2 - 2 x m + |m|^2.
    const products = g.matMul(look, g.constant(tensor('float32', [width, means.length], columns), g.fresh('means')));
    const each = g.sub(g.mul(products, 2), g.constant(tensor('float32', [means.length], squares), g.fresh('squares')));
    const nearest = g.op('ReduceMax', [each, g.ints([1])], { keepdims: 0 });
    g.output(FAMILIARITY, g.div(g.sub(nearest, g.op('ReduceSumSquare', [look, g.ints([1])], { keepdims: 0 })), width));
  });
  return copy;
}
