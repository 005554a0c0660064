// What `fit` chooses where it is not told: how many examples a step takes, and how many threads. In: model, data, memory. Out: both, and why, in words.
import { dtypes } from '../core/dtype.ts';
import type { ExampleSource } from '../data/dataset.ts';
import { foldConstants } from '../graph/fold.ts';
import type { Graph } from '../graph/graph.ts';
import { specialise } from '../graph/rewrite.ts';
import type { Dim } from '../graph/types.ts';
import type { Model } from '../nn/model.ts';
import { type Sizes, sizesOf } from '../nn/sizes.ts';
import { processMemory } from '../runtime/memory.ts';
import { sampleOf } from './fingerprint.ts';

/** Examples in a step where there are enough of them and room for them. */
const USUAL_BATCH = 32;
/** Steps that an epoch of few examples still has. */
const LEAST_STEPS = 10;
/** Fewer make the gradient, and a batch norm's statistics, too noisy. */
const LEAST_BATCH = 4;
/** What a size is taken for that the data does not tell: one that depends on what the examples hold. */
const UNKNOWN_SIZE = 128;
/** Numbers that a step computes with, up to which a second thread was no faster: layers of a few dozen units (0.07 ms a step). */
const TINY = 2 ** 16;
/** Of the bytes that all results of a forward pass take, what a step keeps alive at a time if it computes parts of them twice. */
const RECOMPUTED = 0.5;

export interface Wanted {
  readonly batchSize?: number | undefined;
  readonly threads?: number | undefined;
  readonly accumulate: number;
  readonly recompute: boolean;
  /** Batch size of the run that goes on. */
  readonly saved?: number | undefined;
}

export interface Choices {
  readonly batchSize: number;
  /** `undefined`: the physical cores. */
  readonly threads: number | undefined;
  /** What was chosen, and why. */
  readonly words: readonly string[];
}

/** Bytes of all that the forward pass of one example makes: about what a training step keeps alive for it, measured on ResNet-50 and ViT-tiny. */
export function exampleBytes({ graph, input }: Model, sizes: Sizes): number {
  const [batch] = input.shape;
  const size = (dim: Dim) => (typeof dim === 'number' ? dim : dim === batch ? 1 : UNKNOWN_SIZE);
  let bytes = 0;
  for (const { kind, dtype, shape } of sized(graph, sizes).values.values()) {
    if (kind === 'result') bytes += shape.reduce<number>((product, dim) => product * size(dim), dtypes[dtype].bytes);
  }
  return bytes;
}

/** The graph with these sizes, and with all that follow from them. */
function sized(graph: Graph, sizes: Sizes): Graph {
  return Object.keys(sizes).length === 0 ? graph : foldConstants(specialise(graph, sizes).graph).graph;
}

/**
 * Sizes of one example where a model's inputs leave open more than the batch; else none. Where examples differ, as texts do, those of a sample, as long as
 * its longest.
 */
export async function exampleSizes(model: Model, data: ExampleSource): Promise<Sizes> {
  const shapes = [model.input, ...(model.extras ?? [])].map(({ shape }) => shape);
  const open = shapes.some((shape) => shape.slice(1).some((dim) => typeof dim === 'string'));
  if (!open || typeof model.input.shape[0] === 'number') return {};
  const differ = data.inputShape.some((size) => typeof size === 'string');
  const sizes = Object.entries(sizesOf(model, differ ? await sampleOf(data) : await data.gather([0])));
  const batches = new Set(shapes.map(([batch]) => batch));
  return Object.fromEntries(sizes.map(([name, size]) => [name, batches.has(name) ? 1 : size]));
}

/** What the choice rests on. */
export interface Given {
  readonly model: Model;
  /** Of one example, where its inputs leave open more than the batch. */
  readonly sizes: Sizes;
  /** Examples in all. */
  readonly length: number;
}

/** Chooses what `wanted` leaves open; `free` is the memory that is left, in bytes. */
export function choicesFor({ model, sizes, length }: Given, wanted: Wanted, free = processMemory().free): Choices {
  if (wanted.batchSize !== undefined && wanted.threads !== undefined) return { batchSize: wanted.batchSize, threads: wanted.threads, words: [] };
  const words: string[] = [];
  const bytes = exampleBytes(model, sizes);
  const batchSize = wanted.batchSize ?? batchFor(length, bytes * (wanted.recompute ? RECOMPUTED : 1), wanted, free, words);
  const weights = [...model.graph.ofKind('parameter')].reduce((sum, { shape }) => sum + shape.reduce<number>((a, b) => a * Number(b), 1), 0);
  const tiny = weights + (batchSize * bytes) / 4 <= TINY;
  if (wanted.threads === undefined && tiny) words.push('1 thread: the network is too small for more to help');
  return { batchSize, threads: wanted.threads ?? (tiny ? 1 : undefined), words };
}

function batchFor(length: number, bytes: number, { accumulate, saved }: Wanted, free: number, words: string[]): number {
  if (saved !== undefined) {
    words.push(`batch size ${saved}, as the run began with`);
    return saved;
  }
  const few = Math.max(LEAST_BATCH, length / (LEAST_STEPS * accumulate));
  const room = Math.max(1, free / 2 / bytes);
  const most = Math.max(1, Math.min(USUAL_BATCH, few, room, length / accumulate));
  const batchSize = 2 ** Math.floor(Math.log2(most));
  const megabytes = (amount: number) => `${Math.round(amount / 2 ** 20).toLocaleString('en')} MiB`;
  const why =
    batchSize > room / 2 && room < USUAL_BATCH
      ? `: twice as many would take ${megabytes(2 * batchSize * bytes)} of the ${megabytes(free)} that are free`
      : batchSize < USUAL_BATCH
        ? `: there are only ${length} examples`
        : '';
  words.push(`batch size ${batchSize}${why}`);
  return batchSize;
}
