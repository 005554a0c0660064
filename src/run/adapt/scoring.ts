// What an adaptation is worth, by the target's labels: they are read here alone, after everything was chosen. Called when a run ends that was asked to score.
import { fail } from '../../core/errors.ts';
import type { DomainAdaptation } from '../../plan/adapt/adapt-data.ts';
import { bootstrapMean } from '../../score/bootstrap.ts';
import type { Interval } from '../../score/interval.ts';
import { accuracy, argmaxRows } from '../../score/metrics.ts';
import { type McNemar, mcnemar } from '../../score/paired.ts';

/** Accuracies on the target. */
export interface Scored {
  /** Target rows whose label is a class of the source, without those that were learnt from. */
  readonly examples: number;
  /** By candidate, in their order. */
  readonly candidates: readonly number[];
  /** Of what was chosen without labels. */
  readonly labelFree: Interval;
  readonly sourceOnly: Interval;
  /** Of the best candidate: what a choice by the labels would have found. */
  readonly oracle: { readonly name: string; readonly accuracy: number };
  /** Of the model that was written, on the same rows. */
  readonly model: number;
  /** What was chosen against the model of the source alone. */
  readonly against: McNemar;
}

/**
 * @param labels of the target's rows by the source's classes, `[M]`; -1 where it is none of them: such rows are left out, as are those whose labels were given.
 * @throws GraftError `invalid-data` where no row is left.
 */
export function scored({ target, candidates, known, choice, yardstick, inductive, classes }: DomainAdaptation, labels: Int32Array): Scored {
  const rows = Array.from(labels.keys()).filter((row) => (labels[row] as number) >= 0 && !known?.rows.includes(row));
  if (rows.length === 0)
    fail('invalid-data', `No example of "${target.name}" is left to score: none of the others has a label that is a class of what was learnt from.`);
  const truth = Int32Array.from(rows, (row) => labels[row] as number);
  const answers = (probabilities: Float64Array) => {
    const all = argmaxRows(probabilities, classes.length);
    return Int32Array.from(rows, (row) => all[row] as number);
  };
  const right = (predicted: Int32Array) => bootstrapMean(Float64Array.from(predicted, (label, i) => Number(label === truth[i])));
  const accuracies = candidates.map(({ probabilities }) => accuracy(truth, answers(probabilities)));
  const best = accuracies.indexOf(Math.max(...accuracies));
  const [chosen, own] = [answers(choice.chosen.probabilities), answers(yardstick.probabilities)];
  return {
    examples: rows.length,
    candidates: accuracies,
    labelFree: right(chosen),
    sourceOnly: right(own),
    oracle: { name: candidates[best]?.name as string, accuracy: accuracies[best] as number },
    model: accuracy(truth, answers(inductive)),
    against: mcnemar(truth, chosen, own),
  };
}
