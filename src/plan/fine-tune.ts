// The second half of LP-FT (Kumar et al. 2022): a network with a trained linear head, fine-tuned whole within a given time. Called by the plan.
import type { Clock } from '../core/clock.ts';
import type { ExampleSource } from '../data/dataset.ts';
import { type TransferEvent, transfer } from '../methods/transfer/transfer.ts';
import { type Model, stateOf } from '../nn/model.ts';
import { cosine } from '../nn/schedules.ts';
import type { BatchNormMode } from '../nn/training-form.ts';
import { evaluate } from '../train/evaluate.ts';
import type { CheckpointOptions } from '../train/fit-options.ts';
import type { Candidate } from './candidate.ts';
import type { Goal } from './goal.ts';

/** How a network here learns. */
export interface Learning {
  readonly goal: Goal;
  readonly train: ExampleSource;
  readonly lr: number;
  /** Default `frozen`: what a pretrained network knows of its data is more than a small batch tells. */
  readonly batchNorm?: BatchNormMode;
  /** Examples in an update; default {@link batchOf}. */
  readonly batchSize?: number | undefined;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What {@link fineTuned} is given. */
export interface FineTuning extends Learning {
  /** With its trained head; learns in place. */
  readonly model: Model;
  readonly validation: ExampleSource;
  readonly epochs: number;
  readonly complexity: number;
  readonly clock: Clock;
  readonly checkpoints?: CheckpointOptions | undefined;
}

/** Examples in an update, of so many in all. */
export const batchOf = (examples: number) => Math.min(16, examples);

/** Of rows of a table: as many as leave a hundred updates in an epoch, so that many rows do not take hours. */
export const rowBatchOf = (rows: number) => Math.max(batchOf(rows), Math.min(1024, 2 ** Math.floor(Math.log2(Math.max(1, rows / 100)))));

/** Options of `fit`, but for how long and what is watched. */
export function learningOptions({ goal, train, lr, batchNorm = 'frozen', batchSize = batchOf(train.length), threads, signal }: Learning) {
  return {
    batchSize,
    loss: goal.loss,
    optimiser: { name: 'adamw', settings: { lr, weightDecay: 0.01 } },
    batchNorm,
    ...(threads !== undefined && { threads }),
    ...(signal && { signal }),
  } as const;
}

/** A candidate but for how rows become its inputs. */
export type TrainedModel = Omit<Candidate, 'reader'>;

/** Trains, and keeps the values of the best evaluation. @returns nothing where the signal stopped it before the first. */
export async function* fineTuned(given: FineTuning): AsyncGenerator<TransferEvent, TrainedModel | undefined, void> {
  const { goal, model, train, validation, epochs, complexity, clock, threads, signal, checkpoints } = given;
  const began = clock();
  let trainable = 0;
  const fit = {
    ...learningOptions(given),
    epochs,
    schedule: cosine(),
    validation,
    metric: goal.task.kind === 'classification' ? 'accuracy' : 'loss',
    ...(checkpoints && { checkpoints }),
  } as const;
  for await (const event of transfer(model, train, { strategy: 'full', fit })) {
    if (event.type === 'start') trainable = event.trainable;
    yield event;
  }
  if (signal?.aborted) return undefined;
  const seconds = (clock() - began) / 1000;
  const { logits } = await evaluate(model, validation, { loss: goal.loss, ...(threads !== undefined && { threads }) });
  const about = `the whole network, ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} from the linear probe on`;
  return { name: 'fine-tuned', about, complexity, model, validation: logits, trainable, seconds };
}

/**
 * Half way between two models of one form, weight by weight (WiSE-FT, Wortsman et al. 2022): often better than both where the data are few.
 * @param like of that form, gets the values.
 */
export function averageInto(like: Model, a: Model, b: Model): void {
  const [to, one, other] = [stateOf(like), stateOf(a), stateOf(b)];
  for (const [id, { data }] of to) {
    const [x, y] = [one.get(id)?.data as Float32Array, other.get(id)?.data as Float32Array];
    (data as Float32Array).set(x.map((value, i) => (value + (y[i] as number)) / 2));
  }
}
