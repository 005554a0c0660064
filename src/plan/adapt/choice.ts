// Candidates -> the one that is taken, without a label of the target but those few that may be known: what collapsed is out, validators rank the rest, and the source's own model stays unless
// another is clearly better. Called by the plan of adaptation.
import { fail } from '../../core/errors.ts';
import {
  type Answers,
  type RehearsedRows,
  ranksOf,
  scoresOf,
  type ValidatorName,
  type ValidatorRows,
  type ValidatorScores,
  type ValidatorTarget,
  validators,
} from '../../methods/domains/pieces/validators.ts';
import { SIGNIFICANT } from '../../score/interval.ts';
import { classCounts } from '../../score/label-balance.ts';
import { accuracy, argmaxRows } from '../../score/metrics.ts';
import { summarise } from '../../score/summary.ts';

/** What the choice looks at. */
export interface Choosable extends Answers {
  readonly name: string;
  readonly sourceAccuracy?: number | undefined;
  /** Whether its method is made for such data: of what a rehearsal cannot tell apart, it is taken. */
  readonly suited?: boolean | undefined;
  /** Of the target rows whose labels are known, each by what learnt without its own: `[K, classes]`. */
  readonly heldOut?: Float64Array | undefined;
}

/** A candidate with what validators say of it. */
export interface Ranked<C extends Choosable = Choosable> {
  readonly candidate: C;
  /** Higher is better; undefined where a validator says nothing of such a candidate. */
  readonly scores: ValidatorScores;
  /** Share of the rehearsal's rows that it tells rightly, which has its part in the rank. */
  readonly rehearsal?: number;
  /** Mean of the ranks by the validators that decide, 1 the best; left out for what is out. */
  readonly rank?: number;
  /** Why it is out. */
  readonly out?: string;
}

/** What was taken, and why. */
export interface Choice<C extends Choosable = Choosable> {
  readonly chosen: C;
  readonly ranked: readonly Ranked<C>[];
  /** Validators whose ranks decided. */
  readonly deciding: readonly ValidatorName[];
  /** In words. */
  readonly why: string;
}

/** Validators whose ranks are averaged, but for those that a rehearsal shows to be misled: docs/decisions/0021. */
const VALIDATORS = ['neighbours', 'vote', 'class-ami', 'silhouette'] as const satisfies readonly ValidatorName[];
/**
 * Of networks that have answered for rows changed by chance, too: what looks at no space of features, as that of the source's own network favours what it says. Both are shares
 * of rows that are answered alike, so they are added up, and no rank makes much of a little: docs/decisions/0020.
 */
const SPACELESS = ['vote', 'steady'] as const satisfies readonly ValidatorName[];
/** A candidate that tells so much less of the source rightly than the source's own model does has lost what it knew. */
const LOST = 0.15;
/** A method that tells so much less of the rehearsal's rows rightly than a linear model, and not by chance, assumes what does not hold of such data. */
const UNFIT = 0.03;
/** Classes predicted, in effect, as a share of those that the source's own model predicts. */
const COLLAPSED = 0.6;
/** Classes in effect: what is hardly more than one, another in one row of a hundred; and what is more, another in one of twenty. */
const [ONE, MORE] = [1.06, 1.2];

/** The rehearsal's target, its labels, and the rows as validators look at them. */
export interface Rehearsed extends RehearsedRows {
  readonly target: ValidatorRows;
}

/** What is known besides the target's rows. */
export interface ChoiceGrounds {
  /** What the candidates' `rehearsed` are of. */
  readonly rehearsed?: Rehearsed | undefined;
  /** Validators that decide, where that has been settled; default those that the rehearsal does not show to be misled. */
  readonly trustworthy?: readonly ValidatorName[] | undefined;
  /** Labels of the few rows that the candidates' `heldOut` are of, `[K]`. */
  readonly known?: Int32Array | undefined;
  /** Whether anything but how frequent the classes are tells the domains apart; default yes. Else a model of the source has no cause to collapse. */
  readonly apart?: boolean | undefined;
}

