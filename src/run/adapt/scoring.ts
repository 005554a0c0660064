// What an adaptation is worth, by the target's labels: they are read here alone, after everything was chosen. Called when a run ends that was asked to score.
import { fail } from '../../core/errors.ts';
import { listed } from '../../core/listed.ts';
import type { DomainAdaptation } from '../../plan/adapt/adapt-data.ts';
import { formatCount, formatValue } from '../../report/format.ts';
import { bootstrapMean } from '../../score/bootstrap.ts';
import type { Interval } from '../../score/interval.ts';
import { accuracy, argmaxRows } from '../../score/metrics.ts';
import { type McNemar, mcnemar } from '../../score/paired.ts';

/** In the place of a class that no source has. */
const NONE = -1;

/** Rows of classes that no source has. */
export interface Foreign {
  readonly examples: number;
  readonly classes: readonly string[];
  /** Share of them that are flagged as unlike every class, where rows are. */
  readonly flagged?: number | undefined;
}

/** Accuracies on the target. */
export interface Scored {
  /** Target rows that have a label, without those that were learnt from. */
  readonly examples: number;
  /** Those of them whose class no source has: whatever is said of them counts as wrong. Left out where there are none. */
  readonly foreign?: Foreign | undefined;
  /** Share of the others that are flagged as unlike every class, where rows are. */
  readonly wronglyFlagged?: number | undefined;
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

/** The target's labels, by classes of its own. */
export interface TargetTruth {
  /** `[M]`. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
}

/**
 * Rows whose labels were given are left out.
 * @param unlike rows that are flagged as unlike every class.
 * @throws GraftError `invalid-data` where no row is left.
 */
export function scored(
  { target, candidates, known, choice, yardstick, inductive, classes }: DomainAdaptation,
  { labels, classes: names }: TargetTruth,
  unlike?: Int32Array,
): Scored {
  const rows = Array.from(labels.keys()).filter((row) => !known?.rows.includes(row));
  if (rows.length === 0)
    fail(
      'invalid-data',
      `No example of "${target.name}" is left to score: all of its labels were learnt from; label more of it than \`targetLabels\` names.`,
    );
  const places = names.map((name) => classes.indexOf(name));
  const truth = Int32Array.from(rows, (row) => places[labels[row] as number] as number);
  const [foreign, own] = [rows.filter((_, i) => truth[i] === NONE), rows.filter((_, i) => truth[i] !== NONE)];
  const flagged = unlike && new Set(unlike);
  const share = (of: readonly number[]) => flagged && of.filter((row) => flagged.has(row)).length / of.length;
  const answers = (probabilities: Float64Array) => {
    const all = argmaxRows(probabilities, classes.length);
    return Int32Array.from(rows, (row) => all[row] as number);
  };
  const right = (predicted: Int32Array) => bootstrapMean(Float64Array.from(predicted, (label, i) => Number(label === truth[i])));
  const accuracies = candidates.map(({ probabilities }) => accuracy(truth, answers(probabilities)));
  const best = accuracies.indexOf(Math.max(...accuracies));
  const [chosen, alone] = [answers(choice.chosen.probabilities), answers(yardstick.probabilities)];
  return {
    examples: rows.length,
    ...(foreign.length > 0 && {
      foreign: { examples: foreign.length, classes: names.filter((_, c) => foreign.some((row) => labels[row] === c)), flagged: share(foreign) },
    }),
    ...(own.length > 0 && { wronglyFlagged: share(own) }),
    candidates: accuracies,
    labelFree: right(chosen),
    sourceOnly: right(alone),
    oracle: { name: candidates[best]?.name as string, accuracy: accuracies[best] as number },
    model: accuracy(truth, answers(inductive)),
    against: mcnemar(truth, chosen, alone),
  };
}

/** What is to be said of examples of other classes, where there are such. */
export function foreignText({ examples, foreign, labelFree }: Scored): string | undefined {
  if (!foreign) return undefined;
  const others = examples - foreign.examples;
  const right = others > 0 ? `; of the others ${formatValue((labelFree.estimate * examples) / others, 'percent', 1)} are told rightly` : '';
  return `${formatCount(foreign.examples)} of the ${formatCount(examples)} labelled target examples are of a class that no source has (${listed(foreign.classes)}): whatever is said of them counts as wrong${right}.`;
}
