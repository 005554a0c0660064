// Puts features in the place of examples where part of a model is frozen: what that part makes of each is computed once, or read from an earlier
// training, and kept in memory or on disk. Called by `fit` before the first update.
import { join } from 'node:path';
import { GraftError } from '../../core/errors.ts';
import type { ExampleSource, Examples } from '../../data/dataset.ts';
import type { Labels } from '../../data/labels.ts';
import type { Model } from '../../nn/model.ts';
import { sizesOf } from '../../nn/sizes.ts';
import type { BatchNormMode } from '../../nn/training-form.ts';
import type { FeaturesEvent, NoticeEvent } from '../events.ts';
import { bytesOf, sampleOf } from '../fingerprint.ts';
import type { Penalty } from '../program.ts';
import { versions } from '../resume.ts';
import type { Trainer, TrainerOptions } from '../trainer.ts';
import { type Cut, findCut } from './cut.ts';
import {
  checkEntry,
  entriesOf,
  entryName,
  inUnits,
  keepWithin,
  type Layout,
  type NewEntry,
  newEntry,
  removeEntry,
  rowsPath,
  stemOf,
  sweepEntries,
} from './entries.ts';
import { type FeatureCache, placeOf } from './options.ts';
import { computeAll, readAll } from './pass.ts';
import { fileRows, memoryRows, type Rows } from './rows.ts';
import { featureSource } from './source.ts';

/** Bytes of features that a run holds in memory. */
const IN_MEMORY = 2 ** 28;
/** Multiplications that a byte must spare to be worth a file, where nobody asked for one: the disk is read about as fast as they are made. */
const WORTH_READING = 30;

export interface CachePlan {
  readonly model: Model;
  readonly trainer: Trainer;
  readonly options: Pick<TrainerOptions, 'trainable' | 'batchNorm' | 'penalties'>;
  readonly cache: FeatureCache;
  readonly epochs: number;
  readonly signal: AbortSignal | undefined;
  /** Bytes of features that may be held in memory; default 256 MiB. */
  readonly memory?: number;
}

/** Sources in the order they were given, behind the cut where they could be cached. */
export interface Cached {
  readonly sources: readonly [ExampleSource, ...ExampleSource[]];
  close(): Promise<void>;
}

type Told = AsyncGenerator<FeaturesEvent | NoticeEvent, ExampleSource | undefined>;

/**
 * Caches the features of the training data and, if that succeeds, of other sources.
 * @returns nothing where no part is frozen, or none can be cut off; the events say why.
 */
export async function* cacheFeatures(
  plan: CachePlan,
  sources: readonly [ExampleSource, ...ExampleSource[]],
): AsyncGenerator<FeaturesEvent | NoticeEvent, Cached | undefined> {
  // One pass costs the same either way.
  if (plan.cache === false || (plan.cache === 'auto' && plan.epochs < 2)) return undefined;
  const run = new CacheRun(plan, plan.cache);
  const found = new Map<ExampleSource, ExampleSource>();
  let cached: Cached | undefined;
  try {
    for (const source of new Set(sources)) {
      const features = yield* run.featuresOf(source);
      if (!features && source === sources[0]) return undefined;
      found.set(source, features ?? source);
    }
    const [first, ...others] = sources.map((source) => found.get(source) as ExampleSource) as [ExampleSource, ...ExampleSource[]];
    cached = { sources: [first, ...others], close: () => run.close() };
    return cached;
  } finally {
    // After an error, and where nobody listens any more, too.
    if (!cached) await run.close();
    await plan.trainer.dropPrefix();
  }
}

class CacheRun {
  readonly #plan: CachePlan;
  readonly #onDisk: boolean;
  readonly #place: ReturnType<typeof placeOf>;
  /** Bytes that may still be held in memory. */
  #memory: number;
  readonly #rows: Rows[] = [];
  /** Entries of this run, which must not make room for each other. */
  readonly #used = new Set<string>();

  constructor(plan: CachePlan, cache: Exclude<FeatureCache, false>) {
    this.#plan = plan;
    this.#memory = plan.memory ?? IN_MEMORY;
    this.#onDisk = cache !== 'auto';
    this.#place = placeOf(cache);
  }

