// What recomputing saves and costs: peak memory and time of a training step, each in a process of its own.
import { execFileSync } from 'node:child_process';
import type { Bench } from '../bench.ts';
import { compiledScript } from '../timed/steppers.ts';

interface Measured {
  readonly peak: number;
  /** Milliseconds of the fastest step, and of all its threads. */
  readonly wall: number;
  readonly cpu: number;
  readonly losses: readonly number[];
}

function measured(network: string, recompute: 'none' | 'blocks', ...numbers: readonly number[]): Measured {
  const [node = '', ...args] = compiledScript(new URL('step-worker.ts', import.meta.url));
  return JSON.parse(
    execFileSync(node, [...args, network, recompute, ...numbers.map(String)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  ) as Measured;
}

export const bench: Bench = {
  about:
    'Full training steps at 224x224 with and without `recompute: blocks`: peak MiB above those of a step with two images of 32x32 (which has all weights, gradients and moments), and ms of a step.',
  columns: {
    case: { label: 'network' },
    peer: { label: 'MiB, all kept', format: 'count' },
    graft: { label: 'MiB, recomputed', format: 'count' },
    ratio: { label: 'ratio', format: 'number', digits: 2 },
    kept: { label: 'ms, all kept', format: 'count' },
    again: { label: 'ms, recomputed', format: 'count' },
    cost: { label: 'ratio', format: 'number', digits: 2 },
    cpu: { label: 'ratio of CPU time', format: 'number', digits: 2 },
    apart: { label: 'largest difference of losses', format: 'number', digits: 7 },
  },
  async *rows({ quick, note }) {
    const [batch, steps] = quick ? [4, 2] : [16, 5];
    for (const network of ['resnet-50', 'vit-tiny']) {
      const base = measured(network, 'none', 32, 2, 2).peak;
      const [none, blocks] = [measured(network, 'none', 224, batch, steps), measured(network, 'blocks', 224, batch, steps)];
      const [peer, graft] = [none.peak - base, blocks.peak - base];
      yield {
        case: `${network}, batch ${batch}`,
        peer,
        graft,
        ratio: peer / graft,
        kept: none.wall,
        again: blocks.wall,
        cost: blocks.wall / none.wall,
        cpu: blocks.cpu / none.cpu,
        apart: Math.max(...none.losses.map((loss, i) => Math.abs(loss - (blocks.losses[i] as number)))),
      };
      note(`${network}: done`);
    }
  },
};
