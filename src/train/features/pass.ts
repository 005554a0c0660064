// One pass over a data source, in its order: what a frozen prefix makes of every example, a hash of all inputs, all labels. Used while caching.
import { createHash } from 'node:crypto';
import { type ArrayOf, dtypes } from '../../core/dtype.ts';
import { notFiniteIn } from '../../core/finite.ts';
import { copyOf, type Tensor, tensor } from '../../core/tensor.ts';
import type { ExampleSource, Examples } from '../../data/dataset.ts';
import type { Labels } from '../../data/labels.ts';
import { takeRows } from '../../data/rows.ts';
import type { Model } from '../../nn/model.ts';
import { inputsOf } from '../../nn/sizes.ts';
import { firstBad } from '../bad-value.ts';
import type { FeaturesEvent } from '../events.ts';
import { bytesOf } from '../fingerprint.ts';
import { evaluationBatch, type Trainer, take } from '../trainer.ts';
import type { Cut } from './cut.ts';
import { toRows } from './source.ts';

/** What was seen on the way. */
export interface Seen {
  /** Of all inputs. */
  readonly content: string;
  readonly labels: Labels | undefined;
}

/** Takes the rows of the next examples. */
type Sink = (rows: Uint8Array) => Promise<void> | void;

/** Examples of the first batch that are looked at a second time, in another batch. */
const AGAIN = 4;
/** What may differ between two batches: by how sums are ordered. */
const TOLERANCE = 1e-3;