  async close(): Promise<void> {
    await Promise.all(this.#rows.splice(0).map((rows) => rows.close()));
  }

  async *featuresOf(source: ExampleSource): Told {
    const { options } = this.#plan;
    const first = await source.gather([0]);
    const cut = this.#cutOf(source, first, options.batchNorm);
    if (cut === undefined) return this.#onDisk ? yield* nothingToKeep(source, this.#whyNothing(source, first)) : undefined;
    if (typeof cut === 'string') return yield* refused(source, `: ${cut}`);
    if (options.penalties.some(looksIntoStep)) return yield* refused(source, ': a penalty looks into the step');
    if (source.varies) return yield* refused(source, ', which gives examples otherwise each time');
    const layout = { values: cut.values, length: source.length, bytes: cut.bytes };
    const total = layout.length * layout.bytes;
    if (!this.#onDisk && total <= this.#memory) return yield* this.#inMemory(source, cut, total);
    if (!this.#onDisk && cut.work < WORTH_READING * cut.bytes)
      return yield* refused(source, `: ${inUnits(total)} take longer to read than to compute anew`);
    return yield* this.#fromDisk(source, cut, layout);
  }

  async *#inMemory(source: ExampleSource, cut: Cut, total: number): Told {
    const content = new Uint8Array(total);
    let at = 0;
    const seen = yield* computeAll({ ...this.#plan, cut, source }, (rows) => {
      content.set(rows, at);
      at += rows.length;
    });
    if (seen === undefined) return undefined;
    if (typeof seen === 'string') return yield* refused(source, `, which ${seen}`);
    this.#memory -= total;
    yield said(source, cut, `are kept in memory, ${inUnits(total)}`);
    return featureSource(source, cut, memoryRows(content, cut.bytes), seen.labels);
  }

  async *#fromDisk(source: ExampleSource, cut: Cut, layout: Layout): Told {
    const { folder, most } = this.#place;
    const total = layout.length * layout.bytes;
    await sweepEntries(folder);
    const stem = await this.#stem(source, cut);
    let labels: Labels | undefined;
    // Where another training may have left them, the inputs are compared in full.
    if ((await entriesOf(folder, stem)).length > 0) {
      const seen = yield* readAll(this.#plan.model, source, this.#plan.signal);
      if (!seen) return undefined;
      ({ labels } = seen);
      const name = entryName(stem, seen.content);
      if ((await entriesOf(folder, name)).length > 0) {
        if (await keepWithin(folder, { most, used: new Set([...this.#used, name]) })) {
          const rows = await this.#open(name, layout);
          if (rows) {
            yield said(source, cut, `of an earlier training are used, ${inUnits(total)} in ${folder}`);
            return featureSource(source, cut, rows, labels);
          }
          yield { type: 'notice', message: `The features in ${join(folder, name)} are damaged; they are computed anew.` };
        } else {
          const beyond = `${inUnits(total)} go beyond \`featureCache.maxMiB\`, ${inUnits(most)} in all`;
          yield { type: 'notice', message: `The features in ${join(folder, name)} are removed: ${beyond}.` };
        }
        await removeEntry(folder, name);
      }
    }
    return yield* this.#intoDisk(source, cut, layout, stem);
  }

  async *#intoDisk(source: ExampleSource, cut: Cut, layout: Layout, stem: string): Told {
    const { folder, most } = this.#place;
    const total = layout.length * layout.bytes;
    let entry: NewEntry | undefined;
    try {
      await keepWithin(folder, { most, used: this.#used });
      entry = await newEntry(folder, layout, { most, used: this.#used });
      if (!entry) return yield* refused(source, `: ${inUnits(total)} more would go beyond \`featureCache.maxMiB\`, ${inUnits(most)} in all`);
      const seen = yield* computeAll({ ...this.#plan, cut, source }, entry.append);
      if (seen === undefined) return undefined;
      if (typeof seen === 'string') return yield* refused(source, `, which ${seen}`);
      const name = entryName(stem, seen.content);
      await entry.finish(name);
      entry = undefined;
      const rows = await this.#open(name, layout);
      if (!rows) return yield* refused(source, `: they were removed from ${folder} at once`);
      yield said(source, cut, `are kept on disk, ${inUnits(total)} in ${folder}`);
      return featureSource(source, cut, rows, seen.labels);
    } catch (error) {
      if (!(error instanceof GraftError && error.code === 'io')) throw error;
      return yield* refused(source, `. ${error.message}`);
    } finally {
      await entry?.discard();
    }
  }

  /** The rows of an entry, in memory where they are few; nothing when it is damaged. */
  async #open(name: string, layout: Layout): Promise<Rows | undefined> {
    const { folder } = this.#place;
    const total = layout.length * layout.bytes;
    const content = total <= this.#memory ? new Uint8Array(total) : undefined;
    if (!(await checkEntry(folder, name, layout, content))) return undefined;
    this.#used.add(name);
    if (content) {
      this.#memory -= total;
      return memoryRows(content, layout.bytes);
    }
    const rows = await fileRows(rowsPath(folder, name), layout.bytes).catch(() => undefined);
    if (rows) this.#rows.push(rows);
    return rows;
  }

  #cutOf(source: ExampleSource, first: Examples, batchNorm: BatchNormMode): Cut | string | undefined {
    const { model, options } = this.#plan;
    const trainable = new Set(options.trainable.map(({ id }) => id));
    return findCut(model, { trainable, batchNorm, sizes: sizesOf(model, first), open: openSizes(model, source) });
  }

  /** Why there is no cut, in words that follow "since". */
  #whyNothing(source: ExampleSource, first: Examples): string {
    const { model, options } = this.#plan;
    if (options.trainable.length === model.parameters.size) return 'no part of the network is frozen';
    if (typeof this.#cutOf(source, first, 'frozen') === 'object')
      return "batch norm follows its batches, and too little of the work comes before it; `batchNorm: 'frozen'` would let features be kept";
    return 'too little of the work comes before what learns or is drawn by chance';
  }

  /** Hash of all that features depend on but for the inputs' content, of which it has a sample. */
  async #stem(source: ExampleSource, cut: Cut): Promise<string> {
    const { trainer } = this.#plan;
    const { device, runtime, threads } = trainer.info;
    const bytes = trainer.prefixBytes(cut, await source.gather([0]));
    const { inputs, extras = {} } = await sampleOf(source);
    const sample = [inputs, ...Object.values(extras)].map(({ data }) => bytesOf(data));
    return stemOf(bytes, JSON.stringify([cut, source.length, device, runtime, threads, versions()]), ...sample);
  }
}

/** Whether a penalty may read inputs or values in between, which the rest behind a cut lacks; one of parameters alone takes two arguments. */
function looksIntoStep({ length, reads }: Penalty): boolean {
  return reads !== undefined || length === 0 || length > 2;
}

/** Names of the sizes, besides the batch, that the source leaves open. */
function openSizes({ input, extras = [] }: Model, { inputShape }: ExampleSource): Set<string> {
  const names = [input, ...extras].flatMap(({ shape }) => shape.filter((dim) => typeof dim === 'string'));
  const fixed = input.shape.filter((_, i) => i === 0 || typeof inputShape[i - 1] === 'number');
  return new Set(names.filter((name) => !fixed.includes(name)));
}

function said({ name }: ExampleSource, { values }: Cut, what: string): NoticeEvent {
  const places = values.flatMap((value) => (value.input ? [] : [`\`${value.name}\` [${value.dims.join(', ')}]`]));
  return { type: 'notice', message: `The frozen part of the network ends in ${places.join(', ')}: features of \`${name}\` ${what}.` };
}

/** Where a cache was asked for: nobody else needs to hear of it. */
async function* nothingToKeep({ name }: ExampleSource, why: string): AsyncGenerator<NoticeEvent, undefined> {
  yield { type: 'notice', message: `\`featureCache\`: no features are kept of \`${name}\`, since ${why}.` };
  return undefined;
}

async function* refused({ name }: ExampleSource, why: string): AsyncGenerator<NoticeEvent, undefined> {
  yield { type: 'notice', message: `Part of the network is frozen, but no features are kept of \`${name}\`${why}${why.endsWith('.') ? '' : '.'}` };
  return undefined;
}
