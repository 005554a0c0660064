// One exported model against PyTorch: read, differentiated, run; the loss and every parameter's gradient compared. Called by the worker.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../src/core/errors.ts';
import { foldConstants } from '../../src/graph/fold.ts';
import {
  type BatchNormMode,
  backward,
  type Device,
  type Graph,
  losses,
  prune,
  readOnnx,
  specialise,
  type Tensor,
  toNumbers,
  trainingForm,
  type Value,
} from '../../src/index.ts';
import { expanded } from '../../src/lower/expanded.ts';
import { poolFirst } from '../../src/lower/pool-first.ts';
import { pooledConv } from '../../src/lower/pooled-conv.ts';
import { compileGraph } from '../../src/lower/run.ts';
import { type Exporter, readCase, readGolden, type ZooCase, zooFolder } from './zoo-case.ts';

/** Of the loss, relative. */
const LOSS_TOLERANCE = 1e-4;
/** Of each gradient, relative L2. */
const TOLERANCE = 1e-3;
/** A gradient shorter than this share of all gradients together is measured against that share: it may be 0 but for rounding. */
const FLOOR = 1e-4;
/** Of running statistics after a step, relative L2. */
const STATISTICS_TOLERANCE = 1e-4;

/** What came out for one model. */
export interface Comparison {
  readonly ok: boolean;
  readonly nodes: number;
  readonly parameters: number;
  readonly lossError: number;
  readonly gradientError: number;
  readonly worst: string;
  readonly readMs: number;
  readonly buildMs: number;
  readonly sessionMs: number;
  readonly note?: string;
}

/** @throws what Graft throws on the way, so that the cause is told. */
export async function compare(name: string, exporter: Exporter, batchNorm: BatchNormMode, device: Device): Promise<Comparison> {
  const zoo = readCase(name);
  const golden = readGolden(name);
  const start = performance.now();
  const found = new Set<string>();
  const graph = readOnnx(readFileSync(join(zooFolder, name, `${exporter}.onnx`)), { kindOf: kinds(zoo, found) });
  const read = performance.now();
  const { g, updates } = gradientGraph(graph, zoo, golden, batchNorm);
  const built = performance.now();
  const session = await compileGraph(g, { device, threads: 1 });
  const compiled = performance.now();
  const feeds = Object.fromEntries(zoo.inputs.map((input) => [input, golden.get(`input/${input}`) as Tensor]));
  const outputs = await session.run({ ...feeds, label: golden.get('label') as Tensor });
  await session.release();
  const prefix = batchNorm === 'train' ? 'train/' : '';
  const expectedLoss = batchNorm === 'train' ? (zoo.train?.loss ?? Number.NaN) : zoo.loss;
  const lossError = Math.abs(Number(outputs.loss?.data[0]) / expectedLoss - 1);
  const gradients = compareGradients(zoo, golden, prefix, (parameter) => gradientOf(zoo, outputs, parameter));
  const missing = zoo.parameters.filter(
    (parameter) => !found.has(parameter) && !Object.entries(zoo.ties).some(([n, p]) => p === parameter && found.has(n)),
  );
  const statistics = batchNorm === 'train' ? worstStatistic(zoo, golden, outputs, updates) : undefined;
  const notes = [
    ...gradients.notes,
    ...(missing.length > 0 ? [`${missing.length} of ${zoo.parameters.length} parameters are not in the file by name: ${missing[0]}`] : []),
    ...(statistics ? [`running statistics within ${statistics.error.toExponential(1)}`] : []),
  ];
  return {
    ok: lossError < LOSS_TOLERANCE && gradients.ok && (!statistics || statistics.error < STATISTICS_TOLERANCE),
    nodes: graph.nodes.length,
    parameters: found.size,
    lossError,
    gradientError: gradients.error,
    worst: gradients.worst,
    readMs: read - start,
    buildMs: built - read,
    sessionMs: compiled - built,
    ...(notes.length > 0 && { note: notes.join('; ') }),
  };
}

/** Parameters and buffers by PyTorch's names; `found` takes the names that there are. */
function kinds(zoo: ZooCase, found: Set<string>): (name: string) => 'parameter' | 'buffer' | 'constant' {
  const parameters = new Set([...zoo.parameters, ...Object.keys(zoo.ties)]);
  const buffers = new Set(zoo.buffers);
  return (name) => {
    if (buffers.has(name)) return 'buffer';
    if (!parameters.has(name)) return 'constant';
    found.add(name);
    return 'parameter';
  };
}

