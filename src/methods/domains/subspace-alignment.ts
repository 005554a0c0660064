// Subspace alignment: the source's principal components are turned to the target's, and a linear model learns from the source along them.
import { type Tensor, tensor } from '../../core/tensor.ts';
import { type PrincipalComponents, principalComponents } from '../../score/pca.ts';
import { learntFrom, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { labelledRows } from './pieces/known.ts';
import { product } from './pieces/products.ts';

/** Source rows `(x - m_s) S (S' T)`, target rows `(x - m_t) T`, with the components of either as columns of S and T. */
export const subspaceAlignment = defineDomainMethod({
  name: 'subspace-alignment',
  paper:
    'Fernando, Habrard, Sebban & Tuytelaars 2013, Unsupervised visual domain adaptation using subspace alignment (ICCV), equations 1 to 3, with a linear model in place of nearest neighbours',
  about: "the source along the target's principal components",
  options: {
    dimensions: {
      default: 80,
      integer: true,
      range: { min: 1 },
      help: 'Principal components of each domain; no more than it has rows and features.',
    },
  },
  adapt: async (domains, { dimensions }, { l2, signal }) => {
    const { source, target, classes } = domains;
    const count = Math.min(dimensions, ...[source.features, target].flatMap(({ dims }) => dims));
    const [own, other] = [componentsOf(source.features, count), componentsOf(target, count)];
    const [from, to] = [own, other].map(({ components }) => tensor('float32', [count, target.dims[1] as number], Float32Array.from(components))) as [
      Tensor<'float32'>,
      Tensor<'float32'>,
    ];
    const aligned = await product(placesOf(own, count), await product(from, to, { transB: true }));
    const along = { ...domains, target: placesOf(other, count) };
    const linear = await learntFrom(labelledRows(along, aligned), { classes, l2, signal });
    const inner = tensor('float32', [count, classes], Float32Array.from(linear.weights));
    const weights = (await product(to, inner, { transA: true })).data;
    // Of rows as they are: the components are of those less their mean.
    const bias = linear.bias.map((value, c) => other.mean.reduce((sum, mean, d) => sum - mean * (weights[d * classes + c] as number), value));
    return { linear: { weights, bias }, probabilities: await probabilitiesOf(along.target, linear) };
  },
});

const componentsOf = ({ dims, data }: Tensor<'float32'>, count: number) => principalComponents(data, dims[1] as number, count);

function placesOf({ places }: PrincipalComponents, count: number): Tensor<'float32'> {
  return tensor('float32', [places.length / count, count], Float32Array.from(places));
}
