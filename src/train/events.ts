// What `fit` tells while it runs, as plain data: for progress bars, logs, studios and tests.
import type { Pass } from '../data/dataset.ts';
import type { EngineInfo } from './engine.ts';

/** Place in the data: `epoch` and `step` within it count from 0; `update` counts the updates made since the start. */
export interface Position {
  readonly epoch: number;
  readonly step: number;
  readonly update: number;
}

/** What a source of examples is told of the update at `position`, of `total`. */
export function passOf({ epoch, update }: Position, total: number): Pass {
  return { epoch, progress: update / total };
}

/** Training begins, or goes on from a checkpoint; always the first event. */
export interface StartEvent {
  readonly type: 'start';
  /** Hash of what this run is; the same for all processes that it takes. Empty where no checkpoints are kept. */
  readonly run: string;
  readonly engine: EngineInfo;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Examples in one forward and backward pass. */
  readonly batchSize: number;
  /** What the options left open and was chosen for this model, data and machine, and why, in words. */
  readonly chosen: readonly string[];
  /** Where training begins: 0, or what a checkpoint says. */
  readonly from: Position;
  /** Parameters that learn, and all there are. */
  readonly trainable: number;
  readonly parameters: number;
  /** Memory that learning takes, in bytes: of each number that learns its value, its gradients, and what the optimiser and a moving average keep of it. */
  readonly learningBytes: number;
}

/** Examples go through the frozen part of the network once, before training, which then reads what came out; after each batch of them. */
export interface FeaturesEvent {
  readonly type: 'features';
  /** Name of the data. */
  readonly source: string;
  /** `reading`: the inputs are compared with those of an earlier training. */
  readonly stage: 'reading' | 'computing';
  readonly done: number;
  /** Examples in all. */
  readonly of: number;
}

/** After each update. */
export interface StepEvent {
  readonly type: 'step';
  /** Of the update just made; `update` includes it. */
  readonly position: Position;
  /** Mean over the update's examples, penalties included. */
  readonly loss: number;
  readonly lr: number;
  readonly gradNorm: number;
  /** Examples in this update. */
  readonly examples: number;
  /** Examples per second since this process started training, evaluations left out. */
  readonly rate: number;
  /** Estimated time to the end, in seconds. */
  readonly secondsLeft: number;
}

/** The validation examples were scored. */
export interface EvaluationEvent {
  readonly type: 'evaluation';
  readonly position: Position;
  readonly loss: number;
  /** Share of right classes; left out for tasks without classes. */
  readonly accuracy?: number;
  /** Whether it is the best so far. */
  readonly best: boolean;
}

/** A whole pass over the training examples is done. */
export interface EpochEvent {
  readonly type: 'epoch';
  /** The epoch that ended, from 0. */
  readonly epoch: number;
  /** Mean training loss over its examples. */
  readonly loss: number;
}

/** A checkpoint lies on disk, whole and flushed. */
export interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly path: string;
  readonly position: Position;
}

/** Something a user should know: a fallback, a resume on another machine. */
export interface NoticeEvent {
  readonly type: 'notice';
  readonly message: string;
}

/** Training is over and the model has its final values; always the last event, unless an error is thrown. */
export interface EndEvent {
  readonly type: 'end';
  /** `stopped`: by the abort signal; the same call with the same `checkpoints` goes on. `early`: the metric stopped improving. */
  readonly reason: 'completed' | 'early' | 'stopped';
  readonly position: Position;
  /** Since this process began the run, evaluations and checkpoints included. */
  readonly seconds: number;
  /** The best evaluation, where there was one; `value` is the metric's. */
  readonly best?: { readonly update: number; readonly value: number };
  /** The last checkpoint, where any are kept. */
  readonly checkpoint?: string;
}

/** What `fit` returns: its last event. */
export type FitResult = EndEvent;

/** What `fit` tells while it runs; told apart by `type`. */
export type FitEvent = StartEvent | FeaturesEvent | StepEvent | EvaluationEvent | EpochEvent | CheckpointEvent | NoticeEvent | EndEvent;
