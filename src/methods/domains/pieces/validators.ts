// What can be said of an adapted model without a single label of the target: what it answers in, numbers out, higher always better. Called where one is chosen.
import { evenly } from '../../../core/evenly.ts';
import type { Tensor } from '../../../core/tensor.ts';
import { adjustedMutualInformation } from '../../../score/label-free/adjusted-mutual-information.ts';
import { neighbourAgreementOf, voteAgreement } from '../../../score/label-free/agreement.ts';
import { meanEntropy, mutualInformation, neighbourhoodDensity } from '../../../score/label-free/certainty.ts';
import { deepEmbeddedRisk } from '../../../score/label-free/deep-embedded.ts';
import { importanceWeightedRisk } from '../../../score/label-free/importance-weighted.ts';
import { mixedAgreement } from '../../../score/label-free/mixed.ts';
import { simplifiedSilhouette } from '../../../score/label-free/silhouette.ts';
import { argmaxRows } from '../../../score/metrics.ts';
import type { LinearModel } from '../../probes/linear.ts';

/** A target's rows as validators look at them. */
export interface ValidatorRows {
  /** Target rows of length 1, `[M, D]`. */
  readonly rows: Tensor<'float32'>;
  readonly classes: number;
  /** The nearest rows of each, `[M, k]`. */
  readonly nearest: Int32Array;
  /** Clusters of the rows, as many as classes. */
  readonly clusters: Int32Array;
  /** The row that each is mixed with, drawn by chance, `[M]`. */
  readonly partners: Int32Array;
}

/** Rows of the source as the target of a rehearsal: no candidate has seen their labels when it answers for them. */
export interface RehearsedRows {
  /** `[R]`. */
  readonly labels: Int32Array;
  /** How many times likelier each of them is in the target than among them, `[R]`. */
  readonly ratios: Float64Array;
}

/** What validators look at besides a candidate's answers; the same for all candidates. */
export interface ValidatorTarget extends ValidatorRows {
  /** Classes by the mean of all candidates' probabilities. */
  readonly vote: Int32Array;
  /** Left out where nothing was rehearsed. */
  readonly rehearsed?: RehearsedRows | undefined;
}

/** What validators look at of a candidate. */
export interface Answers {
  /** Of the target rows, `[M, classes]`. */
  readonly probabilities: Float64Array;
  /** Of the rehearsal's rows, where there was one: `[R, classes]`. */
  readonly rehearsed?: Float64Array | undefined;
  /** Where the probabilities are the softmax of scores that are linear in the features. */
  readonly linear?: LinearModel | undefined;
  /** Of the target rows changed by chance, where they can be: `[M, classes]`. */
  readonly changed?: Float64Array | undefined;
  /** Share of the source's rows told rightly by what learnt from the target with these answers, where that was asked for. */
  readonly reversed?: number | undefined;
}

/** A label-free validator; where `S` may be undefined, it says nothing of candidates that lack what it looks at. */
export interface Validator<S extends number | undefined = number | undefined> {
  readonly paper: string;
  /** How good the answers look; higher is better. */
  score(answers: Answers, target: ValidatorTarget): S;
}

const validator = <S extends number | undefined>(paper: string, score: Validator<S>['score']): Validator<S> => ({ paper, score });
const classesOf = ({ probabilities }: Answers, { classes }: ValidatorTarget) => argmaxRows(probabilities, classes);

/** One minus a risk by the errors of the rehearsal's rows. */
const rehearsing =
  (risk: (losses: Int32Array, ratios: Float64Array) => number) =>
  ({ rehearsed: answers }: Answers, { classes, rehearsed }: ValidatorTarget): number | undefined => {
    if (!answers || !rehearsed) return undefined;
    const errors = argmaxRows(answers, classes).map((said, row) => Number(said !== rehearsed.labels[row]));
    return 1 - risk(errors, rehearsed.ratios);
  };

/** Validators by name. */
export const validators = {
  neighbours: validator('Saito et al. 2021 (arXiv:2108.10860), with one vote for each neighbour', (answers, target) =>
    neighbourAgreementOf(classesOf(answers, target), target.nearest),
  ),
  vote: validator('Hu et al. 2023, EnsV', (answers, target) => voteAgreement(classesOf(answers, target), target.vote)),
  'class-ami': validator('Musgrave et al. 2022, Three new validators (arXiv:2208.07360)', (answers, target) =>
    adjustedMutualInformation(classesOf(answers, target), target.clusters),
  ),
  silhouette: validator('Rousseeuw 1987, simplified after Hruschka et al. 2004', (answers, target) =>
    simplifiedSilhouette(target.rows.data, target.rows.dims[1] as number, classesOf(answers, target), target.classes),
  ),
  'mutual-information': validator(
    'Krause et al. 2010, Discriminative clustering by regularized information maximization',
    ({ probabilities }, { classes }) => mutualInformation(probabilities, classes),
  ),
  entropy: validator(
    'Morerio et al. 2018, Minimal-entropy correlation alignment (arXiv:1711.10288)',
    ({ probabilities }, { classes }) => -meanEntropy(probabilities, classes),
  ),
  density: validator('Saito et al. 2021, Tune it the right way (arXiv:2108.10860)', ({ probabilities }, { classes }) =>
    neighbourhoodDensity(some(probabilities, classes), classes),
  ),
  'importance-weighted': validator(
    'Sugiyama et al. 2007, Covariate shift adaptation by importance weighted cross validation (JMLR 8)',
    rehearsing(importanceWeightedRisk),
  ),
  'deep-embedded': validator(
    'You et al. 2019, Towards accurate model selection in deep unsupervised domain adaptation (DEV)',
    rehearsing(deepEmbeddedRisk),
  ),
  mixed: validator(
    'Hu et al. 2023, Mixed samples as probes for unsupervised model selection in domain adaptation (MixVal)',
    ({ probabilities, linear }, { classes, partners }): number | undefined => linear && mixedAgreement(probabilities, classes, partners),
  ),
  steady: validator(
    'Ng et al. 2022, Predicting out-of-domain generalization with neighborhood invariance (arXiv:2207.02093), with one neighbour for each row',
    (answers, target): number | undefined =>
      answers.changed && voteAgreement(argmaxRows(answers.changed, target.classes), classesOf(answers, target)),
  ),
  reverse: validator(
    'Zhong et al. 2010, Cross validation framework to choose amongst models and datasets for transfer learning; Ganin et al. 2016 (arXiv:1505.07818), section 5.1.2',
    ({ reversed }): number | undefined => reversed,
  ),
} satisfies Record<string, Validator>;
/** Name of a validator. */
export type ValidatorName = keyof typeof validators;
/** What all validators say of a candidate. */
export type ValidatorScores = { readonly [N in ValidatorName]: ReturnType<(typeof validators)[N]['score']> };

/** What each validator says. */
export function scoresOf(answers: Answers, target: ValidatorTarget): ValidatorScores {
  return Object.fromEntries(Object.entries(validators).map(([name, { score }]) => [name, score(answers, target)])) as ValidatorScores;
}

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
