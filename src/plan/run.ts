// What the parts of the plan share: the run that they work for, and what they give back. Called by the plan.
import type { Clock } from '../core/clock.ts';
import type { Labels } from '../data/labels.ts';
import type { Data } from '../data/open/data.ts';
import type { ReadAs } from '../data/open/open-data.ts';
import type { Task } from '../data/open/task.ts';
import { type Candidate, type CandidateResult, judged, type PartFeatures, resultOf } from './candidate.ts';
import type { FitDataOptions } from './fit-options.ts';
import type { Goal } from './goal.ts';
import type { RowsGiven } from './sources.ts';
import type { TableEncoding } from './table-encoder.ts';
import type { Scale } from './target-scale.ts';

/** What training needs besides options. */
export interface FitDataContext {
  readonly signal?: AbortSignal | undefined;
  /** Where training saves, so that it can go on; one folder a run. */
  readonly checkpoints?: string | undefined;
  /** A model to go on from. */
  readonly start?: EarlierModel | undefined;
  /** Gives what was decided by measuring time, as a run that goes on must decide the same: `decide` is asked the first time alone. */
  readonly remember?: ((what: string, decide: () => number) => Promise<number>) | undefined;
  readonly clock?: Clock;
}

/** A model to go on from: its network learns on, with a head for the classes of the new data. */
export interface EarlierModel {
  /** Its file. */
  readonly model: string;
  readonly task: Task;
  /** Columns that its labels were read from. */
  readonly label?: readonly string[] | undefined;
  /** What its data was read as, and what it goes on with is. */
  readonly readAs?: ReadAs | undefined;
  /** The pretrained network that it began with; none for a model of a table. */
  readonly backbone?: string | undefined;
  /** Whether a model of words is beside the network in the file. */
  readonly besideWords?: boolean;
  /** How a model of a table reads its rows. */
  readonly encoding?: TableEncoding | undefined;
  /** Of a regression's targets. */
  readonly scale?: Scale | undefined;
}

/** What is trained on, and how. */
export interface Run {
  readonly data: Data;
  readonly goal: Goal;
  readonly options: FitDataOptions;
  readonly parts: Readonly<Record<keyof Data['parts'], RowsGiven>>;
  readonly context: FitDataContext & { readonly clock: Clock };
  readonly began: number;
}

/** Candidates, and what they were trained on. */
export interface Trained {
  readonly candidates: readonly Candidate[];
  readonly results: readonly CandidateResult[];
  /** Lets go of what their readers opened. */
  readonly close: () => Promise<void>;
  /** What the first candidate reads; left out where most of it is 0. */
  readonly features?: PartFeatures | undefined;
}

/** Threads, where they are given. */
export const threadsOf = ({ threads }: FitDataOptions) => (threads > 0 ? { threads } : {});

/** A candidate as the leaderboard shows it. */
export function judgedResult({ goal, parts }: Run, candidate: Candidate): CandidateResult {
  return resultOf(judged(goal, candidate, parts.validation.labels as Labels));
}

/** Of the time that all training may take. */
export const secondsLeft = ({ options, context, began }: Run) => options.time * 60 - (context.clock() - began) / 1000;

/** What a linear model gets at least, in seconds and of the time, where features have taken most of it. */
const [LEAST_SECONDS, LEAST_SHARE] = [5, 0.1];

/** For a search that begins now: tells whether it is to end. */
export function searchEnd(run: Run): () => boolean {
  const { context, options } = run;
  const began = context.clock();
  const least = Math.max(LEAST_SECONDS, LEAST_SHARE * options.time * 60);
  return () => secondsLeft(run) <= 0 && (context.clock() - began) / 1000 >= least;
}
