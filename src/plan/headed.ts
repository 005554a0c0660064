// A backbone with a linear head: what the head reads, and how a linear model trained apart becomes the head. Called by the plan.
import { fail } from '../core/errors.ts';
import { type Tensor, tensor } from '../core/tensor.ts';
import type { ExampleSource } from '../data/dataset.ts';
import type { Value } from '../graph/graph.ts';
import { rewrite } from '../graph/rewrite.ts';
import { probedLayers } from '../methods/probes/layers.ts';
import type { LinearModel } from '../methods/probes/linear.ts';
import { replaceHead } from '../nn/import/replace-head.ts';
import { type Model, stateOf } from '../nn/model.ts';
import { ownValue } from '../nn/own-values.ts';
import { evaluate } from '../train/evaluate.ts';

/** A model whose head is one dense layer. */
export interface Headed {
  readonly model: Model;
  /** What the head reads, `[N, D]`. */
  readonly features: Value;
  readonly width: number;
}

/** Puts a linear head with `outputs` scores on a backbone; its values are set by {@link setHead}. */
export function headed(backbone: Model, outputs: readonly string[] | number): Headed {
  const model = replaceHead(backbone, { classes: outputs });
  const gemm = model.logits.node;
  const [features] = gemm?.inputs ?? [];
  const width = features?.shape.at(-1);
  if (gemm?.op !== 'Gemm' || !features || typeof width !== 'number')
    return fail('invalid-model', `The features of \`${backbone.name}\` are not one vector an example; a linear head cannot read them.`);
  return { model, features, width };
}

/** The weights of a linear model, as the head's own. */
export function setHead({ model, width }: Headed, { weights, bias }: LinearModel): void {
  const [weight, offset] = headState(model);
  const outputs = bias.length;
  for (let d = 0; d < width; d++) for (let c = 0; c < outputs; c++) weight.data[c * width + d] = weights[d * outputs + c] as number;
  offset.data.set(bias);
}

/** Adds a number to each score, for good. */
export function shiftScores(model: Model, by: Float32Array): void {
  const [, { data }] = headState(model);
  by.forEach((value, c) => {
    data[c] = (data[c] as number) + value;
  });
}

/** The head's weight `[outputs, D]` and bias. */
export function headState(model: Model): [Tensor<'float32'>, Tensor<'float32'>] {
  const state = stateOf(model);
  const ids = model.groups.find(({ kind }) => kind === 'head')?.members ?? [];
  const tensors = ids.map((id) => state.get(id) as Tensor<'float32'>);
  const [weight, bias] = [tensors.find(({ dims }) => dims.length === 2), tensors.find(({ dims }) => dims.length === 1)];
  return weight && bias ? [weight, bias] : fail('internal', `The head of \`${model.name}\` has no weight and bias.`);
}

/**
 * The model with the mean of what its last blocks hand on as its features: deeper layers know more of the task that the network was made for, those before
 * them more of everything else.
 */
export function averagedFeatures(model: Model, blocks: number): Model {
  const layers = probedLayers(model).filter(({ value }) => value.shape.join() === model.features.shape.join());
  const last = layers.slice(-blocks);
  if (last.length < blocks) return model;
  const { graph, map } = rewrite(model.graph, () => undefined, { declare: ownValue });
  const features = graph.scope('averaged', () =>
    graph.div(
      last.map(({ value }) => map(value)).reduce((a, b) => graph.add(a, b)),
      blocks,
    ),
  );
  const extras = model.extras?.map(map);
  return { ...model, graph, input: map(model.input), logits: map(model.logits), features, ...(extras && { extras }) };
}

/** The network up to what its head reads, as a model that gives `[N, D]`. */
export function extractorOf({ model, features }: Headed): Model {
  const { classes: _, ...rest } = model;
  const { graph, map } = rewrite(model.graph, () => undefined, { declare: ownValue });
  graph.outputs.clear();
  const output = map(features);
  graph.output('logits', output);
  return { ...rest, graph, input: map(model.input), ...(model.extras && { extras: model.extras.map(map) }), logits: output, features: output };
}

/** How far the features of a data set are. */
export type FeaturesProgress = (done: number, of: number) => void;

/** What a head would read of each example, `[N, D]`, computed once. @throws GraftError `aborted` when the signal says so. */
export async function featuresOf(
  { model, features, width }: Headed,
  data: ExampleSource,
  {
    threads,
    signal,
    progress = () => undefined,
  }: { threads?: number | undefined; signal?: AbortSignal | undefined; progress?: FeaturesProgress } = {},
): Promise<Tensor<'float32'>> {
  const extractor = extractorOf({ model, features, width });
  let done = 0;
  const unlabelled: ExampleSource = {
    ...data,
    classes: undefined,
    labels: undefined,
    async gather(indices) {
      if (signal?.aborted) fail('aborted', 'Computing features was stopped.');
      const examples = await data.gather(indices);
      done = Math.min(data.length, done + indices.length);
      progress(done, data.length);
      return { ...examples, labels: undefined };
    },
  };
  const { logits } = await evaluate(extractor, unlabelled, { ...(threads !== undefined && { threads }) });
  return tensor('float32', [data.length, width], logits.data);
}
