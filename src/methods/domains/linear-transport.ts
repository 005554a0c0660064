// Linear optimal transport: the affine map that moves the source to the target at the least cost, were both normally distributed; then a linear model.
import { defineDomainMethod } from './pieces/domain-method.ts';
import { affine, learnt } from './pieces/mapped.ts';
import { product } from './pieces/products.ts';
import { momentsOf, rootsOf } from './pieces/roots.ts';

/** `A = Cs^-1/2 (Cs^1/2 Ct Cs^1/2)^1/2 Cs^-1/2`. */
export const linearTransport = defineDomainMethod({
  name: 'linear-transport',
  paper:
    'Flamary, Lounici & Ferrari 2019, Concentration bounds for linear Monge mapping estimation and optimal transport domain adaptation (arXiv:1905.10155), equation 3',
  about: 'the source moved to the target at the least cost',
  options: { ridge: { default: 1, range: { above: 0 }, help: 'Added to the variance of each feature before the roots are taken.' } },
  adapt: async (domains, { ridge }, context) => {
    const [own, other] = [await momentsOf(domains.source.features, ridge), await momentsOf(domains.target, ridge)];
    const { root, inverse } = await rootsOf(own.covariance, context.signal);
    const middle = await product(await product(root, other.covariance), root);
    const matrix = await product(await product(inverse, (await rootsOf(middle, context.signal)).root), inverse);
    return learnt(await affine(domains.source.features, { matrix, from: own.mean, to: other.mean }), domains, context);
  },
});
