// Processes that take training steps when asked, timed in alternating rounds: what the benchmarks against other libraries share.
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
let compiled = false;

/** A Python that has the libraries of the peers. */
export const python = process.env.GRAFT_PYTHON ?? 'python3';

/** The command line of a TypeScript file that `bench/tsdown.config.ts` names, compiled once in a run. */
export function compiledScript(url: URL): readonly string[] {
  if (!compiled) {
    const cli = join(dirname(createRequire(import.meta.url).resolve('tsdown/package.json')), 'dist', 'run.mjs');
    execFileSync(process.execPath, [cli, '--config', join(root, 'bench', 'tsdown.config.ts'), '--logLevel', 'error'], { cwd: root });
    compiled = true;
  }
  const path = relative(root, fileURLToPath(url)).replace(/\.ts$/, '.js');
  return [process.execPath, join(root, 'bench', '.built', path)];
}

/** What a command prints; undefined where it fails. */
export function printed([file = '', ...args]: readonly string[]): string | undefined {
  try {
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** What a process answers. */
export interface Round {
  readonly examples: number;
  readonly seconds: number;
  readonly peakMiB: number;
  /** Numbers that learn, where it says so. */
  readonly learning?: number;
}

/** A process that answers each line, a number of steps, with a line of JSON: a round, or the error that ended it. */
class Stepper {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #said = '';

  constructor([file = '', ...args]: readonly string[]) {
    this.#child = spawn(file, args);
    this.#child.stderr.on('data', (text: Buffer) => {
      this.#said = `${this.#said}${text}`.slice(-2000);
    });
    this.#child.stdin.on('error', () => {});
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async run(steps: number): Promise<Round> {
    this.#child.stdin.write(`${steps}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#child.spawnargs.join(' ')} ended with exit code ${this.#child.exitCode}. ${this.#said}`.trim());
    const answer = JSON.parse(value) as Round | { readonly error: string };
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }
}

/** One that takes part. */
export interface Contestant {
  readonly name: string;
  readonly command: readonly string[];
  /** Steps in a round; default as many as take about `ROUND_SECONDS`. */
  readonly steps?: number;
  /** Rounds that it takes part in; default all. */
  readonly rounds?: number;
}

/** Medians of its rounds. */
export interface Timed {
  /** Examples a second. */
  readonly rate: number;
  /** Milliseconds of a step. */
  readonly ms: number;
  readonly peakMiB: number;
  readonly learning?: number | undefined;
}

/** Long against what starts and ends a round. */
const ROUND_SECONDS = 2;
/** In a round, where steps are not given. */
const [LEAST, MOST] = [2, 200];

/**
 * Lets each take `rounds` rounds in turn, after one that warms up. Of one that fails, the error is the result.
 * @param note told how far it is.
 */
export async function interleaved(
  contestants: readonly Contestant[],
  rounds: number,
  note: (text: string) => void,
): Promise<ReadonlyMap<string, Timed | Error>> {
  const busy = loadavg()[0] as number;
  if (busy > 1) note(`Other work runs on this machine (load ${busy.toFixed(1)}): these numbers say little.`);
  const results = new Map<string, Timed | Error>();
  const all = contestants.map((contestant) => ({
    contestant,
    stepper: new Stepper(contestant.command),
    steps: contestant.steps,
    taken: [] as (Round & { readonly steps: number })[],
  }));
  try {
    for (let round = 0; round <= rounds; round++) {
      // Who goes first has the machine as the last one left it: each in turn.
      for (const one of [...all.slice(round % all.length), ...all.slice(0, round % all.length)]) {
        const { name, rounds: most = rounds } = one.contestant;
        if (round > most || results.has(name)) continue;
        try {
          const steps = one.steps ?? LEAST;
          const answer = await one.stepper.run(steps);
          // The first round warms up, and says how many steps the others take.
          if (round > 0) one.taken.push({ ...answer, steps });
          one.steps ??= Math.max(LEAST, Math.min(MOST, Math.round((ROUND_SECONDS * LEAST) / answer.seconds)));
        } catch (error) {
          results.set(name, error as Error);
          note(`${name} failed: ${(error as Error).message}`);
          one.stepper.close();
        }
      }
      note(`round ${round} of ${rounds}`);
    }
  } finally {
    for (const { stepper } of all) stepper.close();
  }
  for (const { contestant, taken } of all) {
    if (results.has(contestant.name)) continue;
    results.set(contestant.name, {
      rate: median(taken.map(({ examples, seconds }) => examples / seconds)),
      ms: median(taken.map(({ seconds, steps }) => (1000 * seconds) / steps)),
      peakMiB: Math.max(...taken.map(({ peakMiB }) => peakMiB)),
      learning: taken[0]?.learning,
    });
  }
  return results;
}

/** The middle one, of an even number the upper of both. */
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
