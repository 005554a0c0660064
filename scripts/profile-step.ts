// Where the time of a step goes, by ONNX Runtime's own profile: builds the program of an ONNX file as `fit` does, runs it, prints a table of op types.
//   node --import ./scripts/typescript.mjs scripts/profile-step.ts model.onnx [--mode full|head|inference|evaluate] [--batch 16] [--nodes 20] ...
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomExamples } from '../bench/random-data.ts';
import { dropoutMask, stream } from '../src/core/rng.ts';
import { sizeOf, tensor, zeros } from '../src/core/tensor.ts';
import {
  createSession,
  loadOnnx,
  losses,
  type Model,
  openDevice,
  prune,
  replaceHead,
  stateOf,
  type Tensor,
  textTable,
  writeOnnx,
} from '../src/index.ts';
import { lower } from '../src/lower/lower.ts';
import { groupNames } from '../src/methods/strategy/strategy.ts';
import { inputsOf, sizesOf } from '../src/nn/sizes.ts';
import type { ProgramSetup } from '../src/train/engine.ts';
import { trainableSlots } from '../src/train/fit-options.ts';
import { evaluationProgram, type RandomFeed, TARGET, trainProgram } from '../src/train/program.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** What learns: all, with batch norm in training mode; the head alone; nothing, as `predictor` computes, or as `evaluate` and `fit` do. */
    mode: { type: 'string', default: 'full' },
    batch: { type: 'string', default: '16' },
    /** Sizes besides the batch that the model leaves open; default `L=128,height=224,width=224`. */
    sizes: { type: 'string', default: '' },
    /** Replaces the head by a linear one of so many classes. */
    classes: { type: 'string' },
    /** Steps that are counted, after two that are not. */
    steps: { type: 'string', default: '5' },
    threads: { type: 'string' },
    /** Prints so many single nodes too, the slowest first. */
    nodes: { type: 'string', default: '0' },
    /** Only nodes of this op type among them. */
    op: { type: 'string' },
    /** Also writes the program as an ONNX file. */
    save: { type: 'string' },
  },
});

/** Uncounted steps at the start. */
const WARM = 2;
const steps = Number(values.steps);

/** One event of the trace; durations in microseconds. */
interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    readonly input_type_shape?: readonly Readonly<Record<string, readonly number[]>>[];
    readonly output_type_shape?: readonly Readonly<Record<string, readonly number[]>>[];
  };
}

interface Prepared {
  readonly setup: ProgramSetup;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly into: Readonly<Record<string, Tensor>>;
  readonly fetch: readonly string[];
}

function prepare(model: Model): Prepared {
  const open = Object.fromEntries(values.sizes.split(',').map((pair) => [pair.split('=')[0], Number(pair.split('=')[1])]));
  const examples = randomExamples(model, Number(values.batch), open);
  const sizes = sizesOf(model, examples);
  const head = values.mode === 'head';
  const freeze = head ? groupNames(model, 'shared') : [];
  const batchNorm = head ? 'frozen' : 'train';
  const forward = values.mode === 'inference' || values.mode === 'evaluate';
  const program = forward
    ? {
        setup: values.mode === 'evaluate' ? evaluationProgram(model, sizes, new Set()) : inferenceProgram(model),
        random: [] as readonly RandomFeed[],
      }
    : trainProgram(model, {
        sizes,
        loss: losses.crossEntropy(),
        trainable: new Set(trainableSlots(model, { freeze, batchNorm }).map(({ id }) => id)),
        batchNorm,
        penalties: [],
      });
  const { setup, random } = program;
  const state = stateOf(model);
  const of = (id: string) => state.get(id) as Tensor;
  const masks = random.map(({ name, dims, spec }) => {
    const mask = new Float32Array(sizeOf(dims));
    dropoutMask(stream(0, name), mask, spec.rate);
    return [name, tensor('float32', dims, mask)] as const;
  });
  return {
    setup,
    feeds: {
      ...Object.fromEntries(inputsOf(model, examples).map(([{ name }, given]) => [name, given])),
      ...Object.fromEntries(masks),
      ...Object.fromEntries([...setup.parameters, ...setup.buffers].map((id) => [id, of(id)])),
      [TARGET]: tensor('int64', [examples.labels.length], BigInt64Array.from(examples.labels, BigInt)),
    },
    into: Object.fromEntries([
      ...setup.gradients.map((id) => [`d:${id}`, zeros('float32', of(id).dims)] as const),
      ...setup.updates.map((id) => [`next:${id}`, zeros('float32', of(id).dims)] as const),
    ]),
    fetch: forward ? ['logits'] : ['loss', 'weight', 'penalty'],
  };
}

