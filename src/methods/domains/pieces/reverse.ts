// Reverse validation: a linear model learns from the target with the answers of a candidate, and is tried on the source, whose labels are known. Called by the plan of
// adaptation where it is asked for: each candidate costs the learning of a model.
import { accuracy, argmaxRows } from '../../../score/metrics.ts';
import { classifier, probabilitiesOf } from './classifier.ts';
import type { AdaptContext, Domains } from './domain-method.ts';

/**
 * Share of the source's rows that are told rightly by what learnt from the target alone with these labels. Zhong et al. 2010, Cross validation framework to choose
 * amongst models and datasets for transfer learning; Ganin et al. 2016, Domain-adversarial training of neural networks (arXiv:1505.07818), section 5.1.2. There the way
 * back is by the method itself, and on rows of the source that were held out; here it is a linear model for all methods, each domain in units of its own, on all rows.
 * @param said classes of the target's rows as the candidate has them, `[M]`.
 * @throws GraftError `aborted` when the signal says so.
 */
export async function reverseAccuracy(
  { source, target, classes }: Domains,
  said: Int32Array,
  { l2, signal }: Pick<AdaptContext, 'l2' | 'signal'>,
): Promise<number> {
  const back = await classifier(target, said, { classes, l2, signal });
  return accuracy(source.labels, argmaxRows(await probabilitiesOf(source.features, back), classes));
}
