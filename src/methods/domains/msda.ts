// mSDA: features that tell which others are missing. Each is rebuilt from all the others under random loss, in closed form, on both domains; self-training then
// reads what was rebuilt, so that a feature that only the target has speaks for those of the source that go with it.
import { type Tensor, tensor } from '../../core/tensor.ts';
import { globalNorm } from '../../nn/clip.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { joinRows, product } from './pieces/products.ts';
import { selfTrained } from './pieces/self-trained.ts';
import { solved } from './pieces/solve.ts';
import { balanceRecord } from './pieces/surest.ts';

/** One layer, and nothing squashed behind it: what is learnt on the rebuilt features is then a linear model of the given ones. */
export const msda = defineDomainMethod({
  name: 'msda',
  paper:
    'Chen, Xu, Weinberger & Sha 2012, Marginalized denoising autoencoders for domain adaptation (arXiv:1206.4683), equations 4 to 7; one linear layer, with self-training behind it',
  about: 'features that stand in for others, learnt from both domains',
  options: {
    loss: { default: 0.9, range: { above: 0, below: 1 }, help: 'Chance of each feature to be missing.' },
    rounds: { default: 5, integer: true, range: { min: 0 }, help: 'Rounds of self-training on what was rebuilt; 0: the source alone.' },
    share: { default: 0.8, range: { above: 0, max: 1 }, help: 'Share of the target rows of each class that the last round takes.' },
    balance: balanceRecord,
  },
  adapt: async ({ source, target, classes, known }, { loss, ...training }, context) => {
    const count = source.features.dims[0] as number;
    const given = joinRows(source.features, target);
    const weights = await rebuilding(given, loss);
    const rebuilt = await product(given, weights);
    // As large as the given features, for which the penalty is.
    const factor = globalNorm(given.data) / (globalNorm(rebuilt.data) || 1);
    const width = given.dims[1] as number;
    const part = (from: number, to: number) =>
      tensor('float32', [to - from, width], rebuilt.data.slice(from * width, to * width).map((value) => factor * value) as Float32Array<ArrayBuffer>);
    const domains = {
      source: { ...source, features: part(0, count) },
      target: part(count, given.dims[0] as number),
      classes,
      known,
    };
    const { linear, probabilities } = await selfTrained(domains, training, context);
    const own = await product(
      weights,
      tensor('float32', [width, classes], linear.weights.map((value) => factor * value) as Float32Array<ArrayBuffer>),
    );
    return { probabilities, linear: { weights: own.data, bias: linear.bias } };
  },
});

/** `W = Q^-1 P`, the least squares over all losses at once: `X W` has each feature as the others tell it. */
async function rebuilding(rows: Tensor<'float32'>, loss: number): Promise<Tensor<'float32'>> {
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
  return weights;
}
