// One exported model against PyTorch, by the path that training takes: loaded, made a step program, run. Called by the worker.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSession, type Device, loadOnnx, losses, type Model, runGraph, specialise, stateOf, type Tensor, toNumbers } from '../../src/index.ts';
import { blockSizeOf } from '../../src/lower/blocked/block-size.ts';
import type { BlockLayout } from '../../src/lower/blocked/layout.ts';
import { sizesOf } from '../../src/nn/sizes.ts';
import { trainProgram } from '../../src/train/program.ts';
import { compareGradients } from './compare-gradients.ts';
import { distance, norm } from './distance.ts';
import { type Exporter, type Mode, readCase, readGolden, type ZooCase, zooFolder } from './zoo-case.ts';

/** Of the loss, relative. */
const LOSS_TOLERANCE = 1e-4;
/** Of running statistics after a step, relative L2. */
const STATISTICS_TOLERANCE = 1e-4;
/** Of what a step of SGD changes in the outputs, relative L2. */
const STEP_TOLERANCE = 1e-3;

type Golden = ReadonlyMap<string, Tensor>;
type Outputs = Readonly<Record<string, Tensor>>;

/** What came out for one model. */
export interface Comparison {
  readonly ok: boolean;
  readonly nodes: number;
  /** Parameters that Graft found. */
  readonly parameters: number;
  readonly lossError: number;
  /** Of a default export: of the change of its outputs by a step. */
  readonly gradientError: number;
  readonly readMs: number;
  readonly buildMs: number;
  readonly sessionMs: number;
  readonly note?: string;
}

/**
 * In the plain lowering and, where this machine has one, in the blocked layout; the worse of the two counts.
 * @throws what Graft throws on the way, so that the cause is told.
 */
export async function compare(name: string, exporter: Exporter, mode: Mode, device: Device): Promise<Comparison> {
  const plain = await compareIn(undefined, name, exporter, mode, device);
  const block = await blockSizeOf(device);
  if (block === undefined) return plain;
  const blocked = await compareIn({ block, threads: 1 }, name, exporter, mode, device);
  const note = plain.ok && !blocked.ok ? `blocked: ${blocked.note}` : plain.note;
  return {
    ...blocked,
    ok: plain.ok && blocked.ok,
    lossError: Math.max(plain.lossError, blocked.lossError),
    gradientError: Math.max(plain.gradientError, blocked.gradientError),
    ...(note !== undefined && { note }),
  };
}

async function compareIn(layout: BlockLayout | undefined, name: string, exporter: Exporter, mode: Mode, device: Device): Promise<Comparison> {
  const zoo = readCase(name);
  const golden = readGolden(name, mode === 'default' ? 'default' : 'golden');
  const step = await firstStep(zoo, golden, `${name}/${exporter}${mode === 'default' ? '_default' : ''}.onnx`, mode, { device, layout });
  const { model, loss, times } = step;
  const expected = (mode === 'frozen' ? zoo : zoo[mode])?.loss ?? Number.NaN;
  const lossError = Math.abs(loss / expected - 1);
  const judged = mode === 'default' ? await afterStep(zoo, golden, step, device) : againstPyTorch(zoo, golden, step, mode);
  const notes = [...judged.notes, ...(model.imported?.notes ?? [])];
  return {
    ...times,
    ok: judged.ok && lossError < LOSS_TOLERANCE,
    nodes: model.graph.nodes.length,
    parameters: model.parameters.size,
    lossError,
    gradientError: judged.error,
    ...(notes.length > 0 && { note: notes.join('; ') }),
  };
}

interface Place {
  readonly device: Device;
  readonly layout: BlockLayout | undefined;
}

interface Step {
  readonly model: Model;
  readonly outputs: Outputs;
  /** Mean over the examples. */
  readonly loss: number;
  readonly times: { readonly readMs: number; readonly buildMs: number; readonly sessionMs: number };
  /** Mean gradient of a parameter by Graft's id. */
  gradient(id: string): readonly number[] | undefined;
}

