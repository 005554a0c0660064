// What can be said of an adapted model without a single label of the target: predictions in, numbers out, higher always better. Called where one is chosen.
import { evenly } from '../../../core/evenly.ts';
import type { Tensor } from '../../../core/tensor.ts';
import { adjustedMutualInformation } from '../../../score/label-free/adjusted-mutual-information.ts';
import { neighbourAgreementOf, voteAgreement } from '../../../score/label-free/agreement.ts';
import { meanEntropy, mutualInformation, neighbourhoodDensity } from '../../../score/label-free/certainty.ts';
import { simplifiedSilhouette } from '../../../score/label-free/silhouette.ts';
import { argmaxRows } from '../../../score/metrics.ts';

/** A target's rows as validators look at them. */
export interface ValidatorRows {
  /** Target rows of length 1, `[M, D]`. */
  readonly rows: Tensor<'float32'>;
  readonly classes: number;
  /** The nearest rows of each, `[M, k]`. */
  readonly nearest: Int32Array;
  /** Clusters of the rows, as many as classes. */
  readonly clusters: Int32Array;
}

/** What validators look at besides a candidate's predictions; the same for all candidates. */
export interface ValidatorTarget extends ValidatorRows {
  /** Classes by the mean of all candidates' probabilities. */
  readonly vote: Int32Array;
}

/** A label-free validator. */
export interface Validator {
  readonly paper: string;
  /** How good the predictions look; higher is better. @param probabilities `[M, classes]`. */
  score(probabilities: Float64Array, target: ValidatorTarget): number;
}

const validator = (paper: string, score: Validator['score']): Validator => ({ paper, score });
const classesOf = (probabilities: Float64Array, { classes }: ValidatorTarget) => argmaxRows(probabilities, classes);

/** Validators by name. */
export const validators = {
  neighbours: validator('Saito et al. 2021 (arXiv:2108.10860), with one vote for each neighbour', (p, target) =>
    neighbourAgreementOf(classesOf(p, target), target.nearest),
  ),
  vote: validator('Hu et al. 2023, EnsV', (p, target) => voteAgreement(classesOf(p, target), target.vote)),
  'class-ami': validator('Musgrave et al. 2022, Three new validators (arXiv:2208.07360)', (p, target) =>
    adjustedMutualInformation(classesOf(p, target), target.clusters),
  ),
  silhouette: validator('Rousseeuw 1987, simplified after Hruschka et al. 2004', (p, target) =>
    simplifiedSilhouette(target.rows.data, target.rows.dims[1] as number, classesOf(p, target), target.classes),
  ),
  'mutual-information': validator('Krause et al. 2010, Discriminative clustering by regularized information maximization', (p, { classes }) =>
    mutualInformation(p, classes),
  ),
  entropy: validator('Morerio et al. 2018, Minimal-entropy correlation alignment (arXiv:1711.10288)', (p, { classes }) => -meanEntropy(p, classes)),
  density: validator('Saito et al. 2021, Tune it the right way (arXiv:2108.10860)', (p, { classes }) =>
    neighbourhoodDensity(some(p, classes), classes),
  ),
} satisfies Record<string, Validator>;
/** Name of a validator. */
export type ValidatorName = keyof typeof validators;

/** Rows that are compared with each other: all pairs of them. */
const MOST_ROWS = 1000;

function some(probabilities: Float64Array, classes: number): Float64Array {
  const rows = evenly(probabilities.length / classes, MOST_ROWS);
  const out = new Float64Array(rows.length * classes);
  rows.forEach((row, i) => {
    out.set(probabilities.subarray(row * classes, (row + 1) * classes), i * classes);
  });
  return out;
}

/** Rank of each number among all, 1 the highest; equal ones share the mean of their ranks. */
export function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const above = values.filter((other) => other > value).length;
    const equal = values.filter((other) => other === value).length;
    return above + (equal + 1) / 2;
  });
}
