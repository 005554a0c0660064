// The pretrained network with a trained head, fine-tuned by a method for rows without labels -> what each epoch says of these rows. The second half of LP-FT
// (Kumar et al. 2022), for two domains. Called by `adaptBackbone`.
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { evenly } from '../../core/evenly.ts';
import { resolveOptions } from '../../core/options.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { KnownRows } from '../../methods/domains/pieces/domain-method.ts';
import { networkMethods } from '../../methods/networks/index.ts';
import type { NetworkMethod } from '../../methods/networks/pieces/network-method.ts';
import { observed } from '../../methods/networks/pieces/observed.ts';
import type { LinearModel } from '../../methods/probes/linear.ts';
import type { Model } from '../../nn/model.ts';
import { cosine } from '../../nn/schedules.ts';
import { accuracy, argmaxRows } from '../../score/metrics.ts';
import type { DataFitEvent } from '../events.ts';
import { batchOf } from '../fine-tune.ts';
import type { ClosableSource } from '../reading.ts';
import { passedOn } from '../told.ts';
import { isNetworkMethod, type TuningMethodName } from './learner.ts';
import type { MethodOptions } from './method-options.ts';
import { type Checkpoint, trainingOf } from './network-training.ts';
import { selfTrained, sureRows } from './self-trained.ts';
import type { TunableNetwork, View } from './view.ts';

/** Rows to adapt from, and rows to adapt to, counted over all sources and, after them, the target. */
export interface TuningRows {
  readonly name: 'rehearsal' | 'target';
  readonly labelled: Int32Array;
  readonly labels: Int32Array;
  readonly unlabelled: Int32Array;
  /** Which of `unlabelled` were labelled by hand all the same. */
  readonly known?: KnownRows | undefined;
  /** What the linear models say of them, `[M, classes]`. */
  readonly said: Float64Array;
  readonly head: LinearModel;
}

/** How {@link tunedNetwork} trains. */
export interface Tuning {
  readonly view: View & { readonly network: TunableNetwork };
  readonly classes: readonly string[];
  readonly method: TuningMethodName;
  /** Of the method. */
  readonly methodOptions: MethodOptions;
  readonly epochs: number;
  readonly seed: number;
  readonly threads: number;
  /** Its checkpoints' folder. */
  readonly folder: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** What the head of a network reads. */
export interface SeenByNetwork {
  /** Rows with labels that were looked at, as places among all of them: `[N]`. */
  readonly rows: Int32Array;
  /** Of these, `[N, D]`. */
  readonly labelled: Tensor<'float32'>;
  /** Of all rows without labels, `[M, D]`. */
  readonly unlabelled: Tensor<'float32'>;
}

/** What an epoch left. */
export interface TunedEpoch {
  /** `dann, update 300`. */
  readonly name: string;
  /** Of the rows without labels, `[M, classes]`. */
  readonly probabilities: Float64Array;
  /** Share of the rows with labels that it tells rightly. */
  readonly sourceAccuracy: number;
  readonly seen: SeenByNetwork;
  /** The network as it was then. */
  restored(): Promise<Model>;
}

/** Epochs that are looked at, at most: each costs a pass over the rows. */
const MOST_JUDGED = 3;
/** Rows with labels that they are judged on. */
const MOST_ROWS = 1000;

/** The epochs that are looked at, the last one last. @throws GraftError `aborted` when the signal says so; all that `fit` throws. */
export async function* tunedNetwork(tuning: Tuning, rows: TuningRows): AsyncGenerator<DataFitEvent, TunedEpoch[], void> {
  const { view, classes, threads, seed, signal, clock } = tuning;
  const { network } = view;
  const { labelled, labels, unlabelled, head } = rows;
  const open: ClosableSource[] = [];
  const examples = (...given: Parameters<TunableNetwork['examplesOf']>): ClosableSource => {
    const source = network.examplesOf(...given);
    open.push(source);
    return source;
  };
  try {
    const target = examples({ name: `${rows.name}, without labels`, rows: unlabelled }, network.augment);
    const source = examples({ name: `${rows.name}, with labels`, rows: labelled, labels, classes }, network.augment);
    const method = methodOf(tuning, rows, (both) => examples(both, network.augment));
    const options = resolveOptions(method.options, tuning.methodOptions, `method \`${method.name}\``);
    const base = {
      epochs: tuning.epochs,
      batchSize: batchOf(labelled.length),
      optimiser: { name: 'adamw', settings: { lr: network.lr, weightDecay: 0.01 } },
      batchNorm: 'frozen',
      schedule: cosine(),
      seed,
      clock,
      ...(threads > 0 && { threads }),
      ...(signal && { signal }),
      checkpoints: { folder: join(tuning.folder, rows.name) },
    } as const;
    const domains = { model: await view.modelOf(head), source, target, known: method.known && rows.known };
    const training = trainingOf(domains, method, options, base, MOST_JUDGED);
    const called = rows.name === 'rehearsal' ? `rehearsal of ${method.name}` : method.name;
    const { checkpoints } = yield* passedOn(training, (event) => (event.type === 'training' ? { ...event, candidate: called } : undefined));
    const some = evenly(labelled.length, MOST_ROWS);
    const all = Int32Array.from(unlabelled.keys());
    const epochs: TunedEpoch[] = [];
    for (const [i, checkpoint] of checkpoints.entries()) {
      yield { type: 'work', what: `judging ${called}`, done: i, of: checkpoints.length };
      const model = await settled(checkpoint);
      const where = threads > 0 ? { threads } : {};
      const own = await observed(model, source, some, where);
      const { probabilities, features } = await observed(model, target, all, where);
      epochs.push({
        name: checkpoint.name,
        probabilities,
        sourceAccuracy: accuracy(
          some.map((row) => labels[row] as number),
          argmaxRows(own.probabilities, classes.length),
        ),
        seen: { rows: some, labelled: own.features, unlabelled: features },
        restored: () => settled(checkpoint),
      });
    }
    yield { type: 'work', what: `judging ${called}`, done: checkpoints.length, of: checkpoints.length };
    return epochs;
  } finally {
    for (const source of open) await source.close?.();
  }
}

function methodOf(
  { method, classes }: Tuning,
  { name, labelled, labels, unlabelled, said }: TuningRows,
  examples: (both: Parameters<TunableNetwork['examplesOf']>[0]) => ClosableSource,
): NetworkMethod {
  if (isNetworkMethod(method)) return networkMethods[method] as unknown as NetworkMethod;
  const sure = sureRows(said, classes.length);
  return selfTrained(
    examples({
      name: `${name}, self-training`,
      rows: Int32Array.from([...labelled, ...sure.rows.map((row) => unlabelled[row] as number)]),
      labels: Int32Array.from([...labels, ...sure.labels]),
      classes,
    }),
  );
}

async function settled(checkpoint: Checkpoint): Promise<Model> {
  const model = await checkpoint.restore();
  await checkpoint.settle();
  return model;
}
