// How fast training goes and how long it will take: seconds of updates and of evaluations, counted apart. Used by `fit`.
import type { Clock } from '../core/clock.ts';

export class Pace {
  readonly #clock: Clock;
  readonly #start: number;
  #training = 0;
  #updates = 0;
  #examples = 0;
  #evaluating = 0;
  #evaluations = 0;
  #mark: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock();
    this.#mark = this.#start;
  }

  /** Seconds since the run began. */
  get seconds(): number {
    return (this.#clock() - this.#start) / 1000;
  }

  /** Time from here on counts as the next update's or evaluation's. */
  begin(): void {
    this.#mark = this.#clock();
  }

  updated(examples: number): void {
    this.#training += this.#sinceMark();
    this.#updates++;
    this.#examples += examples;
  }

  evaluated(): void {
    this.#evaluating += this.#sinceMark();
    this.#evaluations++;
  }

  /** Examples per second of training. */
  get rate(): number {
    return this.#training > 0 ? (1000 * this.#examples) / this.#training : 0;
  }

  /** Seconds that so many more take; evaluations count only once one was seen. */
  secondsFor(updates: number, evaluations: number): number {
    const each = (total: number, count: number) => (count > 0 ? total / count : 0);
    return (updates * each(this.#training, this.#updates) + evaluations * each(this.#evaluating, this.#evaluations)) / 1000;
  }

  #sinceMark(): number {
    const now = this.#clock();
    const passed = now - this.#mark;
    this.#mark = now;
    return passed;
  }
}
