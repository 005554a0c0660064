// What a task asks of a model: how many scores, which loss, and how good scores are. Called by everything that trains or compares candidates.
import { fail } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Labels } from '../data/labels.ts';
import type { Task } from '../data/open/task.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import { binaryCrossEntropy, meanSquaredError } from '../nn/losses/elementwise.ts';
import type { Loss } from '../nn/losses/loss.ts';
import { argmaxRows } from '../score/metrics.ts';
import { logLoss, softmaxRows } from '../score/probabilities.ts';

/** A task in numbers. */
export interface Goal {
  readonly task: Task;
  /** Scores an example: one a class, or one a target. */
  readonly outputs: number;
  readonly loss: Loss;
  /** What candidates are compared by; higher is better. */
  readonly metric: 'accuracy' | 'label accuracy' | 'R2';
  /** Of the validation examples, where they come in groups: candidates are compared by whole ones. */
  readonly groups?: Int32Array | undefined;
}

/** How good scores are. */
export interface GoalScores {
  /** Mean loss in the unit of the task: nats, or squared error. */
  readonly loss: number;
  /** The goal's metric over all examples. */
  readonly metric: number;
  /** For each example what the metric counts: 1 or 0 where it is right, the share of right labels, minus the squared error. */
  readonly each: Float64Array;
}

/** The goal of a task. */
export function goalOf(task: Task): Goal {
  switch (task.kind) {
    case 'classification':
      return { task, outputs: task.classes.length, loss: crossEntropy(), metric: 'accuracy' };
    case 'multi-label':
      return { task, outputs: task.classes.length, loss: binaryCrossEntropy(), metric: 'label accuracy' };
    case 'regression':
      return { task, outputs: task.targets.length, loss: meanSquaredError(), metric: 'R2' };
  }
}

/** What each score is of: a class, or a target. */
export function scoreNames(task: Task): readonly string[] {
  return task.kind === 'regression' ? task.targets : task.classes;
}

/** @throws GraftError `not-finite` when a score is NaN or infinite. */
export function goalScores({ task, outputs }: Goal, scores: Tensor<'float32'>, labels: Labels): GoalScores {
  const count = scores.dims[0] ?? 0;
  if (task.kind === 'classification') {
    const classes = labels as Int32Array;
    const predicted = argmaxRows(scores.data, outputs);
    const each = Float64Array.from(predicted, (label, i) => (label === classes[i] ? 1 : 0));
    return { loss: logLoss(classes, softmaxRows(scores.data, outputs), outputs), metric: mean(each), each };
  }
  const targets = (labels as Tensor).data as Float32Array;
  const bad = scores.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) fail('not-finite', `A score of example ${Math.floor(bad / outputs)} is ${scores.data[bad]}; the model has diverged.`);
  const each = new Float64Array(count);
  let loss = 0;
  for (let i = 0; i < scores.data.length; i++) {
    const [x, t, row] = [scores.data[i] as number, targets[i] as number, Math.floor(i / outputs)];
    if (task.kind === 'multi-label') {
      loss += Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x)));
      each[row] = (each[row] as number) + (x > 0 === t > 0.5 ? 1 : 0);
    } else {
      loss += (x - t) ** 2;
      each[row] = (each[row] as number) - (x - t) ** 2 / outputs;
    }
  }
  // Divided once, so that all right is 1 and not nearly 1.
  if (task.kind === 'multi-label')
    each.forEach((right, row) => {
      each[row] = right / outputs;
    });
  loss /= scores.data.length;
  return { loss, metric: task.kind === 'multi-label' ? mean(each) : explained(targets, outputs, loss), each };
}

/** R2: 1 - squared error / variance, over all targets alike. */
function explained(targets: Float32Array, outputs: number, loss: number): number {
  const means = Array.from({ length: outputs }, (_, c) => mean(targets.filter((_, i) => i % outputs === c)));
  const variance = mean(Float64Array.from(targets, (t, i) => (t - (means[i % outputs] as number)) ** 2));
  return variance === 0 ? (loss === 0 ? 1 : 0) : 1 - loss / variance;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / Math.max(1, values.length);
}
