// A process that opens hostile inputs: numbers of inputs come in, what came of each leaves. Started by `watchedInputs`.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostileInputs } from './hostile-inputs.ts';
import { openHostile } from './open-hostile.ts';

/** What is told of an input. */
export interface Told {
  readonly what: 'opened' | 'refused' | 'foreign' | 'escape';
  readonly format: string;
  readonly kind: string;
  readonly said: string;
  readonly ms: number;
  /** The most memory that this process had at one time, so far. */
  readonly peakMiB: number;
}

const [seed, root = tmpdir()] = process.argv.slice(2);
const inputAt = await hostileInputs(Number(seed));

process.on('message', async (index: number) => {
  const input = await inputAt(index);
  process.send?.({ alive: { format: input.format, kind: input.kind } });
  let told = performance.now();
  const alive = () => {
    if (performance.now() - told < 1000) return;
    told = performance.now();
    process.send?.({ alive: { format: input.format, kind: input.kind } });
  };
  const outcome = await openHostile(input, join(root, String(index)), alive);
  process.send?.({ ended: { ...outcome, format: input.format, kind: input.kind, peakMiB: process.resourceUsage().maxRSS / 1024 } satisfies Told });
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
