// The worker's side of the RPC: answers requests one after another, in order, until told to stop. Called once by each worker entry.
import { parentPort } from 'node:worker_threads';
import { fail } from '../core/errors.ts';
import { type Call, control, type Handlers, packError, type Request, type Response, Transferred } from './rpc.ts';

/**
 * Answers the requests of the client that started this worker with `handlers`. A request begins when the one before it has settled.
 * After a stop, the request under way completes, those behind it are refused with `aborted`, and the worker ends by itself.
 * @throws GraftError `invalid-argument` outside a worker thread.
 */
export function serve<H extends Handlers<H>>(handlers: H): void {
  const port = parentPort ?? fail('invalid-argument', '`serve` answers the thread that started a worker; call it in a worker entry.');
  const queue: Call[] = [];
  let shared = new Int32Array(control.slots);
  let draining = false;
  let stopping = false;

  const answer = async ({ id, name, argument }: Call): Promise<void> => {
    // Busy is set before stop is read, and the client sets stop before it reads busy: one of the two always sees the other.
    Atomics.store(shared, control.busy, 1);
    try {
      if (Atomics.load(shared, control.stop) === 1) fail('aborted', `\`${name}\` was not started: the worker was told to stop.`);
      if (!Object.hasOwn(handlers, name))
        fail('invalid-argument', `The worker has no handler \`${name}\`; it has ${Object.keys(handlers).join(', ')}.`);
      const result = await handlers[name as keyof H](argument as never);
      const { value, buffers } = result instanceof Transferred ? result : new Transferred(result, []);
      port.postMessage({ kind: 'result', id, value } satisfies Response, [...buffers]);
    } catch (error) {
      port.postMessage({ kind: 'error', id, error: packError(error) } satisfies Response);
    } finally {
      Atomics.store(shared, control.busy, 0);
      Atomics.notify(shared, control.busy);
    }
  };

  const drain = async (): Promise<void> => {
    if (draining) return;
    draining = true;
    for (let call = queue.shift(); call; call = queue.shift()) await answer(call);
    draining = false;
    if (stopping) port.close();
  };

  port.on('message', (request: Request) => {
    if (request.kind === 'open') shared = request.control as Int32Array<ArrayBuffer>;
    else if (request.kind === 'call') queue.push(request);
    else stopping = true;
    void drain();
  });
}
