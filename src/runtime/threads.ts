// How many threads to compute with: one for each physical core that this process may use. Called by device.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const cpuFolder = '/sys/devices/system/cpu';

/**
 * Physical cores, at most the parallelism granted to this process. Two hardware threads of one core share its multipliers, so more would only
 * add waiting. Where the system does not say which threads share a core, each counts as a core.
 */
export function physicalCores(): number {
  return Math.max(1, Math.min(availableParallelism(), coresOf(cpuFolder) ?? Number.POSITIVE_INFINITY));
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