/** Loss, gradients and running statistics as the first step of `fit` computes them. */
async function firstStep(zoo: ZooCase, golden: Golden, file: string, mode: Mode, { device, layout }: Place): Promise<Step> {
  const start = performance.now();
  const model = await loadOnnx(readFileSync(join(zooFolder, file)), { name: zoo.name });
  const read = performance.now();
  const loss = losses.crossEntropy();
  const { setup } = trainProgram(model, {
    sizes: sizes(model, golden),
    loss,
    trainable: new Set(model.parameters.keys()),
    batchNorm: mode === 'train' ? 'train' : 'frozen',
    penalties: [],
    layout,
  });
  const built = performance.now();
  const session = await createSession(setup.model, { device, threads: 1 });
  const compiled = performance.now();
  const state = stateOf(model);
  const fed = Object.fromEntries([...setup.parameters, ...setup.buffers].map((id) => [id, state.get(id) as Tensor]));
  const outputs = await session.run({ ...fed, ...inputsOf(golden), target: golden.get('label') as Tensor });
  await session.release();
  const weight = Number(outputs.weight?.data[0]);
  return {
    model,
    outputs,
    loss: Number(outputs.loss?.data[0]) / weight,
    times: { readMs: read - start, buildMs: built - read, sessionMs: compiled - built },
    gradient: (id) => {
      const sum = outputs[`d:${id}`];
      return sum && toNumbers(sum).map((x) => x / weight);
    },
  };
}

/** What PyTorch was given, by name; exporters leave out inputs that nothing uses. */
function inputsOf(golden: Golden): Record<string, Tensor> {
  return Object.fromEntries([...golden].flatMap(([key, tensor]) => (key.startsWith('input/') ? [[key.slice('input/'.length), tensor]] : [])));
}

function sizes(model: Model, golden: Golden): Readonly<Record<string, number>> {
  const inputs = inputsOf(golden);
  const { [model.input.name]: first, ...extras } = inputs;
  return sizesOf(model, { inputs: first as Tensor, extras });
}

interface Judgement {
  readonly ok: boolean;
  readonly error: number;
  readonly notes: readonly string[];
}

/** Every gradient, which parameters were found, and in training mode the running statistics. */
function againstPyTorch(zoo: ZooCase, golden: Golden, { model, outputs, gradient }: Step, mode: Mode): Judgement {
  const gradients = compareGradients(zoo, golden, mode === 'train' ? 'train/' : '', gradient);
  const names = new Set([...zoo.parameters, ...Object.keys(zoo.ties)]);
  const further = [...model.parameters.keys()].filter((id) => !names.has(id));
  const statistics = mode === 'train' ? worstStatistic(zoo, golden, outputs) : 0;
  const folded = zoo.folded ?? [];
  return {
    ok: gradients.ok && statistics < STATISTICS_TOLERANCE,
    error: gradients.error,
    notes: [
      ...gradients.notes,
      ...(folded.length > 0 ? [`${folded.length} variables are folded into others: ${folded.slice(0, 3).join(', ')}`] : []),
      ...(further.length > 0 ? [`${further.length} further tensors are taken for parameters: ${further.slice(0, 3).join(', ')}`] : []),
      ...(mode === 'train' ? [`running statistics within ${statistics.toExponential(1)}`] : []),
    ],
  };
}

function worstStatistic(zoo: ZooCase, golden: Golden, outputs: Outputs): number {
  const errors = zoo.buffers.flatMap((name) => {
    const expected = golden.get(`train/after/${name}`);
    if (!expected) return [];
    const next = outputs[`next:${name}`];
    return [next ? distance(toNumbers(next), toNumbers(expected)) / norm(toNumbers(expected)) : Number.POSITIVE_INFINITY];
  });
  return Math.max(...errors);
}

/** A step of plain SGD on all that Graft found, and the outputs afterwards against those of PyTorch's folded twin. */
async function afterStep(zoo: ZooCase, golden: Golden, { model, gradient }: Step, device: Device): Promise<Judgement> {
  const lr = zoo.default?.lr ?? Number.NaN;
  const state = stateOf(model);
  for (const id of model.parameters.keys()) {
    const [value, slope] = [state.get(id)?.data as Float32Array, gradient(id)];
    slope?.forEach((x, i) => {
      value[i] = (value[i] as number) - lr * x;
    });
  }
  const outputs = await runGraph(specialise(model.graph, sizes(model, golden)).graph, inputsOf(golden), { device, threads: 1 });
  const [before = [], after = []] = ['before', 'after'].map((key) => toNumbers(golden.get(key) as Tensor));
  const actual = toNumbers(outputs.logits as Tensor);
  const error = distance(actual, after) / distance(before, after);
  const merges = model.imported?.merges ?? [];
  return {
    ok: error < STEP_TOLERANCE,
    error,
    notes: merges.length > 0 ? [`${merges.length} merged tensors given back to ${merges.flatMap(({ names }) => names).length} places`] : [],
  };
}
