// The features of a data set by a network that stays as it is: computed once, kept in memory, with labels. Called by `head2toe`.
import { fail } from '../../core/errors.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';
import { type Dataset, dataset, type ExampleSource } from '../../data/dataset.ts';
import { takeColumns } from '../../data/rows.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Model } from '../../nn/model.ts';
import { evaluate } from '../../train/evaluate.ts';
import type { FitOptions } from '../../train/fit-options.ts';
import { type ProbedLayer, probeGraph } from './layers.ts';

/** The features of all examples, with their labels, in memory. */
export async function featuresOf(
  model: Model,
  data: ExampleSource,
  layers: readonly ProbedLayer[],
  { device, threads }: Pick<FitOptions, 'device' | 'threads'>,
): Promise<Dataset> {
  const { graph, probe } = probeGraph(model, layers);
  graph.output('logits', probe);
  const parts: (Int32Array | Tensor | undefined)[] = Array(data.length).fill(undefined);
  const source: ExampleSource = {
    name: data.name,
    length: data.length,
    inputShape: data.inputShape,
    inputDtype: data.inputDtype,
    classes: undefined,
    gather: async (indices) => {
      const { labels, ...examples } = await data.gather(indices);
      parts[Number(indices[0])] = labels;
      return { ...examples, labels: undefined };
    },
  };
  const extractor: Model = { ...partsOf(model, graph), logits: probe, features: probe, parameters: new Map(), groups: [] };
  const { logits } = await evaluate(extractor, source, { ...(device && { device }), ...(threads !== undefined && { threads }) });
  const labels = joined(parts.filter((part) => part !== undefined));
  if (!labels) return fail('invalid-data', `\`${data.name}\` has no labels, which training needs.`);
  const { classes } = data;
  return dataset({ name: data.name, inputs: logits, labels, ...(classes && { classes }) });
}

function joined(parts: readonly (Int32Array | Tensor)[]): Int32Array | Tensor | undefined {
  const [first] = parts;
  if (first === undefined) return undefined;
  if (first instanceof Int32Array) return Int32Array.from(parts.flatMap((part) => Array.from(part as Int32Array)));
  const tensors = parts as readonly Tensor[];
  const values = Float32Array.from(tensors.flatMap(({ data }) => Array.from(data as Float32Array)));
  return tensor('float32', [tensors.reduce((sum, { dims }) => sum + (dims[0] as number), 0), ...first.dims.slice(1)], values);
}

/** Those of the features at `kept`. */
export function columns({ name, inputs, labels, classes }: Dataset, kept: readonly number[]): Dataset {
  return dataset({ name, inputs: takeColumns(inputs as Tensor<'float32'>, kept), labels, ...(classes && { classes }) });
}

/** What a model with another graph keeps of this one. */
export function partsOf({ adaptation: _, classes: __, sourceHead: ___, ...rest }: Model, graph: Builder) {
  const extras = graph.ofKind('input').filter(({ name }) => name !== rest.input.name);
  return { ...rest, graph, input: graph.value(rest.input.name), ...(extras.length > 0 && { extras }) };
}
