// Rows of bytes, one for each example: in memory, or in a file that is read as rows are asked for. Filled once, then read by feature sources.
import { type FileHandle, open } from 'node:fs/promises';
import { fail } from '../../core/errors.ts';

/** What an example's kept values are, one after another. */
export interface Rows {
  /** Of one row. */
  readonly bytes: number;
  /** Copies the rows `indices`, in this order, into `target`. */
  read(indices: ArrayLike<number>, target: Uint8Array): void | Promise<void>;
  close(): Promise<void>;
}

/** Rows that lie one after another in `content`. */
export function memoryRows(content: Uint8Array, bytes: number): Rows {
  return {
    bytes,
    read: (indices, target) => {
      for (let i = 0; i < indices.length; i++) {
        const from = (indices[i] as number) * bytes;
        target.set(content.subarray(from, from + bytes), i * bytes);
      }
    },
    close: async () => {},
  };
}

/** Rows of a file, which is held open, so that they can be read even when it is removed. @throws GraftError `io` when it cannot be read. */
export async function fileRows(path: string, bytes: number): Promise<Rows> {
  const file = await open(path, 'r');
  return {
    bytes,
    read: async (indices, target) => {
      await Promise.all(
        runsOf(indices).map(({ at, first, count }) => fill(file, target.subarray(at * bytes, (at + count) * bytes), first * bytes, path)),
      );
    },
    close: () => file.close(),
  };
}

/** Stretches of successive rows, each of which is read at once. */
function runsOf(indices: ArrayLike<number>): { at: number; first: number; count: number }[] {
  const runs: { at: number; first: number; count: number }[] = [];
  for (let i = 0; i < indices.length; i++) {
    const [index, last] = [indices[i] as number, runs.at(-1)];
    if (last && index === last.first + last.count) last.count++;
    else runs.push({ at: i, first: index, count: 1 });
  }
  return runs;
}

async function fill(file: FileHandle, target: Uint8Array, from: number, path: string): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await file.read(target, done, Math.min(target.length - done, 2 ** 30), from + done).catch((cause: Error) => {
      return fail('io', `Could not read ${path}: ${cause.message}. Train with \`featureCache: false\`, or choose another folder.`, { cause });
    });
    if (bytesRead === 0) fail('io', `${path} was cut short while it was read. Train with \`featureCache: false\`, or choose another folder.`);
    done += bytesRead;
  }
}
