// Features brought to mean 0 and deviation 1, and a linear model on such as one on the features themselves. Called by linear candidates.
import { type Tensor, tensor } from '../core/tensor.ts';
import { type Design, denseDesign } from '../methods/probes/design.ts';
import type { LinearModel } from '../methods/probes/linear.ts';
import { globalNorm } from '../nn/clip.ts';

/** What is taken off each feature, and what it is then divided by; of one that does not vary the deviation is 1. */
export interface Standard {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/**
 * In which units features are. `own`: each in one of its own, as columns of a table are, so that nothing depends on what these are. `alike`: all in one, as those
 * of a network are: each is brought to deviation 1, but for those that hardly vary beside the others. `shared`: all in one that stays, as the TF-IDF of words is:
 * how often a word is used is part of what it says, and what is 0 stays so.
 */
export type Units = 'own' | 'alike' | 'shared';

/** Deviations that no row lies farther from the mean than, where units are each feature's own: a category that few rows have must not count for more than all else. */
const FARTHEST = 20;

/** Of features `[N, D]`. */
export function standardOf({ dims, data }: Tensor<'float32'>, units: Units = 'own'): Standard {
  const [length = 0, width = 0] = dims;
  if (units === 'shared') {
    const size = globalNorm(data) / Math.sqrt(Math.max(1, data.length));
    return { mean: new Float32Array(width), deviation: new Float32Array(width).fill(size || 1) };
  }
  const [sums, squares, farthest] = [new Float64Array(width), new Float64Array(width), new Float64Array(width)];
  for (let i = 0; i < data.length; i++) sums[i % width] = (sums[i % width] as number) + (data[i] as number);
  const mean = Float32Array.from(sums, (sum) => sum / length);
  for (let i = 0; i < data.length; i++) {
    const apart = (data[i] as number) - (mean[i % width] as number);
    squares[i % width] = (squares[i % width] as number) + apart * apart;
    farthest[i % width] = Math.max(farthest[i % width] as number, Math.abs(apart));
  }
  const deviations = Float32Array.from(squares, (sum) => Math.sqrt(sum / length));
  // A feature that hardly ever differs from 0 must not weigh as much as one that always does.
  const ofAll = 0.05 * Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / Math.max(1, length * width));
  const least = (feature: number) => (units === 'alike' ? ofAll : (farthest[feature] as number) / FARTHEST);
  return { mean, deviation: deviations.map((deviation, feature) => Math.max(deviation, least(feature)) || 1) };
}

/** Features in units of their deviation, copied. */
export function standardised({ dims, data }: Tensor<'float32'>, { mean, deviation }: Standard): Tensor<'float32'> {
  const width = mean.length;
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = ((data[i] as number) - (mean[i % width] as number)) / (deviation[i % width] as number);
  return tensor('float32', dims, out);
}

/**
 * Standardised features as a linear model reads them, without a copy of them: scores and gradients of the plain ones, brought to the units. For features whose means are
 * no more than some thousand deviations, as single precision has them.
 * @param features `[N, D]`.
 */
export async function standardisedDesign(features: Tensor<'float32'>, { mean, deviation }: Standard, outputs: number): Promise<Design> {
  const plain = await denseDesign(features, outputs);
  const width = mean.length;
  return {
    ...plain,
    async scores(weights) {
      const scaled = weights.map((weight, i) => weight / (deviation[Math.floor(i / outputs)] as number));
      const shift = new Float64Array(outputs);
      scaled.forEach((weight, i) => {
        shift[i % outputs] = (shift[i % outputs] as number) + weight * (mean[Math.floor(i / outputs)] as number);
      });
      const scores = await plain.scores(scaled, outputs);
      for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] as number) - (shift[i % outputs] as number);
      return scores;
    },
    async gradient(slopes) {
      const sums = new Float64Array(outputs);
      slopes.forEach((slope, i) => {
        sums[i % outputs] = (sums[i % outputs] as number) + slope;
      });
      const gradient = await plain.gradient(slopes, outputs);
      return gradient.map(
        (value, i) => (value - (mean[i % width] as number) * (sums[Math.floor(i / width)] as number)) / (deviation[i % width] as number),
      );
    },
  };
}

/** The model on plain features that gives what `linear` gives on standardised ones. */
export function unstandardised({ weights, bias }: LinearModel, { mean, deviation }: Standard): LinearModel {
  const outputs = bias.length;
  const plain = weights.map((weight, i) => weight / (deviation[Math.floor(i / outputs)] as number));
  const shifted = bias.map((value, c) => {
    let sum = value;
    for (let d = 0; d < mean.length; d++) sum -= (mean[d] as number) * (plain[d * outputs + c] as number);
    return sum;
  });
  return { weights: plain, bias: shifted };
}
