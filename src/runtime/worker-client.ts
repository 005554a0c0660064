// The main thread's side of the RPC: starts a worker, sends it requests, and ends it only by a message that is honoured between requests.
// Killing a worker inside an ONNX Runtime call aborts the whole process, so nothing here does. Called by the training engine's front.
import { Worker } from 'node:worker_threads';
import { fail, GraftError } from '../core/errors.ts';
import { withoutTelemetry } from './no-telemetry.ts';
import { control, type Handlers, packError, type Reply, type Request, type Response, unpackError } from './rpc.ts';

/** How long a process that ends, waits for the request under way. */
const exitWaitMs = 30_000;

/** What waits for the requests under way when the process ends: one listener for all workers, however many there are. */
const holding = new Set<() => void>();
process.on('exit', () => {
  for (const wait of holding) wait();
});

type Arguments<F> = F extends () => unknown
  ? []
  : F extends (argument: infer A) => unknown
    ? [argument: A, transfer?: readonly ArrayBuffer[]]
    : never;
type Result<F> = F extends (argument: never) => infer R ? Reply<R> : never;

/**
 * A running worker. It keeps the process alive while requests are pending, and no longer: an idle client that nobody closed does not hold it.
 * When the process ends by `process.exit()` or an uncaught error, it first waits (30 s at most) for the request under way.
 */
export interface WorkerClient<H> {
  /**
   * Asks for `name`; requests are answered strictly in order. `transfer` lists buffers within `argument` that move to the worker.
   * @throws GraftError (rejects) with the code of the handler's error; `aborted` after `close`; `internal` when the worker died.
   */
  call<K extends keyof H & string>(name: K, ...args: Arguments<H[K]>): Promise<Result<H[K]>>;
  /** Lets the request under way complete, refuses those behind it with `aborted`, and resolves when the worker has ended. */
  close(): Promise<void>;
}

interface Pending {
  readonly name: string;
  resolve(value: unknown): void;
  reject(error: GraftError): void;
}

/** URL of `<name>.worker` beside the module whose `import.meta.url` is `importer`, with that module's extension: `.ts` from source, `.js` when built. */
export function workerUrl(name: string, importer: string): URL {
  const extension = /\.\w+$/.exec(new URL(importer).pathname)?.[0] ?? '.js';
  return new URL(`./${name}.worker${extension}`, importer);
}

/** Starts the worker at `url`, whose entry calls `serve`, and hands it `workerData`. */
export function connect<H extends Handlers<H>>(url: URL, workerData?: unknown): WorkerClient<H> {
  // Node refuses this flag of `node --eval` for an entry that is a file. Otherwise flags are inherited: a list of one's own may hold none of V8's.
  const execArgv = process.execArgv.filter((flag) => !flag.startsWith('--input-type'));
  withoutTelemetry();
  const worker = new Worker(url, { workerData, ...(execArgv.length < process.execArgv.length && { execArgv }) });
  const shared = new Int32Array(new SharedArrayBuffer(control.slots * Int32Array.BYTES_PER_ELEMENT));
  const pending = new Map<number, Pending>();
  let nextId = 0;
  let ended: GraftError | undefined;
  let closed: Promise<void> | undefined;

  const post = (request: Request, transfer: readonly ArrayBuffer[] = []): void => worker.postMessage(request, [...transfer]);
  const settle = (id: number): Pending | undefined => {
    const request = pending.get(id);
    pending.delete(id);
    if (pending.size === 0 && !closed) worker.unref();
    return request;
  };
  const end = (error: GraftError): void => {
    ended ??= error;
    for (const id of [...pending.keys()]) settle(id)?.reject(ended);
  };
  const waitForRequest = (): void => {
    Atomics.store(shared, control.stop, 1);
    Atomics.wait(shared, control.busy, 1, exitWaitMs);
  };

  const exited = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      holding.delete(waitForRequest);
      const names = Array.from(pending.values(), ({ name }) => `\`${name}\``).join(', ');
      end(
        closed
          ? aborted()
          : new GraftError('internal', `The worker ended (exit code ${code}) before it answered${names && ` ${names}`}. Start a new one.`),
      );
      resolve();
    });
  });
  worker.on('error', (error) => end(crash(error)));
  worker.on('message', (response: Response) => {
    const request = settle(response.id);
    if (response.kind === 'result') request?.resolve(response.value);
    else request?.reject(unpackError(response.error));
  });
  holding.add(waitForRequest);
  post({ kind: 'open', control: shared });
  worker.unref();

  return {
    call: async (name, ...[argument, transfer]) => {
      if (closed) throw aborted();
      if (ended) throw ended;
      const id = nextId++;
      const answer = new Promise<unknown>((resolve, reject) => pending.set(id, { name, resolve, reject }));
      worker.ref();
      try {
        post({ kind: 'call', id, name, argument }, transfer);
      } catch (error) {
        settle(id);
        fail('invalid-argument', `The argument of \`${name}\` cannot be sent to the worker: ${packError(error).message}`, { cause: error });
      }
      return (await answer) as never;
    },
    close: () => {
      if (!closed) {
        closed = exited;
        worker.ref();
        Atomics.store(shared, control.stop, 1);
        post({ kind: 'stop' });
      }
      return closed;
    },
  };
}

function aborted(): GraftError {
  return new GraftError('aborted', 'The worker was closed. Start a new one.');
}

/** An error that no handler caught: the worker is gone with it. */
function crash(error: unknown): GraftError {
  const { message } = packError(error);
  return new GraftError('internal', `The worker failed outside its requests: ${message}`, { cause: error });
}
