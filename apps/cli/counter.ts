// How far something is that is counted, as reading files is: numbers come in, one moving line or a line now and then leaves. Commands reach it through their
// context; training has a view of its own in the library.
import { type Clock, formatCount, formatRate, formatSeconds, type ProgressStream } from 'graft-ml';

/** What is over before this is not shown; the moving line is drawn at most this often, plain lines likewise. In milliseconds. */
const SHORT = 2000;
const DRAW_EVERY = 100;
const PRINT_EVERY = 10_000;

/** Shows a count. */
export interface Counter {
  /** `done` of `of`; without `of`, where nobody knows how many there are. */
  at(done: number, of?: number): void;
  /** Takes the moving line away; to be called however it ends. */
  end(): void;
}

/** Begins to count: `reading photos: 1,200/5,000, 430 photos/s, 9 s left`. */
export function counter(stream: ProgressStream, label: string, unit: string, clock: Clock = () => performance.now()): Counter {
  let [began, base, last] = [clock(), 0, 0];
  const [every, width] = stream.isTTY ? [DRAW_EVERY, Math.max(0, (stream.columns || 80) - 1)] : [PRINT_EVERY, 0];
  let told = Number.NEGATIVE_INFINITY;
  return {
    at(done, of) {
      const now = clock();
      // A second part of the same work is counted anew.
      if (done < last) [began, base] = [now, done];
      last = done;
      if (now - began < SHORT || now - told < every) return;
      told = now;
      const rate = ((done - base) * 1000) / (now - began);
      const left = of === undefined || rate === 0 ? '' : `, ${formatSeconds((of - done) / rate)} left`;
      const text = `${label}: ${formatCount(done)}${of === undefined ? '' : `/${formatCount(of)}`}, ${formatRate(rate, unit)}${left}`;
      stream.write(stream.isTTY ? `\r${text.slice(0, width).padEnd(width)}` : `${text}\n`);
    },
    end() {
      if (stream.isTTY && told > Number.NEGATIVE_INFINITY) stream.write(`\r${' '.repeat(width)}\r`);
    },
  };
}
