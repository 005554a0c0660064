// Classes of which some are rare -> the chosen model with scores that give each class the same say, where validation gains by it. Called by the plan.
import { type Tensor, tensor } from '../core/tensor.ts';
import type { Labels } from '../data/labels.ts';
import { classCounts } from '../score/label-balance.ts';
import { type CandidateResult, type Judged, judged, resultOf } from './candidate.ts';
import type { Goal } from './goal.ts';
import { shiftScores } from './headed.ts';

/** It is tried where the largest class has more than so many times the examples of the smallest. */
const UNEVEN = 3;
/** Of the smallest class, to choose by; fewer say nothing of it. */
const LEAST_TO_CHOOSE = 5;
/** Classes that differ by more count as if they differed by this. */
const MOST_UNEVEN = 100;

/** The end of its name. */
export const EVENED = ', classes even';
/** When it is taken, in words for people. */
export const EVENED_RULE =
  'Because classes are uneven, the chosen model was also tried with each class given the same say, which is taken where its balanced accuracy (the mean over the classes of the share that is right) is higher by more than the standard error of the gain with one example of the rarest class to spare.';

/** What came of it. */
export interface Evened {
  readonly result: CandidateResult;
  /** Where it is better: the model has changed then. */
  readonly judged?: Judged;
}

/**
 * Logit adjustment after training (Menon et al., "Long-tail learning via logit adjustment", 2021, section 4.1 with tau = 1): from each score the logarithm of
 * the class's share among the training examples is taken away, in the bias of the head, which makes the balanced accuracy as large as it can be where the
 * probabilities are right.
 * It is taken where balanced accuracy on the validation examples gains by more than the standard error of the gain, less what one example of the rarest class comes to:
 * a correction for continuity, as that of `isAhead`, without which a single one would be enough.
 * @param best whose model gets another bias where that is taken.
 * @returns nothing where the task has no classes, or none is rare.
 */
export function evened(goal: Goal, { candidate, scores }: Judged, train: Labels, validation: Labels): Evened | undefined {
  if (goal.task.kind !== 'classification' || !(train instanceof Int32Array) || !(validation instanceof Int32Array)) return undefined;
  const counts = classCounts(train, goal.outputs);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (most <= UNEVEN * Math.max(1, least)) return undefined;
  const name = `${candidate.name}${EVENED}`;
  const about = `${candidate.name} with each class given the same say: its smallest class has ${least} examples to learn from, its largest ${most}`;
  const held = classCounts(validation, goal.outputs);
  const fewest = Math.min(...held);
  if (fewest < LEAST_TO_CHOOSE)
    return { result: { name, about, skipped: `a class has ${fewest} validation examples, fewer than ${LEAST_TO_CHOOSE}` } };
  const shift = adjustment(counts);
  const adjusted = judged(
    goal,
    { ...candidate, name, complexity: candidate.complexity + 0.5, validation: shifted(candidate.validation, shift) },
    validation,
  );
  const [before, after] = [scores.each, adjusted.scores.each].map((each) => recalls(each, validation, held));
  const gain = meanGain(scores.each, adjusted.scores.each, validation, held);
  const says = `${about}; balanced accuracy ${percent(after as number)} instead of ${percent(before as number)}`;
  const told: Judged = { ...adjusted, candidate: { ...adjusted.candidate, about: says } };
  const one = 1 / (fewest * goal.outputs);
  if (gain.mean - one <= gain.error) return { result: resultOf(told) };
  shiftScores(candidate.model, shift);
  return { result: resultOf(told), judged: told };
}

/** Minus the logarithm of each class's share, against that of the largest. */
function adjustment(counts: Int32Array): Float32Array {
  const most = Math.max(...counts);
  return Float32Array.from(counts, (count) => Math.log(Math.min(MOST_UNEVEN, most / Math.max(1, count))));
}

function shifted({ dims, data }: Tensor<'float32'>, by: Float32Array): Tensor<'float32'> {
  return tensor(
    'float32',
    dims,
    data.map((score, i) => score + (by[i % by.length] as number)),
  );
}

/** Mean over the classes of the share that is right: balanced accuracy. */
function recalls(each: Float64Array, labels: Int32Array, counts: Int32Array): number {
  return each.reduce((sum, right, i) => sum + right / (counts[labels[i] as number] as number), 0) / counts.length;
}

/** The gain in balanced accuracy with its standard error: that of a mean over classes of means over their examples. */
function meanGain(before: Float64Array, after: Float64Array, labels: Int32Array, counts: Int32Array): { mean: number; error: number } {
  const differences = after.map((right, i) => right - (before[i] as number));
  const squares = differences.map((difference) => difference ** 2);
  const means = (values: Float64Array) => {
    const sums = new Float64Array(counts.length);
    values.forEach((value, i) => {
      sums[labels[i] as number] = (sums[labels[i] as number] as number) + value;
    });
    return sums.map((sum, c) => sum / (counts[c] as number));
  };
  const [first, second] = [means(differences), means(squares)];
  const variance = first.reduce((sum, mean, c) => sum + ((second[c] as number) - mean * mean) / (counts[c] as number), 0);
  return { mean: first.reduce((sum, mean) => sum + mean, 0) / counts.length, error: Math.sqrt(variance) / counts.length };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
