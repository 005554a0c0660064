// Entry of a thread that reads photos. Started by photo-pool.ts.
import { workerData } from 'node:worker_threads';
import { transferred } from '../../runtime/rpc.ts';
import { serve } from '../../runtime/worker-host.ts';
import { type PhotoRequest, type PhotoSetup, photoReading } from './read-photos.ts';

const reading = photoReading(workerData as PhotoSetup);

const handlers = {
  read: async (request: PhotoRequest) => {
    const values = await reading(request);
    return transferred(values, [values.buffer]);
  },
};

export type PhotoHandlers = typeof handlers;

serve(handlers);
