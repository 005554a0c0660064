// Linear models on rows in memory that minimise whatever can be said of their scores: features and an objective in, weights out. Called by methods of domain
// adaptation: cross-entropy on source rows, agreement or certainty on target rows, and sums of such.
import { fail } from '../../../core/errors.ts';
import { type Tensor, tensor } from '../../../core/tensor.ts';
import { backward } from '../../../grad/backward.ts';
import { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { compileGraph } from '../../../lower/run.ts';
import { softmaxRows } from '../../../score/probabilities.ts';
import { type Design, denseDesign, sparseDesign, sparseRowsOf } from '../../probes/design.ts';
import { minimise } from '../../probes/lbfgs.ts';
import { type LinearModel, linearScores } from '../../probes/linear.ts';
import type { LabelledRows } from './domain-method.ts';
import { oneHot } from './rows-of-classes.ts';

/** What is minimised: a scalar of the scores `[N, classes]` of all rows. */
export type Objective = (g: Builder, scores: Value) => Value;

/** How {@link linearMinimum} learns. */
export interface LinearMinimumOptions {
  readonly classes: number;
  /** Of objective + l2 / 2 |W|^2; the bias is free. */
  readonly l2: number;
  /** Where to begin; default 0. */
  readonly start?: LinearModel | undefined;
  /** What the penalty draws the weights to; default 0. */
  readonly towards?: LinearModel | undefined;
  readonly iterations?: number;
  /** Ends when no entry of the gradient is larger. */
  readonly tolerance?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The linear model whose scores minimise an objective, by L-BFGS.
 * @param features `[N, D]`.
 * @throws GraftError `aborted` when the signal says so.
 */
export async function linearMinimum(
  features: Tensor<'float32'>,
  objective: Objective,
  { classes, l2, start, towards, iterations = 100, tolerance = 1e-4, signal }: LinearMinimumOptions,
): Promise<LinearModel> {
  const [length = 0, width = 0] = features.dims;
  const run = threadsFor(features);
  const design = await designOf(features, classes);
  const g = new Builder('objective');
  const input = g.input('scores', 'float32', [length, classes]);
  const value = objective(g, input);
  g.output('value', value);
  g.output('slopes', backward(g, value, [input]).get(input) ?? fail('internal', 'The objective does not depend on the scores.'));
  const session = await compileGraph(g, run);
  const size = width * classes;
  const first = new Float64Array(size + classes);
  if (start) {
    first.set(start.weights);
    first.set(start.bias, size);
  }
  const gradient = new Float64Array(size + classes);
  try {
    const { point } = await minimise(
      async (at) => {
        const scores = await design.scores(new Float32Array(at.subarray(0, size)), classes);
        for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] as number) + (at[size + (i % classes)] as number);
        const out = await session.run({ scores: tensor('float32', [length, classes], scores as Float32Array<ArrayBuffer>) });
        const slopes = out.slopes?.data as Float32Array;
        const transposed = await design.gradient(slopes, classes);
        let squares = 0;
        for (let d = 0; d < width; d++) {
          for (let c = 0; c < classes; c++) {
            const w = (at[d * classes + c] as number) - (towards?.weights[d * classes + c] ?? 0);
            squares += w * w;
            gradient[d * classes + c] = (transposed[c * width + d] as number) + l2 * w;
          }
        }
        gradient.fill(0, size);
        for (let i = 0; i < slopes.length; i++) gradient[size + (i % classes)] = (gradient[size + (i % classes)] as number) + (slopes[i] as number);
        return { value: Number(out.value?.data[0]) + (l2 / 2) * squares, gradient };
      },
      first,
      { iterations, tolerance, signal },
    );
    if (signal?.aborted) fail('aborted', 'Adaptation was stopped.');
    return { weights: new Float32Array(point.subarray(0, size)), bias: new Float32Array(point.subarray(size)) };
  } finally {
    await session.release();
    await design.release();
  }
}

/** Numbers below which threads wait for each other longer than they compute. */
const FEW_NUMBERS = 2 ** 22;

function threadsFor({ data }: Tensor<'float32'>): { readonly threads?: number } {
  return data.length < FEW_NUMBERS ? { threads: 1 } : {};
}

function designOf(features: Tensor<'float32'>, outputs: number): Design | Promise<Design> {
  const rows = sparseRowsOf(features);
  return rows ? sparseDesign(rows) : denseDesign(features, outputs, threadsFor(features));
}

/**
 * Mean cross-entropy of the first rows, as many as there are labels: class indices, or a distribution for each row.
 * @param weights of the rows in the mean, for class indices.
 */
export function crossEntropyOf(g: Builder, scores: Value, labels: Int32Array | Float64Array, weights?: Float64Array): Value {
  const classes = scores.shape[1] as number;
  const wanted = Float32Array.from(labels instanceof Float64Array ? labels : oneHot(labels, classes, weights));
  const count = wanted.length / classes;
  const part = count === scores.shape[0] ? scores : g.slice(scores, [0], [count], [0]);
  const whole = weights ? weights.reduce((sum, weight) => sum + weight, 0) : count;
  return g.div(g.neg(g.sum(g.mul(g.constant(tensor('float32', [count, classes], wanted)), g.logSoftmax(part)))), whole);
}

/** Multinomial logistic regression. @param labels class indices `[N]`, or a distribution for each row, `[N, classes]`. */
export function classifier(features: Tensor<'float32'>, labels: Int32Array | Float64Array, options: LinearMinimumOptions): Promise<LinearModel> {
  return linearMinimum(features, (g, scores) => crossEntropyOf(g, scores, labels), options);
}

/** The same of rows that may count differently. */
export function learntFrom({ features, labels, weights }: LabelledRows, options: LinearMinimumOptions): Promise<LinearModel> {
  return linearMinimum(features, (g, scores) => crossEntropyOf(g, scores, labels, weights), options);
}

/** Softmax of a linear model's scores, `[N, classes]`. */
export async function probabilitiesOf(features: Tensor<'float32'>, linear: LinearModel): Promise<Float64Array> {
  const outputs = linear.bias.length;
  const design = await designOf(features, outputs);
  try {
    return softmaxRows((await linearScores(design, linear)).data, outputs);
  } finally {
    await design.release();
  }
}
