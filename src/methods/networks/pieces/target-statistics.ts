// The running statistics of a network's batch norms, taken anew from a domain. Called by AdaBN.
import { fail } from '../../../core/errors.ts';
import { stream } from '../../../core/rng.ts';
import type { Tensor } from '../../../core/tensor.ts';
import type { ExampleSource } from '../../../data/dataset.ts';
import { attrsOf, type Graph, type Value } from '../../../graph/graph.ts';
import { rewrite, specialise } from '../../../graph/rewrite.ts';
import { type Model, stateOf } from '../../../nn/model.ts';
import type { Sizes } from '../../../nn/sizes.ts';
import { overRows, type Where } from './over-rows.ts';

/** Rows that the statistics are taken from, and rows at a time: each batch is normalised by its own on the way. */
const [MOST_ROWS, BATCH] = [8192, 128];

/**
 * Puts mean and variance of what each batch norm is given for rows of `data`, drawn by chance, in the place of its running ones.
 * @throws GraftError `invalid-argument` for a model without batch norm; `invalid-data` for rows that hold NaN or infinity.
 */
export async function takeStatistics(model: Model, data: ExampleSource, { seed = 0, ...where }: Where & { readonly seed?: number }): Promise<void> {
  const rows = stream(seed, 'statistics').permutation(data.length).subarray(0, MOST_ROWS);
  const sums = new Map<string, Sums>();
  let norms: Norms = [];
  await overRows(model, data, where, {
    rows,
    batch: BATCH,
    graphOf: (sizes) => {
      const { graph, norms: found } = measuring(model, sizes);
      norms = found;
      return graph;
    },
    use: (outputs, _, count) => add(sums, norms, outputs, count),
  });
  const state = stateOf(model);
  for (const { mean, square, rows, ids } of sums.values()) {
    const [means, variances] = ids.map((id) => (state.get(id) as Tensor<'float32'>).data) as [Float32Array, Float32Array];
    means.set(mean.map((sum) => sum / rows));
    variances.set(square.map((sum, c) => Math.max(0, sum / rows - ((mean[c] as number) / rows) ** 2)));
  }
}

/** Ids of each norm's running mean and variance. */
type Norms = readonly (readonly [string, string])[];

/** Over the rows so far, of what one pair of statistics normalises. */
interface Sums {
  readonly ids: readonly [string, string];
  readonly mean: Float64Array;
  readonly square: Float64Array;
  rows: number;
}

function add(sums: Map<string, Sums>, norms: Norms, outputs: Readonly<Record<string, Tensor>>, rows: number): void {
  for (const [i, ids] of norms.entries()) {
    const [mean, variance] = [outputs[`mean${i}`], outputs[`variance${i}`]].map((value) => value?.data) as [Float32Array, Float32Array];
    const sum = sums.get(ids[0]) ?? { ids, mean: new Float64Array(mean.length), square: new Float64Array(mean.length), rows: 0 };
    mean.forEach((m, c) => {
      sum.mean[c] = (sum.mean[c] as number) + rows * m;
      sum.square[c] = (sum.square[c] as number) + rows * ((variance[c] as number) + m * m);
    });
    sum.rows += rows;
    sums.set(ids[0], sum);
  }
}

/** The forward pass with batch norms on the batch's own statistics, which are its outputs. */
function measuring(model: Model, sizes: Sizes): { readonly graph: Graph; readonly norms: Norms } {
  const norms: [string, string][] = [];
  const { graph } = rewrite(specialise(model.graph, sizes).graph, ({ g, node, inputs }) => {
    const [first, second] = [inputs[3]?.id, inputs[4]?.id];
    if (node.op !== 'BatchNormalization' || first === undefined || second === undefined) return undefined;
    const { epsilon } = attrsOf(node) as { epsilon: number };
    const [y, mean, variance] = g.ops('BatchNormalization', inputs, { epsilon, momentum: 0, training_mode: 1 }, 3) as [Value, Value, Value];
    g.output(`mean${norms.length}`, mean);
    g.output(`variance${norms.length}`, variance);
    norms.push([first, second]);
    return [y];
  });
  if (norms.length === 0) {
    const remedy = 'take another method, such as `deep-coral`, or a file that was exported with its batch norms not folded into the convolutions';
    fail('invalid-argument', `Model \`${model.name}\` has no batch norm whose statistics could be taken anew: ${remedy}.`);
  }
  graph.outputs.delete('logits');
  return { graph, norms };
}
