// Full training steps (batch, forward, backward, Adam) of Graft, PyTorch eager and TensorFlow.js, each in a process of its own, in alternating rounds.
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchRow } from '../bench.ts';
import { cases } from './cases.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const loader = new URL('../../scripts/typescript.mjs', import.meta.url).href;

interface Peer {
  readonly name: 'graft' | 'torch' | 'tfjs';
  readonly command: readonly string[];
  /** Undefined where it is not installed. */
  readonly version?: string | undefined;
  /** How to get it. */
  readonly install?: string;
}

function peers(): Peer[] {
  const python = process.env.GRAFT_PYTHON ?? 'python3';
  const [torch, tfjs] = [path('torch_step.py'), path('tfjs-step.mjs')];
  return [
    { name: 'graft', command: [process.execPath, '--import', loader, path('graft-step.ts')] },
    {
      name: 'torch',
      command: [python, torch],
      version: printed([python, torch, '--version']),
      install: 'pip install torch==2.13.0, and name that Python: GRAFT_PYTHON=/path/to/python',
    },
    {
      name: 'tfjs',
      command: [process.execPath, tfjs],
      version: existsSync(path('../peers/node_modules')) ? printed([process.execPath, tfjs, '--version']) : undefined,
      install: 'npm install --prefix bench/peers',
    },
  ];
}

function printed([file = '', ...args]: readonly string[]): string | undefined {
  try {
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

interface Round {
  readonly examples: number;
  readonly seconds: number;
  readonly peakMiB: number;
}

/** A process that answers each line, a number of steps, with a line of JSON. */
class Stepper {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor([file = '', ...args]: readonly string[]) {
    this.#child = spawn(file, args);
    this.#child.stderr.on('data', () => {});
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async run(steps: number): Promise<Round> {
    this.#child.stdin.write(`${steps}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#child.spawnargs.join(' ')} ended with exit code ${this.#child.exitCode}.`);
    return JSON.parse(value) as Round;
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

async function* rows({ quick, done, note }: Parameters<Bench['rows']>[0]): AsyncGenerator<BenchRow, void, void> {
  const all = peers();
  for (const { version, install, name } of all)
    if (name !== 'graft' && version === undefined) note(`${name} is left out: it is not installed. ${install}`);
  const present = all.filter(({ name, version }) => name === 'graft' || version !== undefined);
  for (const [name, { steps }] of Object.entries(cases)) {
    const known = done.get(name);
    if (known) {
      yield known;
      continue;
    }
    const steppers = present.map((peer) => ({ peer, stepper: new Stepper([...peer.command, name]), rounds: [] as Round[] }));
    try {
      // TensorFlow.js takes seconds to minutes for what the others do in milliseconds: two rounds are enough for it.
      const rounds = quick ? 3 : 11;
      for (let round = 0; round <= rounds; round++) {
        for (const { peer, stepper, rounds: taken } of steppers) {
          if (peer.name === 'tfjs' && round > 1) continue;
          const result = await stepper.run(steps[peer.name]);
          // The first round warms up.
          if (round > 0) taken.push(result);
        }
        note(`${name}: round ${round} of ${rounds}`);
      }
    } finally {
      for (const { stepper } of steppers) stepper.close();
    }
    const of = (peer: Peer['name']) => {
      const taken = steppers.find((candidate) => candidate.peer.name === peer)?.rounds ?? [];
      return taken.length === 0
        ? {}
        : { rate: median(taken.map(({ examples, seconds }) => examples / seconds)), peak: Math.max(...taken.map(({ peakMiB }) => peakMiB)) };
    };
    const [graft, torch, tfjs] = [of('graft'), of('torch'), of('tfjs')];
    yield {
      case: name,
      graft: graft.rate as number,
      peer: torch.rate,
      ratio: torch.rate && (graft.rate as number) / torch.rate,
      tfjs: tfjs.rate,
      ratioTfjs: tfjs.rate && (graft.rate as number) / tfjs.rate,
      graftPeakMiB: graft.peak,
      peerPeakMiB: torch.peak,
      tfjsPeakMiB: tfjs.peak,
    };
  }
}

export const bench: Bench = {
  about:
    'Full training steps: Graft (as `fit` runs them) against PyTorch eager and TensorFlow.js; examples per second, medians of alternating rounds.',
  columns: {
    case: { label: 'case' },
    graft: { label: 'Graft', format: 'rate' },
    peer: { label: 'PyTorch', format: 'rate' },
    ratio: { label: 'ratio', format: 'number', digits: 2 },
    tfjs: { label: 'TensorFlow.js', format: 'rate' },
    ratioTfjs: { label: 'ratio', format: 'number', digits: 0 },
    graftPeakMiB: { label: 'Graft MiB', format: 'count' },
    peerPeakMiB: { label: 'PyTorch MiB', format: 'count' },
    tfjsPeakMiB: { label: 'TensorFlow.js MiB', format: 'count' },
  },
  versions: async () => Object.fromEntries(peers().flatMap(({ name, version }) => (version === undefined ? [] : [[name, version]]))),
  rows,
};