/** @param yardstick the model of the source alone: one of the candidates. */
export function chosenWithout<C extends Choosable>(
  candidates: readonly C[],
  yardstick: C,
  target: ValidatorRows,
  { rehearsed, trustworthy, known, apart = true }: ChoiceGrounds = {},
): Choice<C> {
  const { classes } = target;
  const outs = collapses(candidates, yardstick, classes, rehearsed?.labels);
  if (known) behindOnLabels(candidates, known, classes, outs);
  const places = [...candidates.keys()].filter((i) => outs[i] === undefined);
  const staying = places.map((i) => candidates[i] as C);
  const unlabelled: ValidatorTarget = { ...target, vote: argmaxRows(meanOf(staying), classes), rehearsed };
  const scores = candidates.map((candidate) => scoresOf(candidate, unlabelled));
  // Where all have answered for rows changed by chance, too.
  const varied = candidates.every(({ changed }) => changed !== undefined);
  const deciding = varied ? SPACELESS : (trustworthy ?? trusted(rehearsed ? misledBy(candidates, staying, yardstick, rehearsed) : []));
  const columns = deciding.map((name) => places.map((i) => scores[i]?.[name] as number));
  const ranks = (varied ? [staying.map((_, i) => columns.reduce((sum, column) => sum + (column[i] as number), 0))] : columns).map(ranksOf);
  const rehearsals = candidates.map((candidate) => rehearsed && rehearsedAccuracy(candidate, rehearsed.labels, classes));
  const tried = places.map((i) => rehearsals[i] ?? 0);
  if (rehearsed) ranks.push(ranksOf(tried));
  if (known) ranks.push(ranksOf(staying.map((candidate) => accuracy(known, heldOutAnswers(candidate, classes)))));
  const ranked = candidates.map((candidate, i): Ranked<C> => {
    const place = places.indexOf(i);
    const rank = ranks.reduce((sum, column) => sum + (column[place] as number), 0) / ranks.length;
    const rehearsal = rehearsals[i];
    const said = { candidate, scores: scores[i] as Ranked['scores'], ...(rehearsal !== undefined && { rehearsal }) };
    return { ...said, ...(place < 0 ? { out: outs[i] as string } : { rank }) };
  });
  const own = ranked.find(({ candidate }) => candidate === yardstick) as Ranked<C>;
  const highest = ranked.filter(({ rank }) => rank !== undefined).reduce((a, b) => ((b.rank as number) < (a.rank as number) ? b : a));
  const near = deciding.includes('neighbours');
  const best = near || !rehearsed ? highest : suitedAs(highest, ranked, own, rehearsed);
  const taken = (chosen: C, why: string): Choice<C> => ({ chosen, ranked, deciding, why });
  if (highest === own) return taken(yardstick, 'No other candidate is ranked higher than the model of the source alone.');
  // Where all do as well in it, as with one row of each class, it has decided nothing.
  const rehearsing = new Set(tried).size > 1 ? ['the rehearsal on the source'] : [];
  const by = [...deciding, ...rehearsing, ...(known ? ["the target's known labels"] : [])].join(', ');
  if (known && own.out !== undefined) return taken(best.candidate, `Ranked highest by ${by}; the model of the source alone ${own.out}.`);
  // Of words, whose clusters are topics, the rehearsal alone tells.
  if (apart && trustworthy?.length !== 0 && fewClasses(yardstick, best.candidate, classes)) {
    const found = `it finds ${effectiveClasses(yardstick.probabilities, classes).toFixed(1)} classes in effect`;
    if (rehearsed && !liesApart(best.candidate, unlabelled, rehearsed))
      return taken(
        yardstick,
        `\`${best.candidate.name}\` is ranked highest, but it divides rows that lie together, as classes of the source do not: the source's own model is kept; ${found}, and the target may have no more.`,
      );
    return taken(
      best.candidate,
      `Ranked highest by ${by}; the model of the source alone is taken to have collapsed there: ${found}, and the target's rows lie apart as more classes of the source do.`,
    );
  }
  // Where the one ranked highest is clearly better, so are those that are not to be told from it.
  const [gain, what] = varied
    ? [steadyGain(highest.candidate, yardstick, classes), 'it answers for changed rows as before by']
    : near
      ? [gainOver(highest.candidate, yardstick, unlabelled), 'its predictions agree with those of the nearest rows by']
      : [rehearsedGain(highest.candidate, yardstick, (rehearsed as Rehearsed).labels, classes), "it tells the rehearsal's rows rightly by"];
  // One row alone has a mean as large as its error, but for rounding.
  if (gain.mean <= gain.error * (1 + 1e-9)) {
    const more =
      gain.mean < 0
        ? `${percent(-gain.mean)} less than the model of the source alone`
        : `only ${percent(gain.mean)} more than the model of the source alone, within the error of ${percent(gain.error)}`;
    return taken(yardstick, `\`${highest.candidate.name}\` is ranked highest, but ${what} ${more}: the source's own model is kept.`);
  }
  const better = `${what} ${percent(gain.mean)} more than the model of the source alone, with an error of ${percent(gain.error)}`;
  const why =
    best === highest
      ? `Ranked highest by ${by}; ${better}.`
      : `Made for such data, and by ${by} not to be told from \`${highest.candidate.name}\`, which is ranked highest: ${better.replace(/^it/, 'that')}.`;
  return taken(best.candidate, why);
}

