// How many threads to compute with: one for each physical core that this process may use, and what of another wish. Called where sessions are made.
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fail } from '../core/errors.ts';

const cpuFolder = '/sys/devices/system/cpu';

/**
 * Physical cores, at most the parallelism granted to this process. Two hardware threads of one core share its multipliers, so more would only
 * add waiting. Where the system does not say which threads share a core, each counts as a core.
 */
export function physicalCores(): number {
  return Math.max(1, Math.min(availableParallelism(), coresOf(cpuFolder) ?? Number.POSITIVE_INFINITY));
}

/** So many threads for each processor are a slip; fewer, such as a script of a larger machine asks for, are told of. */
const ABSURD = 4;

/** @throws GraftError `invalid-argument` unless `threads` is a whole number from 1 to four times the parallelism granted to this process. */
export function checkThreads(threads: number, granted = availableParallelism()): void {
  if (!Number.isInteger(threads) || threads < 1) fail('invalid-argument', `\`threads\` (=${threads}) must be a whole number of at least 1.`);
  if (threads <= ABSURD * granted) return;
  fail(
    'invalid-argument',
    `\`threads\` (=${threads}) is more than ${ABSURD} for each of the ${granted} processors that this process may use; give at most ${granted}, or leave it out.`,
  );
}

/** What to tell someone who asks for more threads than can run at a time; nothing where they can. */
export function tooManyThreads(threads: number, granted = availableParallelism()): string | undefined {
  if (threads <= granted) return undefined;
  return `\`threads\` (=${threads}) is more than the ${granted} processors that this process may use: the further ones only make the others wait.`;
}

/** Cores under a Linux `sysfs` CPU folder; `undefined` where it does not exist or says nothing about cores. */
export function coresOf(folder: string): number | undefined {
  try {
    const cpus = readdirSync(folder).filter((name) => /^cpu\d+$/.test(name));
    const cores = new Set(cpus.map((cpu) => readFileSync(`${folder}/${cpu}/topology/thread_siblings_list`, 'utf8').trim()));
    return cores.size || undefined;
  } catch {
    return undefined;
  }
}
