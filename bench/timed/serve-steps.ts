// The side of a timed process: answers each line it reads, a number of steps, with the time they took. Used by the processes that benchmarks start.
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExampleSource, type FitOptions, fit, type Model } from '../../src/index.ts';

/** Takes one step. @returns the examples in it. */
type Step = () => Promise<number>;

/** Serves until the input ends. @param facts sent along with every answer. */
export async function serveSteps(step: Step, facts: Readonly<Record<string, number>> = {}): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const count = Number(line);
    await step();
    const start = performance.now();
    let examples = 0;
    for (let taken = 0; taken < count; taken++) examples += await step();
    const ms = performance.now() - start;
    // `fit` has asked for one step more than it told of: it must not run while others are timed.
    await sleep((1.5 * ms) / count);
    process.stdout.write(`${JSON.stringify({ examples, seconds: ms / 1000, peakMiB: process.resourceUsage().maxRSS / 1024, ...facts })}\n`);
  }
}

/** Serves the steps of `fit`, each whole: nothing that is frozen is cached. */
export async function serveFit(model: Model, source: ExampleSource, options: FitOptions): Promise<void> {
  const events = fit(model, source, { ...options, featureCache: false, epochs: 1_000_000 });
  const started = await events.next();
  const learning = started.value?.type === 'start' ? started.value.trainable : 0;
  await serveSteps(
    async () => {
      for (;;) {
        const { value } = await events.next();
        if (value?.type === 'step') return value.examples;
      }
    },
    { learning },
  );
  await events.return({} as never);
}
