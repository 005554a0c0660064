// The training loop: model and data in, events out while it runs, the trained model at the end. Stops between updates, resumes bit for bit.
import { systemClock } from '../core/clock.ts';
import { fail } from '../core/errors.ts';
import { sizeOf } from '../core/tensor.ts';
import type { ExampleSource } from '../data/dataset.ts';
import { type Model, stateOf } from '../nn/model.ts';
import { type RunState, saveCheckpoint } from './checkpoint.ts';
import { diverged } from './divergence.ts';
import { type Learnt, type StepResult, storesOf } from './engine.ts';
import { type EvaluationEvent, type FitEvent, type FitResult, type Position, passOf, type StepEvent } from './events.ts';
import { type Cached, cacheFeatures } from './features/cache.ts';
import { type Fingerprint, hashOf } from './fingerprint.ts';
import type { FitOptions } from './fit-options.ts';
import { lockFolder } from './folder-lock.ts';
import { requireEvents } from './given.ts';
import { EventLog, type LogMark } from './log.ts';
import { Pace } from './pace.ts';
import { type Plan, planOf, weighsNothing } from './plan.ts';
import { ROUNDING, resume, versions } from './resume.ts';
import { evaluationBatch, settled, Trainer, take } from './trainer.ts';

/**
 * Trains `model` on `data` and tells about it as it goes. The model's own values change only at the end: leaving the loop early leaves them as
 * they were. To stop and keep what was learnt, abort `options.signal`: the update under way is finished and, where checkpoints are kept, saved.
 *
 * The same model, data, options, device and thread count give the same weights bit for bit, however often the run was cut off and resumed; where
 * `batchSize` is left open, on the same batch size, which also depends on the memory that is free (the start event tells it).
 * @returns how it ended; also the last event.
 * @throws GraftError `invalid-argument`, `invalid-data` or `invalid-shape` before training when options or data do not fit; `not-finite` when the
 *   loss, a gradient or what an update leaves is NaN or infinite, naming the first bad value; `invalid-checkpoint` when the folder holds another run's; `io` when a
 *   checkpoint or the log cannot be written. The last good checkpoint stays.
 */
export async function* fit(model: Model, data: ExampleSource, options: FitOptions = {}): AsyncGenerator<FitEvent, FitResult, void> {
  const plan = await planOf(model, data, options);
  const trainer = await Trainer.open(model, plan.trainer);
  const run = new Run(model, data, options, plan, trainer);
  let failed = false;
  try {
    return yield* run.events();
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    await run.close().catch((error: Error) => {
      // What else goes wrong at the end would hide why it came.
      if (!failed) throw error;
    });
  }
}

/** Runs events to their end. @returns what they return: `await finish(fit(model, data))`. */
export async function finish<R>(events: AsyncGenerator<unknown, R, void>): Promise<R> {
  requireEvents('finish', events);
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
  }
}

/** An update that was asked for and has not been answered. */
interface Flight {
  readonly position: Position;
  readonly examples: number;
  readonly lr: number;
  readonly results: readonly Promise<StepResult>[];
}

/** What there is to do between two updates. */
interface Due {
  readonly epoch: boolean;
  readonly evaluation: boolean;
  readonly checkpoint: boolean;
  readonly any: boolean;
}

class Run {
  readonly #model: Model;
  /** Behind a cut where features are cached, as is the validation. */
  #data: ExampleSource;
  #validation: ExampleSource | undefined;
  readonly #options: FitOptions;
  readonly #plan: Plan;
  readonly #trainer: Trainer;
  readonly #pace: Pace;
  #cached: Cached | undefined;
  #log: EventLog | undefined;
  #unlock: (() => Promise<void>) | undefined;
  #fingerprint: Fingerprint = {};
  /** Of the next update to land. */
  #position: Position = { epoch: 0, step: 0, update: 0 };
  #epochLoss = { sum: 0, weight: 0 };
  #best: RunState['best'];
  #bestState: Learnt | undefined;
  #sinceBest = 0;
  #saved: { readonly path: string; readonly update: number } | undefined;

