// mSDA: features that tell which others are missing. Each is rebuilt from all the others under random loss, in closed form, on both domains; a linear model then
// learns from what was rebuilt beside what was given, so that a feature that only the target has speaks for those of the source that go with it.
import { type Tensor, tensor } from '../../core/tensor.ts';
import { classifier, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { joinRows, product } from './pieces/products.ts';
import { solved } from './pieces/solve.ts';

/** No linear form over the features as they are: what was rebuilt passes through tanh. */
export const msda = defineDomainMethod({
  name: 'msda',
  paper: 'Chen, Xu, Weinberger & Sha 2012, Marginalized denoising autoencoders for domain adaptation (arXiv:1206.4683), equations 4 to 7',
  about: 'features that stand in for others, learnt from both domains',
  options: {
    layers: { default: 1, integer: true, range: { min: 1, max: 5 }, help: 'Rebuildings one after another.' },
    loss: { default: 0.9, range: { above: 0, below: 1 }, help: 'Chance of each feature to be missing.' },
  },
  adapt: async ({ source, target, classes }, { layers, loss }, { l2, signal }) => {
    const count = source.features.dims[0] as number;
    const given = joinRows(source.features, target);
    const outputs = [given];
    for (let layer = 0; layer < layers; layer++) outputs.push(await rebuilt(outputs.at(-1) as Tensor<'float32'>, loss));
    const all = beside(outputs);
    const width = all.dims[1] as number;
    const part = (from: number, to: number) => tensor('float32', [to - from, width], all.data.slice(from * width, to * width));
    const own = part(0, count);
    const linear = await classifier(own, source.labels, { classes, l2, signal });
    return { probabilities: await probabilitiesOf(part(count, all.dims[0] as number), linear) };
  },
});

/** `tanh(X W)` with `W = Q^-1 P`, the least squares over all losses at once. */
async function rebuilt(rows: Tensor<'float32'>, loss: number): Promise<Tensor<'float32'>> {
  const width = rows.dims[1] as number;
  const kept = 1 - loss;
  const scatter = await product(rows, rows, { transA: true });
  const variances = Float64Array.from({ length: width }, (_, d) => Math.max(1e-6, scatter.data[d * width + d] as number));
  // In units of each feature's own size all eigenvalues of Q are at least `loss`: single precision is then enough.
  const scale = variances.map((value) => 1 / Math.sqrt(value));
  const q = new Float32Array(width * width);
  const p = new Float32Array(width * width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      const value = (scatter.data[i * width + j] as number) * (scale[i] as number) * (scale[j] as number);
      q[i * width + j] = i === j ? 1 + 1e-5 : value * kept;
      p[i * width + j] = value;
    }
  }
  const weights = await solved(tensor('float32', [width, width], q), tensor('float32', [width, width], p));
  for (let i = 0; i < width; i++)
    for (let j = 0; j < width; j++)
      weights.data[i * width + j] = ((weights.data[i * width + j] as number) * (scale[i] as number)) / (scale[j] as number);
  const out = await product(rows, weights);
  return tensor('float32', out.dims, out.data.map((value) => Math.tanh(value)) as Float32Array<ArrayBuffer>);
}

/** The columns of all, one after another. */
function beside(parts: readonly Tensor<'float32'>[]): Tensor<'float32'> {
  const rows = parts[0]?.dims[0] as number;
  const widths = parts.map(({ dims }) => dims[1] as number);
  const width = widths.reduce((sum, one) => sum + one, 0);
  const out = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    let at = row * width;
    parts.forEach(({ data }, i) => {
      const own = widths[i] as number;
      out.set(data.subarray(row * own, (row + 1) * own), at);
      at += own;
    });
  }
  return tensor('float32', [rows, width], out);
}
