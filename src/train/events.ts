// What `fit` tells while it runs, as plain data: for progress bars, logs, studios and tests.
import type { EngineInfo } from './engine.ts';

/** Place in the data: `epoch` and `step` within it count from 0; `update` counts the updates made since the start. */
export interface Position {
  readonly epoch: number;
  readonly step: number;
  readonly update: number;
}

export interface StartEvent {
  readonly type: 'start';
  readonly engine: EngineInfo;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Where training begins: 0, or what a checkpoint says. */
  readonly from: Position;
  /** Parameters that learn, and all there are. */
  readonly trainable: number;
  readonly parameters: number;
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

export interface EvaluationEvent {
  readonly type: 'evaluation';
  readonly position: Position;
  readonly loss: number;
  /** Share of right classes; left out for tasks without classes. */
  readonly accuracy?: number;
  /** Whether it is the best so far. */
  readonly best: boolean;
}

export interface EpochEvent {
  readonly type: 'epoch';
  /** The epoch that ended, from 0. */
  readonly epoch: number;
  /** Mean training loss over its examples. */
  readonly loss: number;
}

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

export interface EndEvent {
  readonly type: 'end';
  /** `stopped`: by the abort signal; the same call with the same `checkpoints` goes on. `early`: the metric stopped improving. */
  readonly reason: 'completed' | 'early' | 'stopped';
  readonly position: Position;
  readonly seconds: number;
  /** The best evaluation, where there was one; `value` is the metric's. */
  readonly best?: { readonly update: number; readonly value: number };
  /** The last checkpoint, where any are kept. */
  readonly checkpoint?: string;
}

/** What `fit` returns: its last event. */
export type FitResult = EndEvent;

export type FitEvent = StartEvent | StepEvent | EvaluationEvent | EpochEvent | CheckpointEvent | NoticeEvent | EndEvent;