/** The passes of a training step, the loss, and gradients as outputs `d:<name>`. */
function gradientGraph(graph: Graph, zoo: ZooCase, golden: ReadonlyMap<string, Tensor>, batchNorm: BatchNormMode) {
  const folded = foldConstants(specialise(graph, sizes(graph, zoo, golden)).graph).graph;
  const { graph: g, updates } = trainingForm(pooledConv(poolFirst(expanded(prune(folded).graph).graph).graph).graph, batchNorm);
  const scores = [...g.outputs.values()][0] ?? fail('invalid-model', 'The model has no output.');
  g.outputs.clear();
  const loss = losses.crossEntropy();
  const { dtype, shape } = loss.target(scores);
  const { sum, weight } = loss.build(g, scores, g.input('label', dtype, shape));
  const mean = g.div(sum, weight);
  g.output('loss', mean);
  for (const [parameter, gradient] of backward(g, mean, g.ofKind('parameter'))) g.output(`d:${parameter.id}`, gradient);
  for (const [id, update] of updates) g.output(`next:${id}`, update);
  return { g, updates };
}

/** The sizes that the inputs leave open, as the batch has them. */
function sizes(graph: Graph, zoo: ZooCase, golden: ReadonlyMap<string, Tensor>): Record<string, number> {
  const bound: Record<string, number> = {};
  for (const { name, shape } of graph.ofKind('input')) {
    const dims = golden.get(`input/${name}`)?.dims ?? fail('invalid-model', `Input \`${name}\` is none of PyTorch's (${zoo.inputs.join(', ')}).`);
    shape.forEach((dim, i) => {
      if (typeof dim === 'string') bound[dim] = dims[i] as number;
    });
  }
  return bound;
}

/** Sum over all names that the file has for a shared parameter; zeros where it does not reach the loss. */
function gradientOf({ ties }: ZooCase, outputs: Readonly<Record<string, Tensor>>, parameter: string): readonly number[] | undefined {
  const names = [parameter, ...Object.keys(ties).filter((name) => ties[name] === parameter)];
  const parts = names.flatMap((name) => {
    const part = outputs[`d:${name}`];
    return part ? [toNumbers(part)] : [];
  });
  return parts.length === 0 ? undefined : parts.reduce((a, b) => a.map((x, i) => x + (b[i] as number)));
}

const norm = (x: readonly number[]): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
const distance = (x: readonly number[], y: readonly number[]): number => norm(y.map((value, i) => (x[i] ?? 0) - value));

function compareGradients(
  zoo: ZooCase,
  golden: ReadonlyMap<string, Tensor>,
  prefix: string,
  actual: (parameter: string) => readonly number[] | undefined,
): { ok: boolean; error: number; worst: string; notes: string[] } {
  const of = (kind: string, parameter: string): number[] | undefined => {
    const tensor = golden.get(`${prefix}${kind}/${parameter}`);
    return tensor && toNumbers(tensor);
  };
  const rows = zoo.parameters.map((parameter) => {
    const single = of('grad', parameter) ?? fail('invalid-data', `There is no golden gradient of \`${parameter}\`.`);
    return { parameter, single, double: of('grad64', parameter), graft: actual(parameter) ?? single.map(() => 0) };
  });
  const floor = FLOOR * norm(rows.map(({ single }) => norm(single)));
  const relative = (x: readonly number[], y: readonly number[]) => distance(x, y) / Math.max(norm(y), floor);
  const errors = rows.map(({ parameter, single, double, graft }) => {
    const error = relative(graft, single);
    if (error < TOLERANCE || !double) return { parameter, error, ok: error < TOLERANCE };
    // Float32 may not be able to tell better: then float64 says whether Graft is as near as PyTorch's own float32.
    const [own, torch] = [relative(graft, double), relative(single, double)];
    const ok = own < TOLERANCE || own < 3 * torch;
    return { parameter, error, ok, own, torch };
  });
  const worst = errors.reduce((a, b) => (b.error > a.error || Number.isNaN(b.error) ? b : a));
  const wide = errors.filter(({ ok, own }) => ok && own !== undefined);
  const notes = wide.length
    ? [
        `${wide.length} judged in float64: \`${wide[0]?.parameter}\` is off by ${wide[0]?.own?.toExponential(1)}, PyTorch's float32 by ${wide[0]?.torch?.toExponential(1)}`,
      ]
    : [];
  const wrong = errors.filter(({ ok }) => !ok).length;
  return {
    ok: wrong === 0,
    error: worst.error,
    worst: worst.parameter,
    notes: [...(wrong > 0 ? [`${wrong} of ${errors.length} gradients differ`] : []), ...notes],
  };
}

function worstStatistic(
  zoo: ZooCase,
  golden: ReadonlyMap<string, Tensor>,
  outputs: Readonly<Record<string, Tensor>>,
  updates: ReadonlyMap<string, Value>,
): { error: number } {
  const names = zoo.buffers.filter((name) => golden.has(`train/after/${name}`));
  if (names.length === 0) fail('invalid-data', 'There are no golden running statistics.');
  return {
    error: Math.max(
      ...names.map((name) => {
        const expected = toNumbers(golden.get(`train/after/${name}`) as Tensor);
        const next = updates.has(name) ? outputs[`next:${name}`] : undefined;
        return next ? distance(toNumbers(next), expected) / norm(expected) : Number.POSITIVE_INFINITY;
      }),
    ),
  };
}
