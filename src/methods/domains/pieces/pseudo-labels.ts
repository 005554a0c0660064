// Labels by the nearest of class means that are weighted with what is believed of the rows. Called by SHOT and by what ends in prototypes.
import { type Tensor, tensor } from '../../../core/tensor.ts';
import { argmaxRows } from '../../../score/metrics.ts';
import { softmaxRows } from '../../../score/probabilities.ts';
import { product, unitRows } from './products.ts';
import { oneHot } from './rows-of-classes.ts';

/** Directions of the weighted means of rows, `[classes, D]`; 0 for a class without weight. */
export async function centresOf(rows: Tensor<'float32'>, weights: Float64Array, classes: number): Promise<Tensor<'float32'>> {
  const given = tensor('float32', [weights.length / classes, classes], Float32Array.from(weights));
  return unitRows(await product(given, rows, { transA: true }));
}

/** Softmax of the cosines between rows and centres, `[N, classes]`; both of length 1. */
export async function nearestCentres(rows: Tensor<'float32'>, centres: Tensor<'float32'>, temperature: number): Promise<Float64Array> {
  const { data } = await product(rows, centres, { transB: true });
  return softmaxRows(data, centres.dims[0] as number, temperature);
}

/** Twice: centres weighted by the probabilities, then by the labels that these gave (Liang et al. 2020, SHOT, equations 4 to 6). */
export async function pseudoLabels(
  features: Tensor<'float32'>,
  probabilities: Float64Array,
  classes: number,
  temperature = 0.05,
): Promise<Float64Array> {
  const rows = unitRows(features);
  const first = await nearestCentres(rows, await centresOf(rows, probabilities, classes), temperature);
  return nearestCentres(rows, await centresOf(rows, oneHot(argmaxRows(first, classes), classes), classes), temperature);
}
