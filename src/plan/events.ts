// What `fit` on data tells while it runs, as plain data: for progress, logs, reports and tests.
import type { Data } from '../data/open/data.ts';
import type { TransferEvent } from '../methods/transfer/transfer.ts';
import type { CandidateResult } from './candidate.ts';
import type { RateRange } from './rate-valley.ts';

/** The data is open. */
export interface DataEvent {
  readonly type: 'data';
  readonly data: Data;
}

/** How far a stretch of work is that has no updates: `reading`, `comparing`, `features`, `linear probe`, `testing`. */
export interface WorkEvent {
  readonly type: 'work';
  readonly what: string;
  /** What is counted, in the plural; examples where it is left out. */
  readonly unit?: string;
  readonly done: number;
  /** Left out where nobody knows how much there is. */
  readonly of?: number | undefined;
}

/** A candidate learns: what its training tells. */
export interface TrainingEvent {
  readonly type: 'training';
  readonly candidate: string;
  readonly event: TransferEvent;
}

/** A range test of the learning rate is done. */
export interface RateEvent {
  readonly type: 'rate';
  readonly candidate: string;
  readonly range: RateRange;
}

/** A candidate is done, and was not tried where `skipped` says why. */
export interface CandidateEvent {
  readonly type: 'candidate';
  readonly result: CandidateResult;
}

/** Something worth saying. */
export interface NoteEvent {
  readonly type: 'note';
  readonly message: string;
}

/** What happens during `fit` on data, in order. */
export type DataFitEvent = DataEvent | WorkEvent | TrainingEvent | RateEvent | CandidateEvent | NoteEvent;
