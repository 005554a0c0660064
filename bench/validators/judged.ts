// Candidates with their accuracy on the target and what validators say of them -> how well each validator ranks them, and what is lost where it alone chooses.
// Called by the benchmark and by its table.
import { ranksOf } from '../../src/methods/domains/pieces/validators.ts';
import { summarise } from '../../src/score/summary.ts';

/** A candidate on a pair of domains, with a field for each score that it has. */
export interface ScoredCandidate {
  readonly task: string;
  readonly pair: string;
  readonly candidate: string;
  /** Accuracy on the target. */
  readonly graft: number;
  /** 1: it has not collapsed, and is ranked. */
  readonly stays: number;
  /** 1: it is what was chosen. */
  readonly chosen: number;
  readonly [score: string]: string | number | undefined;
}

/** What one score, or the mean of the ranks by several, is worth on a pair of domains. */
interface Judgement {
  /** Rank correlation (Spearman 1904) with the accuracy, over the candidates that have not collapsed and have the score; 0 where it is the same for all. */
  readonly correlation: number;
  /** Of the candidate with the highest score; of several with the same, their mean. */
  readonly accuracy: number;
  /** That of the best candidate above it. */
  readonly loss: number;
}

/** Over all pairs of a task. */
export interface TaskJudgement extends Judgement {
  /** The largest loss on a pair. */
  readonly worst: number;
}

/** @param by names of scores; of several, the mean of the ranks. */
function judged(candidates: readonly ScoredCandidate[], by: readonly string[]): Judgement {
  const ranked = candidates.filter((one) => one.stays === 1 && by.every((name) => typeof one[name] === 'number'));
  const places = by.map((name) => ranksOf(ranked.map((one) => one[name] as number)));
  const scores = ranked.map((_, i) => -places.reduce((sum, ranks) => sum + (ranks[i] as number), 0));
  const best = Math.max(...scores);
  const taken = ranked.filter((_, i) => scores[i] === best);
  const accuracy = summarise(accuraciesOf(taken)).mean;
  return { correlation: spearman(scores, accuraciesOf(ranked)), accuracy, loss: oracleOf(candidates) - accuracy };
}

const accuraciesOf = (candidates: readonly ScoredCandidate[]) => candidates.map(({ graft }) => graft);
const oracleOf = (candidates: readonly ScoredCandidate[]) => Math.max(...accuraciesOf(candidates));

/** Mean over the pairs, and the worst of them. */
export function judgedOver(candidates: readonly ScoredCandidate[], by: readonly string[]): TaskJudgement {
  const each = pairsOf(candidates).map((pair) => judged(pair, by));
  const mean = (key: keyof Judgement) => summarise(each.map((one) => one[key])).mean;
  return { correlation: mean('correlation'), accuracy: mean('accuracy'), ...lossesOf(each.map(({ loss }) => loss)) };
}

/** Likewise of one candidate of each pair, whatever it was taken by. */
export function lossOver(candidates: readonly ScoredCandidate[], takenOf: (pair: readonly ScoredCandidate[]) => ScoredCandidate) {
  return lossesOf(pairsOf(candidates).map((pair) => oracleOf(pair) - takenOf(pair).graft));
}

function lossesOf(losses: readonly number[]): Pick<TaskJudgement, 'loss' | 'worst'> {
  return { loss: summarise(losses).mean, worst: Math.max(...losses) };
}

/** Candidates of each pair. */
export function pairsOf(candidates: readonly ScoredCandidate[]): ScoredCandidate[][] {
  return [...new Set(candidates.map(({ pair }) => pair))].map((name) => candidates.filter(({ pair }) => pair === name));
}

/** Pearson's correlation of the ranks; 0 where all values of one side are the same. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const centred = (values: readonly number[]) => ranksOf(values).map((rank) => rank - (values.length + 1) / 2);
  const [first, second] = [centred(a), centred(b)];
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
  const spread = Math.sqrt(dot(first, first) * dot(second, second));
  return spread === 0 ? 0 : dot(first, second) / spread;
}