  constructor(model: Model, data: ExampleSource, options: FitOptions, plan: Plan, trainer: Trainer) {
    this.#model = model;
    this.#data = data;
    this.#validation = options.validation;
    this.#options = options;
    this.#plan = plan;
    this.#trainer = trainer;
    this.#pace = new Pace(options.clock ?? systemClock);
  }

  /** @throws GraftError `io` when the rest of the log cannot be written; everything is given back all the same. */
  async close(): Promise<void> {
    try {
      await this.#trainer.close().finally(() => this.#cached?.close());
    } finally {
      await (this.#log?.close() ?? Promise.resolve()).finally(this.#unlock);
    }
  }

  /** All events, each also written to the log. */
  async *events(): AsyncGenerator<FitEvent, FitResult, void> {
    const { checkpoints, log } = this.#options;
    const notices: string[] = [...this.#trainer.info.notes];
    let mark: LogMark | undefined;
    let id = '';
    let before: RunState | undefined;
    if (checkpoints) {
      this.#unlock = await lockFolder(checkpoints.folder);
      const resumed = await resume(this.#trainer, this.#plan, this.#data, { ...this.#options, checkpoints });
      this.#fingerprint = resumed.fingerprint;
      id = hashOf(JSON.stringify(resumed.fingerprint));
      notices.push(...resumed.notices);
      if (resumed.run) {
        before = resumed.run;
        ({ position: this.#position, best: this.#best, sinceBest: this.#sinceBest, log: mark } = resumed.run);
        this.#epochLoss = { ...resumed.run.epochLoss };
        if (this.#restoresBest()) this.#bestState = resumed.best;
        this.#saved = resumed.saved;
      }
    }
    if (log !== undefined) this.#log = await EventLog.open(log, id, mark);
    const events = this.#told(id, notices, before);
    for (;;) {
      const next = await events.next();
      if (next.done) return next.value;
      await this.#log?.write(next.value);
      yield next.value;
    }
  }

  async *#told(id: string, notices: readonly string[], before: RunState | undefined): AsyncGenerator<FitEvent, FitResult, void> {
    const { trainer, epochs, order, optimiser, microBatch, chosen } = this.#plan;
    const count = (ids: readonly string[]) => ids.reduce((total, id) => total + sizeOf(stateOf(this.#model).get(id)?.dims ?? []), 0);
    yield {
      type: 'start',
      run: id,
      engine: this.#trainer.info,
      epochs,
      stepsPerEpoch: order.stepsPerEpoch,
      batchSize: microBatch,
      chosen,
      from: this.#position,
      trainable: count(trainer.trainable.map(({ id }) => id)),
      parameters: count([...this.#model.parameters.keys()]),
      learningBytes: 4 * storesOf(optimiser.slots.length, trainer) * count(trainer.trainable.map(({ id }) => id)),
    };
    for (const message of notices) yield { type: 'notice', message };
    if (this.#position.update < this.#plan.total) yield* this.#cacheFeatures(before);
    yield* this.#train();
    return yield* this.#end();
  }

  async *#cacheFeatures(before: RunState | undefined): AsyncGenerator<FitEvent, void, void> {
    const { validation, signal, featureCache: cache = 'auto' } = this.#options;
    const { epochs, trainer: options } = this.#plan;
    const plan = { model: this.#model, trainer: this.#trainer, options, cache, epochs, signal };
    this.#cached = yield* cacheFeatures(plan, validation ? [this.#data, validation] : [this.#data]);
    if (this.#cached) {
      const [first, second] = this.#cached.sources;
      this.#data = first;
      this.#validation = second;
    }
    const [was, is] = [before?.features ?? false, this.#cached !== undefined].map((cached) =>
      cached ? 'read from a cache' : 'computed with each batch',
    );
    if (before && was !== is && !signal?.aborted) {
      const message = `Features of the frozen part are ${is} now, and were ${was} before: ${ROUNDING}`;
      yield { type: 'notice', message };
    }
  }

  async *#train(): AsyncGenerator<FitEvent, void, void> {
    const { total } = this.#plan;
    const flying: Flight[] = [];
    let next = this.#position;
    this.#pace.begin();
    // One update is asked for while the one before it runs, so that batches are prepared in the meantime.
    while (next.update < total && !this.#exhausted() && !this.#options.signal?.aborted) {
      flying.push(await this.#launch(next));
      next = this.#after(next);
      const due = this.#dueAt(next);
      while (flying.length > (due.any ? 0 : 1)) yield await this.#land(flying.shift() as Flight);
      if (due.any) yield* this.#atBoundary(due);
    }
    for (const flight of flying) yield await this.#land(flight);
  }

  #after({ epoch, step, update }: Position): Position {
    const last = step + 1 === this.#plan.order.stepsPerEpoch;
    return { epoch: last ? epoch + 1 : epoch, step: last ? 0 : step + 1, update: update + 1 };
  }

  /** What there is to do when all updates before `position` are made. */
  #dueAt({ step, update }: Position): Due {
    const { validation, evaluateEvery, checkpoints } = this.#options;
    const [epoch, last] = [step === 0, update === this.#plan.total];
    const evaluation = validation !== undefined && (last || (evaluateEvery === undefined ? epoch : update % evaluateEvery === 0));
    const checkpoint = checkpoints !== undefined && (last || (checkpoints.every === undefined ? epoch : update % checkpoints.every === 0));
    return { epoch, evaluation, checkpoint, any: epoch || evaluation || checkpoint };
  }

  #exhausted(): boolean {
    return this.#sinceBest >= (this.#options.patience ?? Number.POSITIVE_INFINITY);
  }

  /** Prepares an update's micro-batches and asks for them. */
  async #launch(position: Position): Promise<Flight> {
    const { order, microBatch, optimiser, schedule, total } = this.#plan;
    const indices = order.at(position.epoch, position.step);
    const factor = schedule(position.update, total);
    if (!(factor >= 0 && Number.isFinite(factor))) {
      fail('invalid-argument', `\`schedule\` gives ${factor} at step ${position.update} of ${total}; it must give a finite number of at least 0.`);
    }
    const lr = optimiser.settings.lr * factor;
    const apply = { lr, clipNorm: this.#options.clipNorm };
    const results: Promise<StepResult>[] = [];
    for (let from = 0; from < indices.length; from += microBatch) {
      const examples = await take(this.#data, indices.subarray(from, from + microBatch), this.#model, passOf(position, total));
      const prepared = await this.#trainer.prepare(examples, [position.epoch, position.step, results.length]);
      const last = from + microBatch >= indices.length;
      results.push(settled(this.#trainer.step(prepared, { first: from === 0, ...(last && { apply }) })));
    }
    this.#readAhead(this.#after(position));
    return { position, examples: indices.length, lr, results };
  }

  /** Lets the source read what an update begins with, while those before it run. */
  #readAhead(position: Position): void {
    const { order, microBatch, total } = this.#plan;
    const { epoch, step, update } = position;
    if (update < total) this.#data.prefetch?.(order.at(epoch, step).subarray(0, microBatch), passOf(position, total));
  }

  async #land({ position, examples, lr, results }: Flight): Promise<StepEvent> {
    const sums = { loss: 0, weight: 0, gradNorm: 0 };
    for (const [micro, result] of results.entries()) {
      const { loss, weight, penalty, gradNorm = 0, notFinite } = await result;
      if (notFinite) await diverged(this.#trainer, this.#plan, this.#data, { position, micro, notFinite, saved: this.#saved?.path });
      sums.loss += loss + penalty * weight;
      sums.weight += weight;
      sums.gradNorm = gradNorm;
    }
    this.#epochLoss.sum += sums.loss;
    this.#epochLoss.weight += sums.weight;
    this.#position = this.#after(position);
    this.#pace.updated(examples);
    const { total } = this.#plan;
    const left = total - this.#position.update;
    return {
      type: 'step',
      position: { ...position, update: this.#position.update },
      loss: sums.loss / sums.weight,
      lr,
      gradNorm: sums.gradNorm,
      examples,
      rate: this.#pace.rate,
      secondsLeft: this.#pace.secondsFor(left, this.#evaluationsIn(left)),
    };
  }

  /** Evaluations in the last `updates` updates. */
  #evaluationsIn(updates: number): number {
    if (!this.#options.validation) return 0;
    return Math.ceil(updates / (this.#options.evaluateEvery ?? this.#plan.order.stepsPerEpoch));
  }

  async *#atBoundary(due: Due): AsyncGenerator<FitEvent, void, void> {
    this.#pace.begin();
    let improved = false;
    if (due.epoch) {
      yield { type: 'epoch', epoch: this.#position.epoch - 1, loss: this.#epochLoss.sum / this.#epochLoss.weight };
      this.#epochLoss = { sum: 0, weight: 0 };
    }
    if (due.evaluation) {
      const event = await this.#evaluate();
      improved = event.best;
      yield event;
    }
    if (due.checkpoint || (improved && this.#options.checkpoints)) yield* this.#save();
    this.#pace.begin();
  }

  async #evaluate(): Promise<EvaluationEvent> {
    const { ema, validation } = this.#options;
    const { metric } = this.#plan;
    this.#pace.begin();
    // By the examples as they are, also where features take their place.
    const batch = evaluationBatch(this.#model, validation as ExampleSource);
    const scores = await this.#trainer.score(this.#validation as ExampleSource, batch, ema !== undefined);
    this.#pace.evaluated();
    const value = scores[metric] ?? fail('invalid-data', weighsNothing((this.#validation as ExampleSource).name, this.#plan.trainer.loss));
    const better = ({ value: best }: { value: number }) => (metric === 'loss' ? value < best : value > best);
    const best = !Number.isNaN(value) && (this.#best === undefined || better(this.#best));
    this.#sinceBest = best ? 0 : this.#sinceBest + 1;
    if (best) {
      this.#best = { update: this.#position.update, value };
      if (this.#restoresBest()) this.#bestState = await this.#trainer.learnt();
    }
    const { loss = Number.NaN, accuracy } = scores;
    return { type: 'evaluation', position: this.#position, loss, ...(accuracy !== undefined && { accuracy }), best };
  }

  #restoresBest(): boolean {
    return this.#options.restoreBest ?? this.#options.validation !== undefined;
  }

  async *#save(): AsyncGenerator<FitEvent, void, void> {
    const { checkpoints } = this.#options;
    if (!checkpoints || this.#saved?.update === this.#position.update) return;
    const log = await this.#log?.flush();
    const run: RunState = {
      position: this.#position,
      fingerprint: this.#fingerprint,
      engine: this.#trainer.info,
      epochLoss: this.#epochLoss,
      ...(this.#cached && { features: true }),
      best: this.#best,
      sinceBest: this.#sinceBest,
      ...(log && { log }),
      versions: versions(),
    };
    const path = await saveCheckpoint(checkpoints.folder, run, await this.#trainer.snapshot(), checkpoints.keep ?? 2);
    this.#saved = { path, update: this.#position.update };
    yield { type: 'checkpoint', path, position: this.#position };
  }

  async *#end(): AsyncGenerator<FitEvent, FitResult, void> {
    const { total } = this.#plan;
    const reason = this.#position.update >= total ? 'completed' : this.#exhausted() ? 'early' : 'stopped';
    yield* this.#save();
    const best = reason === 'stopped' ? undefined : this.#bestState;
    this.#trainer.adopt(best ?? (await this.#trainer.learnt()));
    const { epoch, step, update } = this.#position;
    if (reason === 'stopped') {
      const where = `after update ${update} of ${total} (epoch ${epoch + 1}, step ${step})`;
      const how = this.#saved
        ? `Run the same again to go on from ${this.#saved.path}.`
        : 'No checkpoint was kept, so a new run starts from the beginning; set `checkpoints` to be able to go on.';
      yield { type: 'notice', message: `Stopped ${where}. ${how}` };
    }
    const end: FitResult = {
      type: 'end',
      reason,
      position: this.#position,
      seconds: this.#pace.seconds,
      ...(this.#best && { best: this.#best }),
      ...(this.#saved && { checkpoint: this.#saved.path }),
    };
    yield end;
    return end;
  }
}
