// What a network as it stands makes of some rows: features and scores in one pass, outside training. Called by methods that label rows, and where one is chosen.
import { type Tensor, tensor } from '../../../core/tensor.ts';
import type { ExampleSource, Pass } from '../../../data/dataset.ts';
import { specialise } from '../../../graph/rewrite.ts';
import type { Model } from '../../../nn/model.ts';
import { vectorsOf } from '../../../nn/vectors.ts';
import { softmaxRows } from '../../../score/probabilities.ts';
import { evaluationBatch } from '../../../train/trainer.ts';
import { overRows, type Where } from './over-rows.ts';

/** Of M rows. */
export interface Observed {
  /** What the head reads, `[M, d]`. */
  readonly features: Tensor<'float32'>;
  /** As the network gives them, `[M, classes]`; amounts, where it predicts such. */
  readonly scores: Float32Array;
  /** `[M, classes]`; each row sums to 1. */
  readonly probabilities: Float64Array;
}

/** @param pass how rows that vary by chance do; left out, they are as they are. @throws GraftError `invalid-shape` or `invalid-data` when the examples are not what the model takes. */
export async function observed(model: Model, data: ExampleSource, rows: Int32Array, where: Where, pass?: Pass): Promise<Observed> {
  const vectors = vectorsOf(model);
  const [width, classes] = [vectors.shape[1] as number, model.logits.shape[1] as number];
  const features = new Float32Array(rows.length * width);
  const scores = new Float32Array(rows.length * classes);
  await overRows(model, data, where, {
    rows,
    pass,
    batch: evaluationBatch(model, data),
    graphOf: (sizes) => {
      const { graph, map } = specialise(model.graph, sizes);
      graph.outputs.clear();
      graph.output('features', map(vectors));
      graph.output('logits', map(model.logits));
      return graph;
    },
    use: (outputs, from) => {
      features.set(outputs.features?.data as Float32Array, from * width);
      scores.set(outputs.logits?.data as Float32Array, from * classes);
    },
  });
  return { features: tensor('float32', [rows.length, width], features), scores, probabilities: softmaxRows(scores, classes) };
}