/** As `compileGraph` writes it. */
function inferenceProgram({ graph }: Model): ProgramSetup {
  const model = writeOnnx(lower(prune(graph).graph).graph, { stored: ({ data }) => data }) as Uint8Array<ArrayBuffer>;
  return { key: 'inference', model, parameters: [], buffers: [], gradients: [], updates: [] };
}

/** Median milliseconds of a step, and the trace where there is one. */
async function run({ setup, feeds, into, fetch }: Prepared, folder?: string): Promise<{ ms: number; events: readonly TraceEvent[] }> {
  const { device } = await openDevice('cpu');
  const session = await createSession(setup.model, {
    device,
    ...(values.threads !== undefined && { threads: Number(values.threads) }),
    ...(folder !== undefined && { profile: join(folder, 'step') }),
  });
  const times: number[] = [];
  for (let step = 0; step < WARM + steps; step++) {
    const start = performance.now();
    await session.run(feeds, into, fetch);
    if (step >= WARM) times.push(performance.now() - start);
  }
  await session.release();
  const ms = times.toSorted((a, b) => a - b)[times.length >> 1] as number;
  if (folder === undefined) return { ms, events: [] };
  const events = readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as TraceEvent[]);
  const runs = events.filter(({ name }) => name === 'model_run').map(({ ts }) => ts);
  const from = runs[WARM] ?? 0;
  return { ms, events: events.filter(({ cat, name, ts }) => cat === 'Node' && name.endsWith('_kernel_time') && ts >= from) };
}

interface Total {
  count: number;
  ms: number;
}

function totals(events: readonly TraceEvent[], keyOf: (event: TraceEvent) => string): [string, Total][] {
  const all = new Map<string, Total>();
  for (const event of events) {
    const total = all.get(keyOf(event)) ?? { count: 0, ms: 0 };
    all.set(keyOf(event), total);
    total.count += 1 / steps;
    total.ms += event.dur / 1000 / steps;
  }
  return [...all].sort(([, a], [, b]) => b.ms - a.ms);
}

const shapes = (list: readonly Readonly<Record<string, readonly number[]>>[] = []): string =>
  list.flatMap((value) => Object.values(value).map((dims) => `[${dims.join(',')}]`)).join(' ');

async function main(): Promise<void> {
  const [path] = positionals;
  if (path === undefined || positionals.length > 1 || !['full', 'head', 'inference', 'evaluate'].includes(values.mode))
    throw new Error(
      'Usage: profile-step.ts model.onnx [--mode full|head|inference|evaluate] [--batch 16] [--nodes 20]; see the options in the file.',
    );
  const loaded = await loadOnnx(path, { dequantise: true });
  const model = values.classes === undefined ? loaded : replaceHead(loaded, { classes: Number(values.classes) });
  const began = performance.now();
  const prepared = prepare(model);
  const built = performance.now() - began;
  if (values.save !== undefined) writeFileSync(values.save, prepared.setup.model);
  const plain = await run(prepared);
  const folder = mkdtempSync(join(tmpdir(), 'graft-profile-'));
  const { ms, events } = await run(prepared, folder).finally(() => rmSync(folder, { recursive: true }));
  const sum = events.reduce((total, { dur }) => total + dur / 1000 / steps, 0);
  const op = ({ args }: TraceEvent) => args?.op_name ?? 'unknown';
  console.log(
    textTable(
      [
        { label: 'op' },
        { label: 'nodes', format: 'count' },
        { label: 'ms a step', format: 'number', digits: 2 },
        { label: 'share', format: 'percent', digits: 1 },
      ],
      totals(events, op).map(([name, total]) => [name, total.count, total.ms, total.ms / sum]),
    ),
  );
  const slowest = totals(
    events.filter((event) => values.op === undefined || op(event) === values.op),
    (event) =>
      [op(event), event.name.replace(/_kernel_time$/, ''), shapes(event.args?.input_type_shape), shapes(event.args?.output_type_shape)].join('\t'),
  ).slice(0, Number(values.nodes));
  if (slowest.length > 0) {
    console.log(
      `\n${textTable(
        [{ label: 'ms', format: 'number', digits: 2 }, { label: 'op' }, { label: 'node' }, { label: 'inputs' }, { label: 'outputs' }],
        slowest.map(([key, total]) => [total.ms, ...key.split('\t')]),
      )}`,
    );
  }
  console.log(
    `\nA step takes ${plain.ms.toFixed(1)} ms (${ms.toFixed(1)} ms while profiled), its nodes ${sum.toFixed(1)} ms; the program was built in ${built.toFixed(0)} ms.`,
  );
}

await main();
