// A process that trains one case with `fit` on random data: for each line it reads, it takes that many steps and prints the seconds they took.
import { createInterface } from 'node:readline';
import { dataset, fit, stream, tensor } from '../../src/index.ts';
import { cases, type StepCase } from './cases.ts';

const { input, batch, model } = cases[process.argv[2] as string] as StepCase;
const examples = 64 * batch;
const size = input.reduce((product, side) => product * side, 1);
const inputs = tensor('float32', [examples, ...input], stream(0, 'inputs').uniforms(examples * size) as Float32Array<ArrayBuffer>);
const labels = Int32Array.from({ length: examples }, (_, i) => i % 10);
const events = fit(model(), dataset({ name: 'random', inputs, labels }), { epochs: 1_000_000, batchSize: batch });

/** Takes steps. @returns the examples in them. */
async function steps(count: number): Promise<number> {
  for (let left = count; left > 0; ) {
    const { value } = await events.next();
    if (value?.type === 'step') left--;
  }
  return count * batch;
}

for await (const line of createInterface({ input: process.stdin })) {
  // While nobody asks, `fit` has run one step ahead: that one is not timed.
  await steps(2);
  const start = performance.now();
  const done = await steps(Number(line));
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(`${JSON.stringify({ examples: done, seconds, peakMiB: process.resourceUsage().maxRSS / 1024 })}\n`);
}
await events.return({} as never);
