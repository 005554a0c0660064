// The program that a step runs, as `fit` would build it, with something to feed it: to time it alone, and op by op. Called by the benchmark of the
// overhead and by scripts/profile-step.ts.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stream } from '../../src/core/rng.ts';
import { tensor, zeros } from '../../src/core/tensor.ts';
import { createSession, type Device, losses, type Model, openDevice, prune, stateOf, type Tensor, writeOnnx } from '../../src/index.ts';
import { blockSizeOf } from '../../src/lower/blocked/block-size.ts';
import { lower } from '../../src/lower/lower.ts';
import { groupNames } from '../../src/methods/strategy/strategy.ts';
import { inputsOf, sizesOf } from '../../src/nn/sizes.ts';
import type { ProgramSetup } from '../../src/train/engine.ts';
import { trainableSlots } from '../../src/train/fit-options.ts';
import { drawn, evaluationProgram, TARGET, type TrainProgram, trainProgram } from '../../src/train/program.ts';
import { randomExamples } from './random-data.ts';

/** Everything learns, with batch norm in training mode; the head alone does; nothing does, as `predictor` computes, or as `evaluate` and `fit` do. */
export const MODES = ['full', 'head', 'inference', 'evaluate'] as const;

export interface StepOptions {
  readonly mode: (typeof MODES)[number];
  readonly batch: number;
  /** Of what else the model leaves open. */
  readonly sizes?: Readonly<Record<string, number>>;
  readonly threads?: number | undefined;
  /** Without the blocked layout, where the machine has it. */
  readonly plain?: boolean;
}

export interface StepProgram {
  readonly setup: ProgramSetup;
  readonly device: Device;
  readonly threads: number;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly into: Readonly<Record<string, Tensor>>;
  readonly fetch: readonly string[];
}

export async function stepProgram(model: Model, { mode, batch, sizes: open, plain = false, ...rest }: StepOptions): Promise<StepProgram> {
  const { device } = await openDevice('cpu');
  const { threads = device.defaultThreads } = rest;
  const block = plain ? undefined : await blockSizeOf(device);
  const layout = block === undefined ? undefined : { block, threads };
  const examples = randomExamples(model, batch, open);
  const sizes = sizesOf(model, examples);
  const batchNorm = mode === 'head' ? 'frozen' : 'train';
  const slots = trainableSlots(model, { freeze: mode === 'head' ? groupNames(model, 'shared') : [], batchNorm });
  const build = (): TrainProgram => {
    if (mode === 'inference') return { setup: inferenceProgram(model), random: [] };
    if (mode === 'evaluate') return { setup: evaluationProgram(model, sizes, new Set(), undefined, layout), random: [] };
    const trainable = new Set(slots.map(({ id }) => id));
    return trainProgram(model, { sizes, loss: losses.crossEntropy(), trainable, batchNorm, penalties: [], layout });
  };
  const { setup, random } = build();
  const state = stateOf(model);
  const of = (id: string) => state.get(id) as Tensor;
  const masks = random.map((feed) => [feed.name, drawn(feed, stream(0, feed.name))] as const);
  return {
    setup,
    device,
    threads,
    feeds: {
      ...Object.fromEntries(inputsOf(model, examples).map(([{ name }, given]) => [name, given])),
      ...Object.fromEntries(masks),
      ...Object.fromEntries([...setup.parameters, ...setup.buffers].map((id) => [id, of(id)])),
      [TARGET]: tensor('int64', [batch], BigInt64Array.from(examples.labels, BigInt)),
    },
    into: Object.fromEntries([
      ...setup.gradients.map((id) => [`d:${id}`, zeros('float32', of(id).dims)] as const),
      ...setup.updates.map((id) => [`next:${id}`, zeros('float32', of(id).dims)] as const),
    ]),
    fetch: setup.gradients.length === 0 ? ['logits'] : ['loss', 'weight', 'penalty'],
  };
}

/** As `compileGraph` writes it. */
function inferenceProgram({ graph }: Model): ProgramSetup {
  const model = writeOnnx(lower(prune(graph).graph).graph, { stored: ({ data }) => data }) as Uint8Array<ArrayBuffer>;
  return { key: 'inference', model, parameters: [], buffers: [], averages: [], gradients: [], updates: [] };
}

/** One run of one node. */
export interface NodeTime {
  readonly op: string;
  readonly name: string;
  readonly ms: number;
  readonly inputs: string;
  readonly outputs: string;
}

/** Runs that are not counted. */
const WARM = 2;

/** Milliseconds of `steps` runs of a program, after some that warm up; and, profiled, those of every node in them. */
export async function runProgram(
  program: StepProgram,
  steps: number,
  profiled = false,
): Promise<{ readonly ms: readonly number[]; readonly nodes: readonly NodeTime[] }> {
  const folder = profiled ? mkdtempSync(join(tmpdir(), 'graft-profile-')) : undefined;
  const { setup, device, threads, feeds, into, fetch } = program;
  try {
    const session = await createSession(setup.model, { device, threads, ...(folder !== undefined && { profile: join(folder, 'step') }) });
    const ms: number[] = [];
    for (let step = 0; step < WARM + steps; step++) {
      const start = performance.now();
      await session.run(feeds, into, fetch);
      if (step >= WARM) ms.push(performance.now() - start);
    }
    await session.release();
    return { ms, nodes: folder === undefined ? [] : nodesIn(folder) };
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  }
}

/** One event of ONNX Runtime's trace; times in microseconds. */
interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly op_name?: string; readonly input_type_shape?: Shapes; readonly output_type_shape?: Shapes };
}

type Shapes = readonly Readonly<Record<string, readonly number[]>>[];

function nodesIn(folder: string): NodeTime[] {
  const events = readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as TraceEvent[]);
  const from = events.filter(({ name }) => name === 'model_run').map(({ ts }) => ts)[WARM] ?? 0;
  const shapes = (list: Shapes = []) => list.flatMap((value) => Object.values(value).map((dims) => `[${dims.join(',')}]`)).join(' ');
  return events
    .filter(({ cat, name, ts }) => cat === 'Node' && name.endsWith('_kernel_time') && ts >= from)
    .map(({ name, dur, args }) => ({
      op: args?.op_name ?? 'unknown',
      name: name.replace(/_kernel_time$/, ''),
      ms: dur / 1000,
      inputs: shapes(args?.input_type_shape),
      outputs: shapes(args?.output_type_shape),
    }));
}
