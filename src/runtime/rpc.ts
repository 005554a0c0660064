// The messages between worker-client.ts and worker-host.ts, and how errors and transferred buffers cross from thread to thread.
import { type ErrorCode, fail, GraftError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';

/** Requests that a worker answers, by name: each takes at most one argument and returns a value or a promise of it. */
export type Handlers<H> = { readonly [K in keyof H]: (argument: never) => unknown };

/** A result some of whose buffers change owner instead of being copied; made by {@link transferred}. */
export class Transferred<T> {
  readonly value: T;
  readonly buffers: readonly ArrayBuffer[];

  constructor(value: T, buffers: readonly ArrayBuffer[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

/** Returned by a handler to move `buffers`, which `value` refers to, to the main thread without a copy. */
export function transferred<T>(value: T, buffers: readonly ArrayBuffer[]): Transferred<T> {
  return new Transferred(value, buffers);
}

/** The buffers of tensors that change owner with a message. */
export function buffersOf(tensors: Readonly<Record<string, Tensor>>): ArrayBuffer[] {
  return Object.entries(tensors).map(([name, { data }]) => {
    const { buffer } = data;
    return buffer instanceof ArrayBuffer ? buffer : fail('internal', `\`${name}\` lies in shared memory.`);
  });
}

/** What a caller receives for a handler's result. */
export type Reply<R> = Awaited<R> extends Transferred<infer T> ? T : Awaited<R>;

export interface Call {
  readonly kind: 'call';
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

/** Main thread to worker. `open` comes first, `stop` last. */
export type Request = Call | { readonly kind: 'open'; readonly control: Int32Array } | { readonly kind: 'stop' };

/** Worker to main thread: one for each call. */
export type Response =
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorRecord };

/** Slots of the memory both threads see: whether the worker is inside a request, and whether it may begin another. */
export const control = { busy: 0, stop: 1, slots: 2 } as const;

/** An error as data, since cloning one between threads loses its code. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly stack: string | undefined;
}

export function packError(error: unknown): ErrorRecord {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: error instanceof GraftError ? error.code : 'internal', message, stack };
}

export function unpackError({ code, message, stack }: ErrorRecord): GraftError {
  const error = new GraftError(code, message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
