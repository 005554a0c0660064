// One method trained on a network: its phases one after another, each a `fit` whose epochs are kept, and what an epoch left put back on request.
// Called by `adaptNetwork`.
import { join } from 'node:path';
import { systemClock } from '../../core/clock.ts';
import { fail } from '../../core/errors.ts';
import type { OptionRecords, OptionsOf } from '../../core/options.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { NetworkDomains, NetworkMethod, NetworkPhase } from '../../methods/networks/pieces/network-method.ts';
import { copyOfState, loadState, type Model } from '../../nn/model.ts';
import { adoptCheckpoint } from '../../train/adopt.ts';
import { listCheckpoints } from '../../train/checkpoint.ts';
import { fit } from '../../train/fit.ts';
import type { CheckpointOptions, FitOptions } from '../../train/fit-options.ts';
import type { CandidateEvent, TrainingEvent } from '../events.ts';

/** What an epoch left. */
export interface Checkpoint {
  readonly name: string;
  /** Puts it into the training's model. */
  restore(): Promise<Model>;
  /** Makes that model one for the target. */
  settle(): Promise<void>;
}

/** A method's training, done or paused. */
export interface Training {
  /** What was trained; `restore` writes into it. */
  readonly model: Model;
  /** Those that may be chosen, in order: the last one, and others evenly spread. */
  readonly checkpoints: readonly Checkpoint[];
}

/**
 * @param judged how many of its epochs may be chosen at most.
 * @param until epochs of all its phases together after which it pauses, with what it has until then, perhaps nothing; the same call with a later end goes on from there.
 * @throws GraftError `aborted` when the signal stopped it; all that `fit` throws.
 */
export async function* trainingOf<D extends OptionRecords>(
  domains: NetworkDomains,
  method: NetworkMethod<D>,
  options: OptionsOf<D>,
  base: FitOptions & { readonly checkpoints: CheckpointOptions },
  judged: number,
  until = Number.POSITIVE_INFINITY,
): AsyncGenerator<TrainingEvent | CandidateEvent, Training, void> {
  const { model } = domains;
  const clock = base.clock ?? systemClock;
  const began = clock();
  const kept: { readonly phase: NetworkPhase; readonly folder: string; readonly update: number; readonly before: ReadonlyMap<string, Tensor> }[] = [];
  let [count, left] = [0, until];
  for await (const phase of method.phases(domains, options, base)) {
    const folder = join(base.checkpoints.folder, method.name, `${++count}-${phase.name}`);
    const before = copyOfState(phase.model);
    const checkpoints = { ...base.checkpoints, folder, keep: Number.MAX_SAFE_INTEGER };
    const pause = new AbortController();
    const signal = base.signal ? AbortSignal.any([base.signal, pause.signal]) : pause.signal;
    let [perEpoch, epochs, last] = [1, 0, 0];
    for await (const event of fit(phase.model, phase.data, { ...phase.options, checkpoints, signal })) {
      // That it stopped, and how to go on, is said of a run, not of a pause.
      if (event.type !== 'notice' || !pause.signal.aborted) yield { type: 'training', candidate: method.name, event };
      if (event.type === 'start') [perEpoch, epochs] = [event.stepsPerEpoch, event.epochs];
      const done = event.type === 'start' ? event.from.epoch : event.type === 'epoch' ? event.epoch + 1 : 0;
      if (left < epochs && done >= left) pause.abort();
      if (event.type !== 'end') continue;
      if (event.reason === 'stopped' && (base.signal?.aborted || !pause.signal.aborted)) stopped(method.name, event.position.update);
      last = event.position.update;
    }
    // Where a run was stopped lies a checkpoint too, perhaps before its first update, which one that was not does not have; where it paused earlier, perhaps later ones.
    const every = checkpoints.every ?? perEpoch;
    const isEnd = (update: number) => left >= epochs && update === last;
    const isPlanned = (update: number) => update > 0 && update <= left * perEpoch && (update % every === 0 || isEnd(update));
    const planned = (await listCheckpoints(folder)).filter(isPlanned);
    if (phase.adapts) kept.push(...planned.map((update) => ({ phase, folder, update, before })));
    left -= epochs;
    if (left <= 0) break;
  }
  if (left > 0) {
    if (kept.length === 0) fail('internal', `Method \`${method.name}\` has no phase that adapts.`);
    yield { type: 'candidate', result: { name: method.name, about: method.about, seconds: (clock() - began) / 1000 } };
  }
  const most = Math.min(judged, kept.length);
  const some = Array.from({ length: most }, (_, i) => kept[Math.floor(((i + 1) * kept.length) / most) - 1] as (typeof kept)[number]);
  return {
    model,
    checkpoints: some.map(({ phase, folder, update, before }): Checkpoint => {
      return {
        name: `${method.name}, ${count > 1 ? `${phase.name}, ` : ''}update ${update}`,
        restore: async () => {
          loadState(phase.model, before);
          await adoptCheckpoint(phase.model, phase.options, folder, update);
          return model;
        },
        settle: async () => {
          await phase.settle?.();
        },
      };
    }),
  };
}

function stopped(method: string, update: number): never {
  return fail(
    'aborted',
    `Adaptation was stopped after update ${update} of \`${method}\`. The same call with the same \`fit.checkpoints\` goes on from there.`,
  );
}
