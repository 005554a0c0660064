// A model that may be chosen, and how the choice is made. Called by the plan.
import type { Tensor } from '../core/tensor.ts';
import type { AugmentationOptions } from '../data/augment/augmentation.ts';
import type { Labels } from '../data/labels.ts';
import type { GroupMovement } from '../methods/transfer/movement.ts';
import type { Model } from '../nn/model.ts';
import { isAhead } from '../score/paired.ts';
import { type Goal, type GoalScores, goalScores } from './goal.ts';
import type { Reader } from './reading.ts';

/** Features by the part of their examples. */
export interface PartFeatures {
  readonly train: Tensor<'float32'>;
  readonly validation: Tensor<'float32'>;
}

/** A trained model with its scores on the validation examples. */
export interface Candidate {
  readonly name: string;
  /** In a few words, for people. */
  readonly about: string;
  /** Of two that are as good, the lower is chosen: what has less to learn, and is faster. */
  readonly complexity: number;
  /** Gives scores `[N, outputs]`. */
  readonly model: Model;
  /** How rows become what the model reads. */
  readonly reader: Reader;
  /** Scores of the validation examples. */
  readonly validation: Tensor<'float32'>;
  /** Numbers that learnt. */
  readonly trainable: number;
  /** That training took. */
  readonly seconds: number;
  /** Random changes of the pictures that it learnt from; left out where there were none. */
  readonly augment?: AugmentationOptions | undefined;
  /** What its head reads of the training and the validation examples, where that is known already. */
  readonly features?: PartFeatures | undefined;
  /** How far it moved from what it began with, where that was a pretrained network. */
  readonly movement?: { readonly from: string; readonly groups: readonly GroupMovement[] } | undefined;
}

/** A candidate in the leaderboard; one without scores was not tried. */
export interface CandidateResult {
  readonly name: string;
  readonly about: string;
  /** Why it was not tried. */
  readonly skipped?: string;
  /** Whether it is there to be beaten alone. */
  readonly yardstick?: boolean;
  readonly metric?: number;
  readonly loss?: number;
  readonly trainable?: number;
  readonly seconds?: number;
}

/** A candidate with how good it is. */
export interface Judged {
  readonly candidate: Candidate;
  readonly scores: GoalScores;
  /** Of the validation examples, where they come in groups. */
  readonly groups?: Int32Array | undefined;
}

/** @param labels of the validation examples. */
export function judged(goal: Goal, candidate: Candidate, labels: Labels): Judged {
  return { candidate, scores: goalScores(goal, candidate.validation, labels), groups: goal.groups };
}

/** As the leaderboard shows it. */
export function resultOf({ candidate: { name, about, trainable, seconds }, scores: { metric, loss } }: Judged): CandidateResult {
  return { name, about, metric, loss, trainable, seconds };
}

/**
 * The best on the validation examples, looked for from simple to complex. A more complex one takes the place of a simpler one where it is ahead by more than chance
 * (`isAhead`), or, where neither is, where its loss is lower by more than a hundredth: what does not help is not worth its price.
 */
export function chosen(list: readonly Judged[]): Judged {
  const [first, ...others] = [...list].sort((a, b) => a.candidate.complexity - b.candidate.complexity) as [Judged, ...Judged[]];
  return others.reduce((best, other) => (beats(other, best) ? other : best), first);
}

/** The rule of {@link chosen} in words, for people. */
export function ruleOf({ task, metric, groups }: Goal): string {
  const ahead = task.kind === 'regression' ? 'squared error is lower' : `${metric} is higher`;
  return `Chosen on the validation part, from simple to complex: a more complex candidate takes the place of a simpler one where its ${ahead} by more than the standard error of the difference ${groups ? 'between whole groups, with one group' : 'with one example'} to spare, or, where neither is so far ahead, its loss is lower by more than 1 %.`;
}

function beats({ scores: a, groups }: Judged, { scores: b }: Judged): boolean {
  if (isAhead(a.each, b.each, groups)) return true;
  return !isAhead(b.each, a.each, groups) && a.loss < 0.99 * b.loss;
}
