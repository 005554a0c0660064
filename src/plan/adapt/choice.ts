// Candidates -> the one that is taken, without a label of the target: what collapsed is out, validators rank the rest, and the source's own model stays unless
// another is clearly better. Called by the plan of adaptation.
import type { Tensor } from '../../core/tensor.ts';
import { ranksOf, type ValidatorName, type ValidatorTarget, validators } from '../../methods/domains/pieces/validators.ts';
import { classCounts } from '../../score/label-balance.ts';
import { argmaxRows } from '../../score/metrics.ts';

/** What the choice looks at. */
export interface Choosable {
  readonly name: string;
  /** Of the target rows, `[M, classes]`. */
  readonly probabilities: Float64Array;
  readonly sourceAccuracy?: number | undefined;
  readonly trialAccuracy?: number | undefined;
}

/** A candidate with what validators say of it. */
export interface Ranked<C extends Choosable = Choosable> {
  readonly candidate: C;
  /** Higher is better. */
  readonly scores: Readonly<Record<ValidatorName, number>>;
  /** Mean of the ranks by the validators that decide, 1 the best; left out for what is out. */
  readonly rank?: number;
  /** Why it is out. */
  readonly out?: string;
}

/** What was taken, and why. */
export interface Choice<C extends Choosable = Choosable> {
  readonly chosen: C;
  readonly ranked: readonly Ranked<C>[];
  /** In words. */
  readonly why: string;
}

/** Validators whose ranks are averaged. Found on Office-Caltech10, tested on the others: see docs/decisions. */
const DECIDING: readonly ValidatorName[] = ['neighbours', 'vote', 'class-ami', 'silhouette'];
/** A candidate that tells so much less of the source rightly than the source's own model does has lost what it knew. */
const LOST = 0.15;
/** A method that tells so much less of one half of the source rightly, from the other, assumes what does not hold of such data. */
const UNFIT = 0.03;
/** Classes predicted, in effect, as a share of those that the source's own model predicts. */
const COLLAPSED = 0.6;

/** What {@link chosenWithout} is given besides the candidates. */
export interface TargetRows {
  /** Of length 1, `[M, D]`. */
  readonly rows: Tensor<'float32'>;
  readonly classes: number;
  readonly nearest: Int32Array;
  readonly clusters: Int32Array;
}

/**
 * @param yardstick the model of the source alone: one of the candidates.
 */
