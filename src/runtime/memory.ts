// How much memory this process may use: the machine's, or less where a container or a control group bounds it. Asked where a batch size is chosen, and by
// the command line's `doctor`.
import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';

/** In bytes. */
export interface ProcessMemory {
  /** What may still be taken. */
  readonly free: number;
  readonly total: number;
}

/** What the system says, in bytes. */
interface Readings {
  readonly free: number;
  readonly total: number;
  /** Bound of the control group; 0 or more than `total` where there is none. */
  readonly limit: number;
  /** What Node takes for free: below the bound what the group does not hold, files that were read among that. */
  readonly available: number;
  /** Of the group's, files that were read or written, which give way. */
  readonly files: number;
}

/** Memory of the machine, or of the control group (version 1 or 2) that this process is in, where that has less. */
export function processMemory(): ProcessMemory {
  const [limit, available] = [process.constrainedMemory() ?? 0, process.availableMemory()];
  return withinLimit({ free: freemem(), total: totalmem(), limit, available, files: fileCacheOf('') });
}

/** What the system's readings come to. */
export function withinLimit({ free, total, limit, available, files }: Readings): ProcessMemory {
  if (limit <= 0 || limit >= total) return { free, total };
  return { free: Math.min(free, limit, available + files), total: limit };
}

/** Bytes of files that are held in memory for the control group of this process, by Linux's `/proc` and `/sys` under `root`; 0 where they do not tell. */
export function fileCacheOf(root: string): number {
  for (const line of textOf(`${root}/proc/self/cgroup`).split('\n')) {
    const [, kinds = '', path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    // Version 2 has one line, without kinds.
    if (path === undefined || (kinds !== '' && !kinds.split(',').includes('memory'))) continue;
    const folder = `${root}/sys/fs/cgroup${kinds === '' ? '' : '/memory'}`;
    // In a container the path may be that of outside, and the group's folder the uppermost.
    const stat = textOf(`${folder}${path}/memory.stat`) || textOf(`${folder}/memory.stat`);
    const known = new Map(stat.split('\n').map((line) => line.split(' ') as [string, string]));
    const of = (name: string) => Number(known.get(`total_${name}`) ?? known.get(name) ?? 0);
    if (stat !== '') return of('active_file') + of('inactive_file');
  }
  return 0;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
