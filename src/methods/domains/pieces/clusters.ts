// Spherical k-means from several random starts: rows in, the cluster of each out. Called where predictions are compared with clusters.
import { stream } from '../../../core/rng.ts';
import type { Tensor } from '../../../core/tensor.ts';
import { takeRows } from '../../../data/rows.ts';
import { argmaxRows } from '../../../score/metrics.ts';
import { product, unitRows } from './products.ts';
import { centresOf } from './pseudo-labels.ts';
import { oneHot } from './rows-of-classes.ts';

const STARTS = 5;
const MOST_ROUNDS = 50;

/** The tightest of a few clusterings into `most`, or into as many as there are rows, `[N]`; starts are spread out as Arthur & Vassilvitskii 2007 (k-means++) draw them. */
export async function clustersOf(features: Tensor<'float32'>, most: number, seed: number): Promise<Int32Array> {
  const rows = unitRows(features);
  const count = Math.min(most, rows.dims[0] as number);
  let best: { assigned: Int32Array; tightness: number } | undefined;
  for (let start = 0; start < STARTS; start++) {
    let centres = takeRows(rows, await spreadOut(rows, count, seed, start));
    let assigned: Int32Array = new Int32Array();
    let tightness = 0;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const { data } = await product(rows, centres, { transB: true });
      const now = argmaxRows(data, count);
      tightness = now.reduce((sum, c, row) => sum + (data[row * count + c] as number), 0);
      if (now.every((c, row) => c === assigned[row])) break;
      assigned = now;
      centres = await centresOf(rows, oneHot(assigned, count), count);
    }
    if (!best || tightness > best.tightness) best = { assigned, tightness };
  }
  return (best as { assigned: Int32Array }).assigned;
}

async function spreadOut(rows: Tensor<'float32'>, count: number, seed: number, start: number): Promise<Int32Array> {
  const draws = stream(seed, 'clusters', start).uniforms(count);
  const length = rows.dims[0] as number;
  const chosen = [Math.floor((draws[0] as number) * length)];
  const apart = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
  while (chosen.length < count) {
    const { data } = await product(rows, takeRows(rows, Int32Array.of(chosen.at(-1) as number)), { transB: true });
    for (let i = 0; i < length; i++) apart[i] = Math.min(apart[i] as number, Math.max(0, 1 - (data[i] as number)));
    let at = (draws[chosen.length] as number) * apart.reduce((sum, value) => sum + value, 0);
    let next = 0;
    while (next < length - 1 && at >= (apart[next] as number)) at -= apart[next++] as number;
    chosen.push(next);
  }
  return Int32Array.from(chosen);
}
