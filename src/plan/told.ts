// Work and trainings -> events on the way. Called by the parts of the plan.
import type { WorkEvent } from './events.ts';

/** Told how far work is; `now` where it has turned to something else. */
export type Progress = (done: number, of?: number, now?: string) => void;

/** Runs what tells its progress by a function, and passes that on as events. @param unit what is counted, where not examples. */
export async function* worked<T>(what: string, work: (progress: Progress) => Promise<T>, unit?: string): AsyncGenerator<WorkEvent, T, void> {
  const told: WorkEvent[] = [];
  let wake: () => void = () => undefined;
  let settled = false;
  const result = work((done, of, now = what) => {
    told.push({ type: 'work', what: now, ...(unit !== undefined && { unit }), done, of });
    wake();
  }).finally(() => {
    settled = true;
    wake();
  });
  // Somebody who stops listening must not leave a rejection behind that nobody handles.
  result.catch(() => undefined);
  while (!settled || told.length > 0) {
    const event = told.shift();
    if (event) yield event;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (settled || told.length > 0) resolve();
      });
  }
  return result;
}

/**
 * What each event of `events` is to whoever listens here; nothing of those that `told` makes nothing of. Whoever wants no more of it ends `events` too.
 */
export async function* passedOn<E, F, T>(
  events: AsyncGenerator<E, T, void>,
  told: (event: E) => F | undefined | Promise<F | undefined>,
): AsyncGenerator<F, T, void> {
  try {
    for (;;) {
      const { value, done } = await events.next();
      if (done) return value;
      const passed = await told(value);
      if (passed !== undefined) yield passed;
    }
  } finally {
    await events.return(undefined as T);
  }
}

/** The events of a training under the candidate's name. */
export function named<E, T>(
  candidate: string,
  training: AsyncGenerator<E, T, void>,
): AsyncGenerator<{ type: 'training'; candidate: string; event: E }, T, void> {
  return passedOn(training, (event) => ({ type: 'training', candidate, event }) as const);
}
