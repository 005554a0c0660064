// Which examples make up which batch: a pure function of (seed, epoch, step), so that a checkpoint stores those counters and no order.
// Called by the training loop; evaluation asks for the batches of an unshuffled plan.
import { fail } from '../core/errors.ts';
import { stream } from '../core/rng.ts';

/** How the examples `0..length-1` are cut into batches. */
export interface BatchPlan {
  /** Number of examples. */
  readonly length: number;
  /** Examples in a batch, from 1 to `length`. */
  readonly batchSize: number;
  /** Seed of the order; left out, every epoch goes through the examples as they are stored. */
  readonly seed?: number | undefined;
}

/** Batches by position. The last one of an epoch holds what is left, so that every example is seen once in each epoch. */
export interface Batches {
  /** `ceil(length / batchSize)`. */
  readonly stepsPerEpoch: number;
  /**
   * Indices of the examples in batch `step` of `epoch`, both counted from 0.
   * @throws GraftError `invalid-argument` when the epoch has no such step.
   */
  at(epoch: number, step: number): Int32Array;
}

/**
 * The order of `length` examples in `epoch`, uniform over all orders: `stream(seed, 'order', epoch).permutation(length)`.
 * @param epoch counted from 0.
 */
export function epochOrder(seed: number, epoch: number, length: number): Int32Array {
  return stream(seed, 'order', epoch).permutation(length);
}

/**
 * Cuts each epoch's order into batches; the order of the epoch asked for last is kept.
 * @throws GraftError `invalid-argument` when the batch size is not an integer from 1 to the number of examples.
 */
export function batches({ length, batchSize, seed }: BatchPlan): Batches {
  if (!Number.isInteger(batchSize) || batchSize < 1)
    fail('invalid-argument', `\`batchSize\` (=${batchSize}) must be a whole number from 1 to ${length}.`);
  if (batchSize > length) {
    fail('invalid-argument', `\`batchSize\` (=${batchSize}) is larger than the data: there are ${length} examples, so use at most ${length}.`);
  }
  const stepsPerEpoch = Math.ceil(length / batchSize);
  let kept: { epoch: number; order: Int32Array } = { epoch: -1, order: Int32Array.from({ length: seed === undefined ? length : 0 }, (_, i) => i) };
  const at = (epoch: number, step: number): Int32Array => {
    if (!Number.isInteger(step) || step < 0 || step >= stepsPerEpoch) {
      fail(
        'invalid-argument',
        `\`step\` (=${step}) must be in 0..${stepsPerEpoch - 1}: an epoch has ${stepsPerEpoch} steps of up to ${batchSize} examples.`,
      );
    }
    if (seed !== undefined && kept.epoch !== epoch) kept = { epoch, order: epochOrder(seed, epoch, length) };
    return kept.order.slice(step * batchSize, (step + 1) * batchSize);
  };
  return { stepsPerEpoch, at };
}
