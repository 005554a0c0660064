// Entry of a thread that reads photos. Started by photo-pool.ts.
import { workerData } from 'node:worker_threads';
import { transferred } from '../../runtime/rpc.ts';
import { serve } from '../../runtime/worker-host.ts';
import type { Pixels } from '../images/decode.ts';
import { type PhotoRequest, type PhotoSetup, photoReading } from './read-photos.ts';

const reading = photoReading(workerData as PhotoSetup);

const handlers = {
  read: async ({ keeps, ...request }: PhotoRequest & { readonly keeps: boolean }) => {
    const kept: (readonly [at: number, pixels: Pixels])[] = [];
    const values = await reading(request, keeps ? (at, pixels) => kept.push([at, shared(pixels)]) : undefined);
    return transferred({ values, kept }, [values.buffer]);
  },
};

/** In memory that goes from thread to thread without being copied. */
function shared({ height, width, data }: Pixels): Pixels {
  const copy = new Uint8Array(new SharedArrayBuffer(data.length));
  copy.set(data);
  return { height, width, data: copy };
}

export type PhotoHandlers = typeof handlers;

serve(handlers);