/** Reads the inputs alone. @returns nothing when `signal` was aborted. */
export async function* readAll(
  model: Model,
  source: ExampleSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<FeaturesEvent, Seen | undefined> {
  const [hash, labels] = [createHash('sha256'), [] as Labels[]];
  for await (const { examples, to } of batchesOf(model, source)) {
    if (signal?.aborted) return undefined;
    note(model, examples, hash, labels);
    yield { type: 'features', source: source.name, stage: 'reading', done: to, of: source.length };
  }
  return { content: hash.digest('hex').slice(0, 32), labels: joined(labels) };
}

/**
 * Runs every example through the frozen prefix and hands the rows to `sink`.
 * @returns why they cannot be kept, in words that follow the source's name; nothing when `signal` was aborted.
 */
export async function* computeAll(
  { model, trainer, cut, source, signal }: { model: Model; trainer: Trainer; cut: Cut; source: ExampleSource; signal: AbortSignal | undefined },
  sink: Sink,
): AsyncGenerator<FeaturesEvent, Seen | string | undefined> {
  const [hash, labels] = [createHash('sha256'), [] as Labels[]];
  // Asked for first, since the pass reads ahead, and a source that gives the same arrays again is asked for one batch at a time.
  const again = await firstBackwards(model, source);
  for await (const { examples, from, to } of batchesOf(model, source)) {
    if (signal?.aborted) return undefined;
    // The pass without a cache says where.
    if (firstBad(examples)) return 'holds values that are not finite';
    const values = await valuesOf(model, trainer, cut, examples, batchOf(model, source));
    if (values.some(notFinite)) return 'leads to values that are not finite';
    const why = from === 0 && again ? await otherwise(model, trainer, cut, { examples, values, again, size: batchOf(model, source) }) : undefined;
    if (why !== undefined) return why;
    note(model, examples, hash, labels);
    await sink(toRows(cut, values));
    yield { type: 'features', source: source.name, stage: 'computing', done: to, of: source.length };
  }
  return { content: hash.digest('hex').slice(0, 32), labels: joined(labels) };
}

/** The source's examples batch by batch, the next one being read while one is worked on. */
async function* batchesOf(model: Model, source: ExampleSource): AsyncGenerator<{ examples: Examples; from: number; to: number }> {
  const size = batchOf(model, source);
  const read = (from: number) => {
    const to = Math.min(from + size, source.length);
    const examples = take(
      source,
      Int32Array.from({ length: to - from }, (_, i) => from + i),
      model,
    );
    examples.catch(() => {});
    return { examples, from, to };
  };
  let next = read(0);
  while (next.from < source.length) {
    const { examples, from, to } = next;
    // A source may give the same arrays again.
    const ready = copied(await examples);
    if (to < source.length) next = read(to);
    yield { examples: ready, from, to };
    if (to >= source.length) return;
  }
}

/** Examples in a batch: fewer than where nothing is kept of one but its scores. */
function batchOf(model: Model, source: ExampleSource): number {
  return Math.min(Math.max(8, evaluationBatch(model, source) >> 2), source.length);
}

function copied({ inputs, extras = {}, labels }: Examples): Examples {
  const own = Object.fromEntries(Object.entries(extras).map(([name, value]) => [name, copyOf(value)]));
  return { inputs: copyOf(inputs), extras: own, labels: labels instanceof Int32Array ? labels.slice() : labels && copyOf(labels) };
}

/** All values of the cut, inputs among them. Fewer examples than `size` are repeated up to that, since a program for each number would cost more. */
async function valuesOf(model: Model, trainer: Trainer, cut: Cut, examples: Examples, size: number): Promise<Tensor[]> {
  const count = examples.inputs.dims[0] as number;
  const repeated = Int32Array.from({ length: size }, (_, i) => i % count);
  const filled = (value: Tensor) => (count === size ? value : takeRows(value, repeated));
  const extras = Object.fromEntries(Object.entries(examples.extras ?? {}).map(([name, value]) => [name, filled(value)]));
  const whole = { inputs: filled(examples.inputs), extras, labels: undefined };
  const results = cut.values.some(({ input }) => !input) ? await trainer.prefix(cut, whole) : [];
  const computed = results.map((value) => (count === size ? value : takeRows(value, repeated.subarray(0, count))));
  const inputs = new Map(inputsOf(model, examples).map(([{ name }, value]) => [name, value]));
  let at = 0;
  return cut.values.map(({ name, input }) => (input ? inputs.get(name) : computed[at++]) as Tensor);
}

/** The first examples, the last of them first; nothing where a source has no other to put beside one. */
async function firstBackwards(model: Model, source: ExampleSource): Promise<Examples | undefined> {
  const count = Math.min(AGAIN, source.length - 1);
  const indices = Int32Array.from({ length: count }, (_, i) => count - 1 - i);
  return count < 1 ? undefined : copied(await take(source, indices, model));
}

/** Why an example does not stand for itself: what the first ones of a batch give in another, where they come `again` backwards, differs. */
async function otherwise(
  model: Model,
  trainer: Trainer,
  cut: Cut,
  { examples, values, again, size }: { examples: Examples; values: readonly Tensor[]; again: Examples; size: number },
): Promise<string | undefined> {
  const last = (again.inputs.dims[0] as number) - 1;
  const indices = Int32Array.from({ length: last + 1 }, (_, i) => last - i);
  const same = (a: Tensor, b: Tensor) => indices.every((from, to) => differenceOf(rowOf(a, from), rowOf(b, to)) === 0);
  // Of another length, the same text has another row.
  const sized = again.inputs.dims.slice(1).join() === examples.inputs.dims.slice(1).join();
  if (sized && !same(examples.inputs, again.inputs)) return 'gives other inputs each time';
  const others = await valuesOf(model, trainer, cut, again, size);
  const close = (a: Tensor, b: Tensor) => indices.every((from, to) => differenceOf(rowOf(a, from), rowOf(b, to)) < TOLERANCE);
  return values.every((value, i) => close(value, others[i] as Tensor)) ? undefined : 'gives features that depend on the rest of their batch';
}

function rowOf({ data, dims }: Tensor, i: number): ArrayLike<number | bigint> {
  const size = data.length / (dims[0] as number);
  return data.subarray(i * size, (i + 1) * size);
}

/** The largest difference of two rows, against the largest value. */
function differenceOf(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let [most, scale] = [0, Number.MIN_VALUE];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [Number(a[i]), Number(b[i])];
    most = Math.max(most, Math.abs(x - y));
    scale = Math.max(scale, Math.abs(x));
  }
  return most / scale;
}

function notFinite({ dtype, data }: Tensor): boolean {
  return dtype === 'float32' && notFiniteIn(data as Float32Array) !== undefined;
}

function note(model: Model, examples: Examples, hash: ReturnType<typeof createHash>, labels: Labels[]): void {
  for (const [{ name }, { dtype, dims, data }] of inputsOf(model, examples)) hash.update(JSON.stringify([name, dtype, dims])).update(bytesOf(data));
  if (examples.labels) labels.push(examples.labels);
}

function joined(parts: readonly Labels[]): Labels | undefined {
  const [first] = parts;
  if (first === undefined) return undefined;
  const tensors = parts.map((part) => (part instanceof Int32Array ? tensor('int32', [part.length], part as Int32Array<ArrayBuffer>) : part));
  const { dtype, dims } = tensors[0] as Tensor;
  const { buffer } = Uint8Array.from(Buffer.concat(tensors.map(({ data }) => bytesOf(data))));
  const data = new dtypes[dtype].array(buffer) as ArrayOf;
  if (first instanceof Int32Array) return data as Int32Array;
  return tensor(dtype, [tensors.reduce((sum, part) => sum + (part.dims[0] as number), 0), ...dims.slice(1)], data);
}
