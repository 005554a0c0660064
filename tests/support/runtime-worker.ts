// A worker that tests start: runs ONNX models and misbehaves on request. Its handlers are typed for the tests by `RuntimeWorker`.
import { workerData } from 'node:worker_threads';
import { GraftError } from '../../src/core/errors.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { type DeviceName, openDevice } from '../../src/runtime/device.ts';
import { transferred } from '../../src/runtime/rpc.ts';
import { createSession, type Session } from '../../src/runtime/session.ts';
import { serve } from '../../src/runtime/worker-host.ts';

let session: Session | undefined;
const log: string[] = [];

const handlers = {
  load: async ({ model, device, threads }: { model: Uint8Array; device: DeviceName; threads: number }) => {
    session = await createSession(model, { device: (await openDevice(device)).device, threads });
    return session.outputNames;
  },
  /** Runs the model `times` times; `progress` becomes 1 when it begins and 2 when it is done. */
  run: async ({ feeds, times = 1, progress }: { feeds: Record<string, Tensor>; times?: number; progress?: Int32Array }) => {
    log.push('run');
    if (progress) {
      Atomics.store(progress, 0, 1);
      Atomics.notify(progress, 0);
    }
    let results: Record<string, Tensor> = {};
    for (let i = 0; i < times; i++) results = (await session?.run(feeds)) ?? {};
    if (progress) Atomics.store(progress, 0, 2);
    return results;
  },
  note: (text: string) => {
    log.push(text);
    return log;
  },
  /** Answers after `turns` turns of the event loop. */
  later: async ({ value, turns }: { value: number; turns: number }) => {
    for (let i = 0; i < turns; i++) await new Promise(setImmediate);
    return value;
  },
  double: (numbers: Float32Array<ArrayBuffer>) => {
    for (let i = 0; i < numbers.length; i++) numbers[i] = 2 * (numbers[i] as number);
    return transferred(numbers, [numbers.buffer]);
  },
  data: () => workerData as unknown,
  failCoded: () => {
    throw new GraftError('not-finite', '`loss` is NaN at step 3.');
  },
  failPlain: () => {
    throw new TypeError('not a function');
  },
  unsendable: () => () => 1,
  crash: () => {
    setImmediate(() => {
      throw new Error('outside a request');
    });
    return new Promise<never>(() => {});
  },
  exit: (code: number) => process.exit(code),
};

export type RuntimeWorker = typeof handlers;

serve(handlers);
