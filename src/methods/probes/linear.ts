// A linear model on features, trained to its optimum: features and labels come in, weights leave. Called by the plan for photos, texts and tables.
import { fail } from '../../core/errors.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';
import { type Labels, takeLabels } from '../../data/labels.ts';
import { backward } from '../../grad/backward.ts';
import { Builder } from '../../graph/builder.ts';
import { compileGraph, type RunOptions } from '../../lower/run.ts';
import type { Loss } from '../../nn/losses/loss.ts';
import type { Design } from './design.ts';
import { type MinimiseOptions, minimise } from './lbfgs.ts';

/** Scores `x W + b`. */
export interface LinearModel {
  /** `[D, C]`, row-major. */
  readonly weights: Float32Array;
  /** `[C]`. */
  readonly bias: Float32Array;
}

/** How {@link linearTrainer} trains. */
export interface LinearOptions {
  /** Over scores `[N, C]`, as `losses.crossEntropy()`. */
  readonly loss: Loss;
  /** C: classes, labels or targets. */
  readonly outputs: number;
  readonly run?: RunOptions;
}

/** What is trained for one strength of the penalty. */
export interface LinearFit extends LinearModel {
  /** Mean loss over the examples, without the penalty. */
  readonly loss: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Trains on the same examples with one penalty after another. Holds native memory until it is released. */
export interface LinearTrainer {
  /**
   * Minimises mean loss + l2 / 2 |W|^2; the bias is free. With l2 = 1 / (N C) that is scikit-learn's logistic regression of strength C.
   * @param start where to begin, such as the fit for a neighbouring l2; default 0.
   */
  fit(l2: number, start?: LinearModel, options?: Pick<MinimiseOptions, 'iterations' | 'signal' | 'enough'>): Promise<LinearFit>;
  release(): Promise<void>;
}

/** @throws GraftError `invalid-data` when there is no label for each row of the design. */
export async function linearTrainer(design: Design, labels: Labels, { loss, outputs, run = {} }: LinearOptions): Promise<LinearTrainer> {
  const { length, width } = design;
  const count = labels instanceof Int32Array ? labels.length : labels.dims[0];
  if (count !== length) fail('invalid-data', `There are ${length} rows of features but ${count} labels.`);
  const slopesOf = await lossGradient(loss, labels, length, outputs, run);
  const size = width * outputs;
  return {
    async fit(l2, start, { iterations = 300, signal, enough } = {}) {
      const first = new Float64Array(size + outputs);
      if (start) {
        first.set(start.weights);
        first.set(start.bias, size);
      }
      const gradient = new Float64Array(size + outputs);
      let plain = 0;
      const {
        point,
        iterations: taken,
        converged,
      } = await minimise(
        async (at) => {
          const scores = await design.scores(Float32Array.from(at.subarray(0, size)), outputs);
          for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] as number) + (at[size + (i % outputs)] as number);
          const { value, slopes } = await slopesOf.run(scores);
          const transposed = await design.gradient(slopes, outputs);
          let squares = 0;
          for (let d = 0; d < width; d++) {
            for (let c = 0; c < outputs; c++) {
              const w = at[d * outputs + c] as number;
              squares += w * w;
              gradient[d * outputs + c] = (transposed[c * width + d] as number) + l2 * w;
            }
          }
          gradient.fill(0, size);
          for (let i = 0; i < slopes.length; i++) gradient[size + (i % outputs)] = (gradient[size + (i % outputs)] as number) + (slopes[i] as number);
          plain = value;
          return { value: value + (l2 / 2) * squares, gradient };
        },
        first,
        { iterations, signal, enough },
      );
      return {
        weights: Float32Array.from(point.subarray(0, size)),
        bias: Float32Array.from(point.subarray(size)),
        loss: plain,
        iterations: taken,
        converged,
      };
    },
    release: async () => {
      await slopesOf.release();
      await design.release();
    },
  };
}

/** Scores of a linear model, `[N, C]`. */
export async function linearScores(design: Design, { weights, bias }: LinearModel): Promise<Tensor<'float32'>> {
  const outputs = bias.length;
  const scores = await design.scores(weights, outputs);
  for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] as number) + (bias[i % outputs] as number);
  return tensor('float32', [design.length, outputs], scores as Float32Array<ArrayBuffer>);
}

/** Rows whose scores are differentiated at once. */
const CHUNK = 2 ** 14;

/** The loss over all scores, and its slope for each. */
async function lossGradient(loss: Loss, labels: Labels, length: number, outputs: number, run: RunOptions) {
  const starts = Array.from({ length: Math.ceil(length / CHUNK) }, (_, i) => i * CHUNK);
  const sizes = [...new Set(starts.map((start) => Math.min(CHUNK, length - start)))];
  const sessions = new Map(
    await Promise.all(
      sizes.map(async (rows) => {
        const g = new Builder('loss');
        const scores = g.input('scores', 'float32', [rows, outputs]);
        const { dtype, shape } = loss.target({ dtype: 'float32', shape: [rows, outputs] });
        const { sum, weight } = loss.build(g, scores, g.input('target', dtype, shape));
        g.output('sum', sum);
        g.output('weight', weight);
        g.output('slopes', backward(g, sum, [scores]).get(scores) ?? fail('internal', `Loss \`${loss.name}\` does not depend on the scores.`));
        return [rows, await compileGraph(g, run)] as const;
      }),
    ),
  );
  const parts = starts.map((start) => {
    const rows = Math.min(CHUNK, length - start);
    const taken = takeLabels(
      labels,
      Int32Array.from({ length: rows }, (_, i) => start + i),
    ) as Labels;
    const target = taken instanceof Int32Array ? tensor('int64', [rows], BigInt64Array.from(taken, BigInt)) : taken;
    return { start, rows, target };
  });
  return {
    async run(scores: Float32Array): Promise<{ value: number; slopes: Float32Array }> {
      let [value, whole] = [0, 0];
      const slopes = new Float32Array(scores.length);
      for (const { start, rows, target } of parts) {
        const feed = tensor('float32', [rows, outputs], scores.subarray(start * outputs, (start + rows) * outputs) as Float32Array<ArrayBuffer>);
        const session = sessions.get(rows) ?? fail('internal', 'A session is missing.');
        const out = await session.run({ scores: feed, target });
        value += Number(out.sum?.data[0]);
        whole += Number(out.weight?.data[0]);
        slopes.set(out.slopes?.data as Float32Array, start * outputs);
      }
      for (let i = 0; i < slopes.length; i++) slopes[i] = (slopes[i] as number) / whole;
      return { value: value / whole, slopes };
    },
    release: async () => {
      for (const session of sessions.values()) await session.release();
    },
  };
}
