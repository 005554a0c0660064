// Takes up the newest checkpoint of a folder, if it is of this very run. Called by `fit` before it starts.
import { cpus } from 'node:os';
import { fail } from '../core/errors.ts';
import { VERSION } from '../core/version.ts';
import type { ExampleSource } from '../data/dataset.ts';
import { listCheckpoints, loadCheckpoint, type RunState } from './checkpoint.ts';
import { type EngineInfo, type EngineState, type Learnt, learntOf } from './engine.ts';
import { bytesOf, differences, type Fingerprint, hashOf, sourceHash } from './fingerprint.ts';
import type { CheckpointOptions, FitOptions } from './fit-options.ts';
import type { Plan } from './plan.ts';
import type { Trainer } from './trainer.ts';

export interface Resumed {
  readonly fingerprint: Fingerprint;
  /** What the user should know. */
  readonly notices: readonly string[];
  /** What the checkpoint says; left out where there is none. */
  readonly run?: RunState;
  readonly best?: Learnt | undefined;
  readonly saved?: { readonly path: string; readonly update: number };
}

/** Versions and machine, as a checkpoint records them. */
export function versions(): Record<string, string> {
  return { graft: VERSION, node: process.version, cpu: cpus()[0]?.model ?? 'unknown' };
}

/**
 * Puts the newest whole checkpoint of the run into `trainer`.
 * @throws GraftError `invalid-checkpoint` when it is of another run, or none is whole; `invalid-argument` when it is not wanted.
 */
export async function resume(
  trainer: Trainer,
  plan: Plan,
  data: ExampleSource,
  options: FitOptions & { readonly checkpoints: CheckpointOptions },
): Promise<Resumed> {
  const { folder, resume: wanted = true } = options.checkpoints;
  const there = wanted ? [] : await listCheckpoints(folder);
  if (there.length > 0) {
    const remedy = 'Remove them, choose another folder, or leave out `resume: false`.';
    fail('invalid-argument', `${folder} holds checkpoints of an earlier run (update ${there.at(-1)}). ${remedy}`);
  }
  const fingerprint = await fingerprintOf(trainer, plan, data, options);
  const notices: string[] = [];
  const loaded = await loadCheckpoint(folder, (message) => notices.push(`${message} The one before it is used.`));
  if (!loaded) return { fingerprint, notices };
  const { engine, path } = loaded;
  let { run } = loaded;
  let best: EngineState | undefined;
  if (run.best) {
    const { update } = run.best;
    const lost = () => undefined;
    best = update === run.position.update ? engine : (await loadCheckpoint(folder, lost, update).catch(lost))?.engine;
    if (!best) {
      notices.push(`The checkpoint of the best evaluation (update ${update}) is lost; the best is looked for anew from here on.`);
      run = { ...run, best: undefined, sinceBest: 0 };
    }
  }
  requireSame(path, run.fingerprint, fingerprint, best ? [engine, best] : [engine]);
  const { update } = run.position;
  if (update > plan.total) notices.push(`The checkpoint is at update ${update}, beyond the ${plan.total} asked for: nothing is left to train.`);
  notices.push(...movedNotices(run, trainer.info));
  await trainer.restore(engine);
  return { fingerprint: run.fingerprint, notices, run, ...(best && { best: learntOf(best) }), saved: { path, update } };
}

const INITIAL = "the model's initial values";

async function fingerprintOf(trainer: Trainer, plan: Plan, data: ExampleSource, options: FitOptions): Promise<Fingerprint> {
  const { microBatch, seed, optimiser, schedule, total, metric } = plan;
  const { accumulate = 1, clipNorm, ema, evaluateEvery, validation } = options;
  // A schedule is a function: some of its values stand for it. One that does not depend on the total lets a finished run be prolonged.
  const rates = Array.from({ length: 24 }, (_, i) => schedule(Math.min(2 ** i - 1, total - 1), total));
  const settings = { seed, batchSize: microBatch, accumulate, clipNorm, ema, metric, evaluateEvery, optimiser: plan.trainer.optimiser.name };
  const values = Object.entries({ ...settings, ...optimiser.settings }).flatMap(([key, value]) =>
    value === undefined ? [] : [[`\`${key}\``, String(value)]],
  );
  return {
    ...Object.fromEntries(values),
    'the model or its loss': hashOf(trainer.objectiveBytes(await data.gather([0]))),
    [INITIAL]: valuesHash(trainer.initialState()),
    'the parameters that learn, and their rates': hashOf(JSON.stringify(plan.trainer.trainable)),
    'the learning rate schedule': hashOf(JSON.stringify(rates)),
    // Where examples depend on how far training is, they depend on how long it is to be.
    'the training data': await sourceHash(data, { epoch: 0, progress: 1 / total }),
    'the validation data': validation ? await sourceHash(validation) : 'none',
  };
}

/** A model that took over values of this very run, because it ended or was stopped, counts as its beginning. */
function requireSame(path: string, saved: Fingerprint, now: Fingerprint, own: readonly EngineState[]): void {
  const adopted = own.some((state) => valuesHash(learntOf(state)) === now[INITIAL]);
  const differ = differences(saved, now).filter((part) => !(adopted && part === INITIAL));
  if (differ.length === 0) return;
  fail(
    'invalid-checkpoint',
    `${path} is of another run. What differs: ${differ.join(', ')}. Choose another folder for this run, or remove those checkpoints.`,
  );
}

/** What follows where the same is computed otherwise. */
export const ROUNDING = 'rounding differs then, and training carries it on, so the result may differ.';

/** Says what keeps a resumed run from being the same bit for bit. */
function movedNotices({ engine, versions: before }: RunState, info: EngineInfo): string[] {
  const { graft, cpu } = versions();
  const pairs: [string, unknown, unknown][] = [
    ['device', engine.device, info.device],
    ['runtime', engine.runtime, info.runtime],
    ['threads', engine.threads, info.threads],
    ['block', engine.block ?? 'none', info.block ?? 'none'],
    ['CPU', before.cpu, cpu],
    ['Graft', before.graft, graft],
  ];
  const changed = pairs.filter(([, was, is]) => was !== is).map(([name, was, is]) => `${name} ${was}, now ${is}`);
  return changed.length === 0 ? [] : [`This run goes on under other conditions than it was saved (${changed.join('; ')}): ${ROUNDING}`];
}

function valuesHash({ parameters, buffers }: Learnt): string {
  return hashOf(bytesOf(parameters), bytesOf(buffers));
}
