// Whether a model takes what lies between two rows for what the nearer one is: probabilities of a linear model in, one number out. No label is looked at. Called
// where an adapted model is judged.
import { fail } from '../../core/errors.ts';
import { argmaxRows } from '../metrics.ts';

/** Below it a probability is as good as 0. */
const LEAST = 1e-300;

/**
 * Share of the mixed rows `λ x_i + (1 - λ) x_j`, of rows that are predicted to be of two classes, that are predicted as `x_i` is: low where rows lie at the boundary.
 * MixVal, Hu et al. 2023, Mixed samples as probes for unsupervised model selection in domain adaptation (NeurIPS), the probes between clusters, with the authors' λ of
 * 0.55. A linear model needs no second look: the logarithms of its probabilities mix as its rows do, but for a number that is the same for all classes. The paper's
 * other probes, rows mixed within a class, say nothing of it: each of its classes is a convex set, so that all of them agree.
 * @param probabilities `[N, classes]`, the softmax of scores that are linear in the rows.
 * @param partners the row that each is mixed with, `[N]`, drawn by chance; the same for all models that are compared.
 * @returns 0 where no pair is of two classes.
 */
export function mixedAgreement(probabilities: ArrayLike<number>, classes: number, partners: ArrayLike<number>, share = 0.55): number {
  const predicted = argmaxRows(probabilities, classes);
  if (partners.length !== predicted.length)
    fail('invalid-shape', `There are ${predicted.length} rows but ${partners.length} partners; give one for each row.`);
  const mixed = new Float64Array(classes);
  const log = (row: number, c: number) => Math.log(Math.max(LEAST, probabilities[row * classes + c] as number));
  let [pairs, same] = [0, 0];
  for (const [row, own] of predicted.entries()) {
    const partner = partners[row] as number;
    if (predicted[partner] === own) continue;
    for (let c = 0; c < classes; c++) mixed[c] = share * log(row, c) + (1 - share) * log(partner, c);
    pairs++;
    if (argmaxRows(mixed, classes)[0] === own) same++;
  }
  return pairs === 0 ? 0 : same / pairs;
}