/** Of what the rehearsal has, so much that the classes which a candidate finds in the target lie apart, and agree with neighbours: docs/decisions/0026. */
const [APART, AGREEING] = [0.65, 0.95];

/**
 * Whether the classes that a candidate finds in the target lie apart about as those do that it finds in the rehearsal's. A model of the source that finds one class has collapsed where
 * they do; where they do not, the target has hardly any other.
 */
function liesApart({ probabilities, rehearsed: tried }: Choosable, target: ValidatorTarget, { target: rows, labels }: Rehearsed): boolean {
  if (!tried) return true;
  const there: ValidatorTarget = { ...rows, vote: labels };
  const ratio = (name: 'silhouette' | 'neighbours') =>
    validators[name].score({ probabilities }, target) / validators[name].score({ probabilities: tried }, there);
  return ratio('silhouette') >= APART && ratio('neighbours') >= AGREEING;
}

/** The candidate made for such data, unless the rehearsal has it behind the one ranked highest at p < 0.05, or behind the source's own model at all; then that one. */
function suitedAs<C extends Choosable>(highest: Ranked<C>, ranked: readonly Ranked<C>[], own: Ranked<C>, { labels, target }: Rehearsed): Ranked<C> {
  const suited = ranked.find(({ candidate, rank }) => candidate.suited && rank !== undefined);
  if (!suited || rehearsedGain(suited.candidate, own.candidate, labels, target.classes).mean < 0) return highest;
  const behind = rehearsedGain(highest.candidate, suited.candidate, labels, target.classes);
  return behind.mean <= SIGNIFICANT * behind.error ? suited : highest;
}

/** Validators that score a method which fails in the rehearsal higher there than the linear model: what they look at is not what the labels are about. */
function misledBy(
  candidates: readonly Choosable[],
  staying: readonly Choosable[],
  yardstick: Choosable,
  { target, labels }: Rehearsed,
): ValidatorName[] {
  const { classes } = target;
  const seen = (list: readonly Choosable[]) => list.flatMap(({ name, rehearsed }) => (rehearsed ? [{ name, probabilities: rehearsed }] : []));
  const [own] = seen([yardstick]);
  if (!own) return [];
  const failing = seen(candidates.filter((candidate) => isUnfit(candidate, yardstick, labels, classes)));
  const known: ValidatorTarget = { ...target, vote: argmaxRows(meanOf(seen(staying)), classes) };
  return VALIDATORS.filter((name) => {
    const { score } = validators[name];
    const bar = score(own, known);
    return failing.some((candidate) => score(candidate, known) > bar);
  });
}

/** The vote is that of the candidates, and their average always agrees with it: where nothing that looks at the rows is left, it has no say either. */
function trusted(misled: readonly ValidatorName[]): ValidatorName[] {
  const left = VALIDATORS.filter((name) => !misled.includes(name));
  return left.some((name) => name !== 'vote') ? left : [];
}

function rehearsedAccuracy({ rehearsed }: Choosable, labels: Int32Array, classes: number): number | undefined {
  return rehearsed && accuracy(labels, argmaxRows(rehearsed, classes));
}

/** Whether it tells the rehearsal's rows so much worse than the yardstick does, at p < 0.05. */
function isUnfit(candidate: Choosable, yardstick: Choosable, labels: Int32Array, classes: number): boolean {
  const { mean, error } = rehearsedGain(yardstick, candidate, labels, classes);
  return mean > UNFIT && mean > SIGNIFICANT * error;
}

/** Share of the rehearsal's rows that are told rightly, above the other's, with the standard error. */
function rehearsedGain(a: Choosable, b: Choosable, labels: Int32Array, classes: number): Gain {
  const right = ({ rehearsed }: Choosable) => rehearsed && argmaxRows(rehearsed, classes).map((said, row) => Number(said === labels[row]));
  const [first, second] = [right(a), right(b)];
  return first && second ? gainOf(first, second) : { mean: 0, error: 0 };
}

function heldOutAnswers({ name, heldOut }: Choosable, classes: number): Int32Array {
  return argmaxRows(heldOut ?? fail('internal', `Candidate \`${name}\` has no answers for the known rows.`), classes);
}

