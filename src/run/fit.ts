// The one verb: trains a model of yours on examples, or the best model there is on whatever lies at a path. Called by users.

import type { ExampleSource } from '../data/dataset.ts';
import type { Data } from '../data/open/data.ts';
import type { Model } from '../nn/model.ts';
import type { FitEvent, FitResult } from '../train/events.ts';
import { fit as fitModel } from '../train/fit.ts';
import type { FitOptions } from '../train/fit-options.ts';
import { type FitGiven, fitPath, type RunEvent, type RunResult } from './run-data.ts';

/** Trains `model`: see `FitOptions`. */
export function fit(model: Model, data: ExampleSource, options?: FitOptions): AsyncGenerator<FitEvent, FitResult, void>;
/** Trains the best model that can be had on a path or on what `openData` gave, and writes it with a report: see `FitGiven`. */
export function fit(source: string | Data, given?: FitGiven): AsyncGenerator<RunEvent, RunResult, void>;
export function fit(
  first: Model | string | Data,
  second?: ExampleSource | FitGiven,
  options?: FitOptions,
): AsyncGenerator<FitEvent, FitResult, void> | AsyncGenerator<RunEvent, RunResult, void> {
  const opened = typeof first === 'object' && first !== null && 'parts' in first && 'table' in first;
  if (typeof first === 'string' || opened) return fitPath(first as string | Data, second as FitGiven | undefined);
  return fitModel(first as Model, second as ExampleSource, options);
}
