// A model -> an ONNX file for inference anywhere, checked against the model's own scores before it is put in place. Called when training is done.
import { fail } from '../core/errors.ts';
import { halfBits } from '../core/half.ts';
import { knownOptions, type OptionKinds } from '../core/known-options.ts';
import { stream } from '../core/rng.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';
import { VERSION } from '../core/version.ts';
import type { Examples } from '../data/dataset.ts';
import { takeRows } from '../data/rows.ts';
import type { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { forgetStoredTypes, storedTypes } from '../graph/onnx/stored-types.ts';
import { writeOnnx } from '../graph/onnx/write.ts';
import { prune, rewrite } from '../graph/rewrite.ts';
import { schemaOf } from '../graph/schema/index.ts';
import { formatShape } from '../graph/types.ts';
import { type Model, stateOf } from '../nn/model.ts';
import { requireModel } from '../nn/require-model.ts';
import { inputsOf, sizesOf } from '../nn/sizes.ts';
import { openDevice } from '../runtime/device.ts';
import { createSession } from '../runtime/session.ts';
import { writeFileDurably } from './durable.ts';
import { requireFile } from './given.ts';
import { evaluationProgram } from './program.ts';
import { outputAxis, quantised } from './quantised.ts';

/** What {@link exportOnnx} adds to the file, and how it is checked. */
export interface ExportOptions {
  /**
   * Width that weights are stored in: `float16` halves the file, `int8` quarters it (a scale for each channel, vectors stay as they are), and they are widened
   * when it runs. `as read`: as the file stored them that the model was read from. Default `float32`.
   */
  readonly weights?: 'float32' | 'float16' | 'int8' | 'as read';
  /** Adds the output `probabilities`, the softmax of the scores; default false. */
  readonly probabilities?: boolean;
  /** Inputs `[n, ...]` that the file is checked on; needed where the model takes integers. Default drawn from a normal distribution. */
  readonly samples?: Tensor | Samples;
  /** Largest difference allowed, relative to the largest score where that is above 1; default 1e-4, 2e-2 for weights of 16 bits, and 0.3 for those of 8. */
  readonly tolerance?: number;
}

const KINDS: OptionKinds<ExportOptions> = {
  weights: ['float32', 'float16', 'int8', 'as read'],
  probabilities: 'boolean',
  samples: 'object',
  tolerance: 'number',
};

/** Inputs of a few examples; of all inputs, where a model has several. */
export type Samples = Pick<Examples, 'inputs' | 'extras'>;

/** The file that {@link exportOnnx} wrote. */
export interface Exported {
  readonly path: string;
  readonly bytes: number;
  readonly opset: number;
  /** Largest difference of the file's scores from the model's, in the unit of `tolerance`. */
  readonly difference: number;
}

/** The lowest opset in which every schema of the graph's table means the same: from it on, all reductions take their axes as an input. */
const LEAST_OPSET = 18;

/** Batch sizes that a file is checked with. */
const CHECKED = [1, 3];

const TOLERANCES = { float32: 1e-4, float16: 2e-2, int8: 0.3, 'as read': 2e-2 } as const;

/** What protocol buffers can hold, less room for the graph itself. */
const MOST_BYTES = 2 ** 31 - 2 ** 22;

/**
 * Writes the model as an inference graph of standard ONNX ops, of the lowest opset from 18 on that has them all: that is what most runtimes
 * read. The batch `N` is free; metadata holds `labels` and `preprocessing` as JSON, and Graft's version under `graft`. The bytes are run before they
 * are written, and must give the scores that the trainer's own evaluation gives.
 * @throws GraftError `invalid-model` when the scores differ, the model is too large for one file or has ops of another domain; `not-finite` when the
 *   scores are NaN or infinite; `invalid-shape` when `samples` do not fit; `io` when the file cannot be written. An earlier file then stays as it was.
 */
export async function exportOnnx(model: Model, path: string, options: ExportOptions = {}): Promise<Exported> {
  knownOptions(options, KINDS, 'exportOnnx');
  requireModel('exportOnnx', model);
  requireFile('exportOnnx', path, 'model.onnx');
  const { weights = 'float32' } = options;
  const { tolerance = TOLERANCES[weights] } = options;
  if (!(tolerance >= 0)) fail('invalid-argument', `\`tolerance\` (=${tolerance}) must be at least 0.`);
  const samples = checkedSamples(model, options.samples ?? randomSamples(model));
  const stored = [...stateOf(model).values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (stored > MOST_BYTES) {
    const size = (stored / 2 ** 30).toFixed(1);
    fail(
      'invalid-model',
      `Model \`${model.name}\` holds ${size} GiB of parameters, but one ONNX file holds at most 2 GiB; save it with \`saveState\`.`,
    );
  }
  const plain = model.adaptation?.merge(model) ?? model;
  const graph = narrowed(inferenceGraph(plain, options.probabilities ?? false), weights);
  const bytes = writeOnnx(graph, { producerVersion: VERSION, docString: docString(model) });
  const difference = await largestDifference(model, bytes, samples);
  if (!(difference <= tolerance)) {
    const drawn = options.samples ? '' : ' It was checked on noise: give real inputs as `samples`.';
    const narrow = weights === 'float32' ? '' : ' Weights of 32 bits come closer.';
    const amount = difference.toPrecision(3);
    fail(
      'invalid-model',
      `The exported graph of \`${model.name}\` differs from the model by ${amount}, more than \`tolerance\` (=${tolerance}); ${path} was not written.${drawn}${narrow}`,
    );
  }
  await writeFileDurably(path, bytes);
  return { path, bytes: bytes.length, opset: graph.opsets.get('') ?? LEAST_OPSET, difference };
}

/** The model without what only training needs, at the opset that it is written in. */
function inferenceGraph(model: Model, probabilities: boolean): Builder {
  const { graph } = rewrite(model.graph, ({ node, inputs }) => (node.op === 'Dropout' ? [inputs[0]] : undefined));
  const logits = graph.outputs.get('logits') ?? fail('internal', `Model \`${model.name}\` has no output \`logits\`.`);
  if (probabilities) graph.output('probabilities', graph.softmax(logits));
  const { graph: plain } = prune(graph);
  const foreign = plain.nodes.find(({ domain, op }) => domain !== '' || schemaOf(domain, op) === undefined);
  if (foreign)
    fail('invalid-model', `${foreign.op} node \`${foreign.name}\` of model \`${model.name}\` is not of ONNX's own domain and cannot be exported.`);
  plain.opsets.clear();
  plain.opsets.set('', Math.max(LEAST_OPSET, ...plain.nodes.map(({ domain, op }) => schemaOf(domain, op)?.since ?? 0)));
  if (model.classes) plain.metadata.set('labels', JSON.stringify(model.classes));
  if (model.preprocessing) plain.metadata.set('preprocessing', JSON.stringify(model.preprocessing));
  plain.metadata.set('graft', VERSION);
  return plain;
}

/** The graph with its parameters stored in fewer bits and widened before their use. */
function narrowed(graph: Builder, weights: NonNullable<ExportOptions['weights']>): Builder {
  const stored = storedTypes(graph);
  forgetStoredTypes(graph);
  if (weights === 'float32') return graph;
  if (weights === 'int8') return rewrite(graph, () => undefined, { declare: (g, value) => inEightBits(g, value, graph) }).graph;
  const narrow = ({ kind, name, dtype }: Value) =>
    kind === 'parameter' && dtype === 'float32' && (weights === 'float16' || stored.get(name) === 'float16');
  return rewrite(graph, () => undefined, {
    declare: (g, value) => {
      if (!value.data || !narrow(value)) return undefined;
      const { dims, data } = value.data as Tensor<'float32'>;
      return g.cast(g.constant(tensor('float16', dims, Uint16Array.from(data, halfBits)), value.name), 'float32');
    },
  }).graph;
}

/** A weight as whole numbers -127..127 times a scale for each channel; vectors and small tensors stay as they are. */
function inEightBits(g: Builder, value: Value, { nodes }: Builder): Value | undefined {
  const { kind, name, dtype, data: given } = value;
  if (!given || kind !== 'parameter' || dtype !== 'float32' || given.dims.length < 2 || given.data.length < LEAST_QUANTISED) return undefined;
  const axis = outputAxis(nodes, value);
  const { numbers, scales } = quantised(given as Tensor<'float32'>, axis);
  const shape = given.dims.map((dim, i) => (i === axis ? dim : 1));
  const whole = g.cast(g.constant(tensor('int8', given.dims, numbers), name), 'float32');
  return g.mul(whole, g.constant(tensor('float32', shape, scales), `${name}.scale`));
}

/** Fewer numbers are not worth a scale. */
const LEAST_QUANTISED = 1024;

function docString({ name, input, logits, preprocessing }: Model): string {
  const steps = preprocessing?.steps.join(', ');
  const types = `Input \`${input.name}\`: ${input.dtype} ${formatShape(input.shape)}. Output \`logits\`: ${formatShape(logits.shape)}, before softmax.`;
  return [`${name}, trained with Graft.`, types, ...(steps ? [`Preprocessing: ${steps}.`] : [])].join(' ');
}

function randomSamples({ name, input, extras = [] }: Model): Samples {
  const open = input.shape.slice(1).some((dim) => typeof dim === 'string');
  if (input.dtype !== 'float32' || extras.length > 0 || open) {
    const takes = [input, ...extras].map((value) => `${value.dtype} ${formatShape(value.shape)}`).join(' and ');
    fail('invalid-argument', `Model \`${name}\` takes ${takes} inputs; give some as \`samples\` to check the file on.`);
  }
  const dims = [Math.max(...CHECKED), ...(input.shape.slice(1) as number[])];
  const values = new Float32Array(sizeOf(dims));
  stream(0, 'export').normals(values);
  return { inputs: tensor('float32', dims, values) };
}

function checkedSamples(model: Model, given: Tensor | Samples): Samples {
  const samples = 'dims' in given ? { inputs: given } : given;
  const { name, input } = model;
  const { dtype, dims } = samples.inputs;
  const fits = dims.length === input.shape.length && input.shape.every((dim, i) => i === 0 || typeof dim === 'string' || dim === dims[i]);
  if (dtype !== input.dtype || !fits || dims[0] === 0) {
    fail(
      'invalid-shape',
      `\`samples\` are ${dtype} ${formatShape(dims)}, but model \`${name}\` takes ${input.dtype} ${formatShape(input.shape)} with N at least 1.`,
    );
  }
  sizesOf(model, samples);
  return samples;
}

async function largestDifference(model: Model, bytes: Uint8Array, samples: Samples): Promise<number> {
  const { device } = await openDevice();
  const exported = await createSession(bytes, { device });
  try {
    let largest = 0;
    for (const batch of CHECKED) {
      const rows = Array.from({ length: batch }, (_, i) => i % (samples.inputs.dims[0] as number));
      const examples = {
        inputs: takeRows(samples.inputs, rows),
        extras: Object.fromEntries(Object.entries(samples.extras ?? {}).map(([name, extra]) => [name, takeRows(extra, rows)])),
      };
      const feeds = Object.fromEntries(inputsOf(model, examples).map(([{ name }, tensor]) => [name, tensor]));
      const own = await createSession(evaluationProgram(model, sizesOf(model, examples), new Set(model.parameters.keys())).model, { device });
      try {
        const wanted = await own.run({ ...feeds, ...Object.fromEntries(stateOf(model)) });
        const given = await exported.run(feeds);
        largest = Math.max(largest, differenceOf(model, given.logits?.data as Float32Array, wanted.logits?.data as Float32Array));
      } finally {
        await own.release();
      }
    }
    return largest;
  } finally {
    await exported.release();
  }
}

function differenceOf(model: Model, given: Float32Array, wanted: Float32Array): number {
  const bad = wanted.find((score) => !Number.isFinite(score));
  if (bad !== undefined)
    fail('not-finite', `A score of model \`${model.name}\` is ${bad} on the inputs that the export is checked on; give other \`samples\`.`);
  const scale = wanted.reduce((most, score) => Math.max(most, Math.abs(score)), 1);
  return wanted.reduce((most, score, i) => Math.max(most, Math.abs(score - (given[i] ?? Number.NaN)) / scale), 0);
}