/**
 * Puts out those that tell fewer of the known rows rightly than the best of those that stay, by more than one standard error. One more row is counted on which it
 * is the other way round, so that two or three labels put nothing out, however they agree; many decide.
 */
function behindOnLabels(candidates: readonly Choosable[], known: Int32Array, classes: number, outs: (string | undefined)[]): void {
  const right = candidates.map((candidate) => heldOutAnswers(candidate, classes).map((said, i) => Number(said === known[i])));
  const share = (i: number) => summarise(right[i] as Int32Array).mean;
  const staying = [...candidates.keys()].filter((i) => outs[i] === undefined);
  const best = staying.reduce((a, b) => (share(b) > share(a) ? b : a));
  for (const i of staying) {
    const gain = gainOf([...(right[best] as Int32Array), 0], [...(right[i] as Int32Array), 1]);
    if (gain.mean > gain.error)
      outs[i] =
        `tells ${percent(share(i))} of the ${known.length} labelled target rows rightly, \`${candidates[best]?.name}\` ${percent(share(best))}`;
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** For each candidate why it is out before anything is ranked, where it is; the yardstick never is. @param rehearsed the labels of the rehearsal's rows. */
export function collapses(
  candidates: readonly Choosable[],
  yardstick: Choosable,
  classes: number,
  rehearsed: Int32Array | undefined,
): (string | undefined)[] {
  return candidates.map((candidate) => (candidate === yardstick ? undefined : collapse(candidate, yardstick, classes, rehearsed)));
}

/** Indices of the candidates, the one that is ranked highest first, those that are out last. */
export function rankOrder(ranked: readonly Ranked[]): number[] {
  const rankAt = (i: number) => ranked[i]?.rank ?? Number.MAX_VALUE;
  return [...ranked.keys()].sort((a, b) => rankAt(a) - rankAt(b));
}

function collapse(candidate: Choosable, yardstick: Choosable, classes: number, rehearsed: Int32Array | undefined): string | undefined {
  const { sourceAccuracy } = candidate;
  if (sourceAccuracy !== undefined && yardstick.sourceAccuracy !== undefined && sourceAccuracy < yardstick.sourceAccuracy - LOST)
    return `tells only ${percent(sourceAccuracy)} of the source rightly`;
  if (rehearsed && isUnfit(candidate, yardstick, rehearsed, classes)) {
    const [tried, bar] = [candidate, yardstick].map((one) => percent(rehearsedAccuracy(one, rehearsed, classes) as number));
    return `tells ${tried} of one half of the source rightly from the other, a linear model ${bar}`;
  }
  if (!fewClasses(candidate, yardstick, classes)) return undefined;
  const [own, others] = [candidate, yardstick].map(({ probabilities }) => effectiveClasses(probabilities, classes).toFixed(1));
  return `predicts ${own} classes in effect, the model of the source alone ${others}`;
}

/** Whether a candidate predicts so many fewer classes, in effect, than another does, or one class alone. */
function fewClasses(candidate: Choosable, other: Choosable, classes: number): boolean {
  const [own, others] = [candidate, other].map(({ probabilities }) => effectiveClasses(probabilities, classes)) as [number, number];
  return own < COLLAPSED * others || (own < ONE && others > MORE);
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

interface Gain {
  readonly mean: number;
  readonly error: number;
}

/** How much more of its nearest rows are predicted as a row is, on average over the rows, with the standard error. */
function gainOver(a: Choosable, b: Choosable, { nearest, classes }: ValidatorTarget): Gain {
  const agreeing = ({ probabilities }: Choosable) => {
    const said = argmaxRows(probabilities, classes);
    const k = nearest.length / said.length;
    return Float64Array.from(said, (own, row) => nearest.subarray(row * k, (row + 1) * k).reduce((sum, n) => sum + Number(said[n] === own), 0) / k);
  };
  return gainOf(agreeing(a), agreeing(b));
}

/** How many more of the rows are answered alike when they are changed by chance, with the standard error. */
function steadyGain(a: Choosable, b: Choosable, classes: number): Gain {
  const steady = ({ probabilities, changed = probabilities }: Choosable) => {
    const said = argmaxRows(probabilities, classes);
    return argmaxRows(changed, classes).map((again, row) => Number(again === said[row]));
  };
  return gainOf(steady(a), steady(b));
}

/** The mean of the differences, with its standard error. */
function gainOf(a: ArrayLike<number>, b: ArrayLike<number>): Gain {
  const { mean, sd } = summarise(Float64Array.from({ length: a.length }, (_, row) => (a[row] as number) - (b[row] as number)));
  return { mean, error: sd / Math.sqrt(a.length) };
}