export function chosenWithout<C extends Choosable>(candidates: readonly C[], yardstick: C, target: TargetRows): Choice<C> {
  const outs = collapses(candidates, yardstick, target.classes);
  const staying = candidates.filter((_, i) => outs[i] === undefined);
  const unlabelled: ValidatorTarget = { ...target, vote: argmaxRows(meanOf(staying), target.classes) };
  const scores = candidates.map(({ probabilities }) => scoresOf(probabilities, unlabelled));
  const places = DECIDING.map((name) => ranksOf(staying.map((candidate) => scores[candidates.indexOf(candidate)]?.[name] as number)));
  const ranked = candidates.map((candidate, i): Ranked<C> => {
    const place = staying.indexOf(candidate);
    const rank = places.reduce((sum, ranks) => sum + (ranks[place] as number), 0) / places.length;
    return { candidate, scores: scores[i] as Ranked['scores'], ...(place < 0 ? { out: outs[i] as string } : { rank }) };
  });
  const own = ranked.find(({ candidate }) => candidate === yardstick) as Ranked<C>;
  const best = ranked.filter(({ rank }) => rank !== undefined).reduce((a, b) => ((b.rank as number) < (a.rank as number) ? b : a));
  if (best === own) return { chosen: yardstick, ranked, why: 'No other candidate is ranked higher than the model of the source alone.' };
  if (collapse(yardstick, best.candidate, target.classes) !== undefined)
    return {
      chosen: best.candidate,
      ranked,
      why: `Ranked highest by ${DECIDING.join(', ')}; the model of the source alone has collapsed there: it finds ${effectiveClasses(yardstick.probabilities, target.classes).toFixed(1)} classes in effect.`,
    };
  const gain = gainOver(best.candidate, yardstick, unlabelled);
  if (gain.mean <= gain.error)
    return {
      chosen: yardstick,
      ranked,
      why: `\`${best.candidate.name}\` is ranked highest, but its neighbours agree by only ${percent(gain.mean)} more than with the model of the source alone, within the error of ${percent(gain.error)}: the source's own model is kept.`,
    };
  return {
    chosen: best.candidate,
    ranked,
    why: `Ranked highest by ${DECIDING.join(', ')}; its predictions agree with those of the nearest rows by ${percent(gain.mean)} more than the model of the source alone, with an error of ${percent(gain.error)}.`,
  };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function scoresOf(probabilities: Float64Array, target: ValidatorTarget): Record<ValidatorName, number> {
  return Object.fromEntries(Object.entries(validators).map(([name, { score }]) => [name, score(probabilities, target)])) as Record<
    ValidatorName,
    number
  >;
}

/** For each candidate why it is out before anything is ranked, where it is; the yardstick never is. */
export function collapses(candidates: readonly Choosable[], yardstick: Choosable, classes: number): (string | undefined)[] {
  return candidates.map((candidate) => (candidate === yardstick ? undefined : collapse(candidate, yardstick, classes)));
}

/** Indices of the candidates, the one that is ranked highest first, those that are out last. */
export function rankOrder(ranked: readonly Ranked[]): number[] {
  const rankAt = (i: number) => ranked[i]?.rank ?? Number.MAX_VALUE;
  return [...ranked.keys()].sort((a, b) => rankAt(a) - rankAt(b));
}

function collapse(candidate: Choosable, yardstick: Choosable, classes: number): string | undefined {
  const { sourceAccuracy } = candidate;
  if (sourceAccuracy !== undefined && yardstick.sourceAccuracy !== undefined && sourceAccuracy < yardstick.sourceAccuracy - LOST)
    return `tells only ${percent(sourceAccuracy)} of the source rightly`;
  const { trialAccuracy } = candidate;
  if (trialAccuracy !== undefined && yardstick.trialAccuracy !== undefined && trialAccuracy < yardstick.trialAccuracy - UNFIT)
    return `tells ${percent(trialAccuracy)} of one half of the source rightly from the other, a linear model ${percent(yardstick.trialAccuracy)}`;
  const [own, others] = [effectiveClasses(candidate.probabilities, classes), effectiveClasses(yardstick.probabilities, classes)];
  return own < COLLAPSED * others ? `predicts ${own.toFixed(1)} classes in effect, the model of the source alone ${others.toFixed(1)}` : undefined;
}

/** e to the entropy of the shares of the predicted classes. */
function effectiveClasses(probabilities: Float64Array, classes: number): number {
  const predicted = argmaxRows(probabilities, classes);
  const shares = Array.from(classCounts(predicted, classes), (count) => count / predicted.length);
  return Math.exp(shares.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0));
}

/** Mean of the candidates' probabilities. */
export function meanOf(candidates: readonly Choosable[]): Float64Array {
  const out = new Float64Array(candidates[0]?.probabilities.length ?? 0);
  for (const { probabilities } of candidates)
    probabilities.forEach((p, i) => {
      out[i] = (out[i] as number) + p / candidates.length;
    });
  return out;
}

/** How much more of its nearest rows are predicted as a row is, on average over the rows, with the standard error. */
function gainOver(a: Choosable, b: Choosable, { nearest, classes }: ValidatorTarget): { readonly mean: number; readonly error: number } {
  const [first, second] = [argmaxRows(a.probabilities, classes), argmaxRows(b.probabilities, classes)];
  const k = nearest.length / first.length;
  const differences = Float64Array.from(first, (_, row) => {
    let sum = 0;
    for (let n = row * k; n < (row + 1) * k; n++)
      sum += Number(first[nearest[n] as number] === first[row]) - Number(second[nearest[n] as number] === second[row]);
    return sum / k;
  });
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / differences.length;
  return { mean, error: Math.sqrt(variance / differences.length) };
}
