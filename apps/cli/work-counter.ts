// Counts of one stretch of work after another: each begins where the one before ends. Called by commands that show a run.
import type { Context } from './context.ts';
import type { Counter } from './counter.ts';

/** Shows how far the work is that a run is at. */
export interface WorkCounter {
  /** `done` of `of` of what is counted in `unit`; another `what` ends the count before. */
  at(what: string, unit: string, done: number, of: number | undefined): void;
  /** Takes the count away that is shown; to be called before anything else is told, and however it ends. */
  end(): void;
}

/** Begins when it is told of work. */
export function workCounter(context: Pick<Context, 'count'>): WorkCounter {
  let work: { readonly what: string; readonly counter: Counter } | undefined;
  const end = () => {
    work?.counter.end();
    work = undefined;
  };
  return {
    at(what, unit, done, of) {
      if (work?.what !== what) {
        end();
        work = { what, counter: context.count(what, unit) };
      }
      work.counter.at(done, of);
    },
    end,
  };
}
