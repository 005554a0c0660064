// Makes a graph runnable: pruned, lowered, written and compiled. Called by tests and one-off computations; training keeps sessions of its own.
import type { Tensor } from '../core/tensor.ts';
import type { Graph } from '../graph/graph.ts';
import { writeOnnx } from '../graph/onnx/write.ts';
import { prune } from '../graph/rewrite.ts';
import { type Device, openDevice } from '../runtime/device.ts';
import { createSession, type Session } from '../runtime/session.ts';
import type { BlockLayout } from './blocked/layout.ts';
import { lower } from './lower.ts';

/** How a graph is compiled and run. */
export interface RunOptions {
  /** Default: what `openDevice` opens. */
  readonly device?: Device;
  /** Threads within an operator; default the device's. */
  readonly threads?: number;
  /** Names of parameters and buffers that each run feeds; all others keep their initial value. */
  readonly fed?: readonly string[];
  /** Compiles for the blocked layout. */
  readonly layout?: BlockLayout;
}

/**
 * Compiles `graph` into a session that computes its outputs. Release it.
 * @throws GraftError `device` when ONNX Runtime refuses the graph.
 */
export async function compileGraph(graph: Graph, options: RunOptions = {}): Promise<Session> {
  const { device = (await openDevice()).device, threads, fed = [], layout } = options;
  const model = writeOnnx(lower(prune(graph).graph, layout).graph, { stored: ({ name, data }) => (fed.includes(name) ? undefined : data) });
  return createSession(model, { device, ...(threads !== undefined && { threads }) });
}

/**
 * Computes the outputs of `graph` once, by name. Parameters and buffers keep their own values unless fed.
 * @throws GraftError `invalid-argument` when an input is missing; `device` when ONNX Runtime refuses the graph.
 */
export async function runGraph(
  graph: Graph,
  feeds: Readonly<Record<string, Tensor>> = {},
  options: Omit<RunOptions, 'fed'> = {},
): Promise<Record<string, Tensor>> {
  const session = await compileGraph(graph, { ...options, fed: Object.keys(feeds) });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}
