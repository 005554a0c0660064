// Runs the small problem in a process that is killed with SIGKILL again and again, each time after a while drawn from a seed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { listCheckpoints, type Stream } from '../../src/index.ts';

const loader = new URL('../../scripts/typescript.mjs', import.meta.url).href;
const entry = fileURLToPath(new URL('./small-run.ts', import.meta.url));

export interface SmallRun {
  /** How it ended and the hash of its weights; `undefined` when it was killed before. */
  readonly result: string | undefined;
  /** From the start of training to the end of the process. */
  readonly ms: number;
}

/** Runs the small problem, and kills it so many milliseconds after training started. */
export async function runSmall(folder: string, killAfterMs?: number): Promise<SmallRun> {
  const child = spawn(process.execPath, ['--import', loader, entry, folder], { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  let start = 0;
  let timer: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (start > 0 || !printed.startsWith('start\n')) return;
    start = performance.now();
    if (killAfterMs !== undefined) timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`The run ended with ${signal ?? `exit code ${code}`}.`);
  return { result: signal === null ? printed.slice('start\n'.length) : undefined, ms: performance.now() - start };
}

/**
 * Kills a run `times` times at moments drawn from `random`, then lets it end.
 * @param fullMs how long the run takes from the start of training when nothing kills it; the kills come before most of that has passed.
 * @returns its result, and the updates saved at each kill.
 */
export async function killAndResume(folder: string, random: Stream, times: number, fullMs: number): Promise<{ result: string; saved: number[] }> {
  const saved: number[] = [];
  for (const share of random.uniforms(times)) {
    const { result } = await runSmall(folder, share * 0.7 * (fullMs / times));
    if (result !== undefined) return { result, saved };
    saved.push((await listCheckpoints(folder)).at(-1) ?? 0);
  }
  return { result: (await runSmall(folder)).result as string, saved };
}
