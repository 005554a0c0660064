// CORAL: the source's rows are whitened and coloured with the target's covariance before a linear model learns from them.
import { defineDomainMethod } from './pieces/domain-method.ts';
import { affine, learnt } from './pieces/mapped.ts';
import { product } from './pieces/products.ts';
import { momentsOf, rootsOf } from './pieces/roots.ts';

/** The means are aligned too, which the paper has done by standardising each domain. */
export const coral = defineDomainMethod({
  name: 'coral',
  paper: 'Sun, Feng & Saenko 2016, Return of frustratingly easy domain adaptation (arXiv:1511.05547), algorithm 1',
  about: "the source given the target's covariance",
  options: { ridge: { default: 1, range: { above: 0 }, help: 'Added to the variance of each feature before the roots are taken.' } },
  adapt: async (domains, { ridge }, context) => {
    const [own, other] = [await momentsOf(domains.source.features, ridge), await momentsOf(domains.target, ridge)];
    const whitening = (await rootsOf(own.covariance, context.signal)).inverse;
    const colouring = (await rootsOf(other.covariance, context.signal)).root;
    const matrix = await product(whitening, colouring);
    return learnt(await affine(domains.source.features, { matrix, from: own.mean, to: other.mean }), domains, context);
  },
});
