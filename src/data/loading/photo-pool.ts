// Worker threads that share the reading of each batch of photos. In: requests. Out: values, in order. Made by `photoLoader`.
import { discard } from '../../runtime/discard.ts';
import { connect, workerUrl } from '../../runtime/worker-client.ts';
import type { PhotoHandlers } from './photos.worker.ts';
import type { PhotoReading, PhotoSetup } from './read-photos.ts';

/** Threads that read photos. Idle, they do not keep the process alive. */
export interface PhotoPool {
  readonly read: PhotoReading;
  /** Refuses what was not begun with `aborted`; resolves when all threads have ended. */
  close(): Promise<void>;
}

/** Starts `workers` threads. */
export function photoPool(setup: PhotoSetup, workers: number): PhotoPool {
  const clients = Array.from({ length: workers }, () => connect<PhotoHandlers>(workerUrl('photos', import.meta.url), setup));
  let turn = 0;
  const read: PhotoReading = async ({ photos, indices, epoch }, keep) => {
    const each = Math.ceil(photos.length / workers);
    const parts: Promise<Float32Array<ArrayBuffer>>[] = [];
    for (let from = 0; from < photos.length; from += each) {
      const client = clients[turn++ % workers] as (typeof clients)[number];
      const part = { photos: photos.slice(from, from + each), indices: indices.slice(from, from + each), epoch };
      const answer = client.call('read', { ...part, keeps: keep !== undefined });
      parts.push(
        answer.then(({ values, kept }) => {
          for (const [at, pixels] of kept) keep?.(from + at, pixels);
          return values;
        }),
      );
    }
    return joined(await Promise.all(parts));
  };
  return {
    read,
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

function joined(parts: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const out = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  discard(parts.map(({ buffer }) => buffer));
  return out;
}
