// Long work on many rows, watched and stopped from outside. Called by the search for duplicates.
import { setImmediate } from 'node:timers/promises';
import { fail } from '../../core/errors.ts';

/** How a search is watched and stopped. */
export interface Watch {
  /** Told now and then how many rows are done. */
  readonly progress?: ((state: { readonly done: number; readonly of: number }) => void) | undefined;
  /** Stops the search, which then throws `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * `0..length` in spans `[from, to)`, with a breath between them in which other work gets its turn.
 * @throws GraftError `aborted` when the signal says so.
 */
export async function* spans(length: number, size: number, { progress, signal }: Watch): AsyncGenerator<readonly [number, number], void, void> {
  for (let from = 0; from < length; from += size) {
    requireGoing(signal);
    const to = Math.min(length, from + size);
    yield [from, to];
    progress?.({ done: to, of: length });
    await setImmediate();
  }
}

/** @throws GraftError `aborted` when the signal says so. */
export function requireGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted) fail('aborted', 'The search for duplicates was stopped; nothing of it was kept.');
}
