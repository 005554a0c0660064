// What every model must beat: the metric of what knows nothing of the inputs. Called by the plan.
import type { Tensor } from '../core/tensor.ts';
import type { Labels } from '../data/labels.ts';
import { majorityClass } from '../score/label-balance.ts';
import type { Goal } from './goal.ts';

/** A name and its metric. */
export interface Yardstick {
  readonly name: string;
  readonly metric: number;
}

/** The most frequent class, no label at all, or the mean of the training targets. */
export function yardstickOf({ task, outputs }: Goal, train: Labels, validation: Labels): Yardstick {
  if (task.kind !== 'classification')
    return {
      name: task.kind === 'regression' ? 'the mean' : 'no label',
      metric: task.kind === 'regression' ? 0 : shareOfZeros(validation as Tensor),
    };
  const { label: most } = majorityClass(train as Int32Array, outputs);
  const right = (validation as Int32Array).filter((label) => label === most).length;
  return { name: `always "${task.classes[most]}"`, metric: right / Math.max(1, (validation as Int32Array).length) };
}

function shareOfZeros({ data }: Tensor): number {
  const values = data as Float32Array;
  return values.filter((value) => value === 0).length / Math.max(1, values.length);
}
