// What `graft doctor` sees of the machine: Node, processors, memory, disks. Called by `doctor`.
import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { processMemory } from 'graft-ml';
import { type Check, checked } from './check.ts';

/** Below these, larger models and data do not fit. */
const LITTLE_MEMORY = 2e9;
const LITTLE_DISK = 1e9;
/** Below this not even a checkpoint of a small model does. */
const NO_DISK = 50e6;

/** Node, processors, memory, and the disks of the working folder and of temporary files. */
export function systemChecks(): Promise<Check>[] {
  return [
    checked('node', nodeCheck),
    checked('processors', () => {
      const { model = 'unknown', speed = 0 } = cpus()[0] ?? {};
      const threads = availableParallelism();
      return { state: 'ok', text: `${threads}: ${model.trim()}${speed > 0 ? `, ${speed / 1000} GHz` : ''}`, facts: { model, threads, mhz: speed } };
    }),
    checked('memory', () => {
      const { free, total } = processMemory();
      const text = `${gigabytes(free)} free of ${gigabytes(total)}`;
      const facts = { freeBytes: free, totalBytes: total };
      if (free >= LITTLE_MEMORY) return { state: 'ok', text, facts };
      return { state: 'note', text: `${text}; large models will not fit: end other programs, or take smaller batches`, facts };
    }),
    checked('disk here', () => diskCheck('.', 'what is trained is written here: make room, or go to another folder')),
    checked('disk temp', () => diskCheck(tmpdir(), 'features and unpacked files lie there for a while: make room, or set TMPDIR')),
  ];
}

function nodeCheck(): Omit<Check, 'name'> {
  const { engines } = createRequire(import.meta.url)('graft-ml/package.json') as { engines: { node: string } };
  const { node } = process.versions;
  const facts = { version: node, needs: engines.node };
  const [have, need] = [node, engines.node].map((version) => version.match(/\d+/g)?.map(Number) ?? []) as [number[], number[]];
  const differs = need.findIndex((part, i) => part !== have[i]);
  if (differs < 0 || (have[differs] ?? 0) > (need[differs] ?? 0)) return { state: 'ok', text: node, facts };
  return { state: 'broken', text: `${node}, but Graft needs ${engines.node}: install a newer one from nodejs.org`, facts };
}

async function diskCheck(folder: string, remedy: string): Promise<Omit<Check, 'name'>> {
  const path = resolve(folder);
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  const facts = { path, freeBytes: free };
  const writable = await access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable) return { state: 'broken', text: `${path} cannot be written to; ${remedy}`, facts };
  const text = `${gigabytes(free)} free in ${path}`;
  if (free >= LITTLE_DISK) return { state: 'ok', text, facts };
  return { state: free < NO_DISK ? 'broken' : 'note', text: `${text}; ${remedy}`, facts };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
