// A network, a source with labels and a target without -> the network adapted, and a choice among its checkpoints and the source's own that sees no label of the
// target. Called by users who have a network of their own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../core/clock.ts';
import { fail } from '../../core/errors.ts';
import { evenly } from '../../core/evenly.ts';
import { inWords, knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { suggest } from '../../core/nearest.ts';
import { type OptionRecords, resolveOptions } from '../../core/options.ts';
import type { ExampleSource } from '../../data/dataset.ts';
import { clustersOf } from '../../methods/domains/pieces/clusters.ts';
import { nearestRows } from '../../methods/domains/pieces/neighbours.ts';
import { unitRows } from '../../methods/domains/pieces/products.ts';
import { networkMethods } from '../../methods/networks/index.ts';
import type { NetworkMethodName } from '../../methods/networks/names.ts';
import type { NetworkMethod } from '../../methods/networks/pieces/network-method.ts';
import { observed } from '../../methods/networks/pieces/observed.ts';
import { withheld } from '../../methods/networks/pieces/withheld.ts';
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import type { Model } from '../../nn/model.ts';
import { copyOfModel } from '../../nn/own-values.ts';
import { requireModel } from '../../nn/require-model.ts';
import { accuracy, argmaxRows } from '../../score/metrics.ts';
import { evaluate } from '../../train/evaluate.ts';
import { checkOptions, type FitOptions } from '../../train/fit-options.ts';
import { requireSource } from '../../train/given.ts';
import { checkSource } from '../../train/plan.ts';
import type { CandidateEvent, TrainingEvent, WorkEvent } from '../events.ts';
import { type Choice, type Choosable, chosenWithout } from './choice.ts';
import { type Checkpoint, type Training, trainingOf } from './network-training.ts';

/** How both trainings go: what `fit` takes, without what chooses by labels, keeps features, or writes a file for one training alone. */
export type AdaptFitOptions = Omit<FitOptions, 'validation' | 'evaluateEvery' | 'metric' | 'patience' | 'restoreBest' | 'featureCache' | 'log'>;

const NOT_HERE: readonly Exclude<keyof FitOptions, keyof AdaptFitOptions>[] = [
  'validation',
  'evaluateEvery',
  'metric',
  'patience',
  'restoreBest',
  'featureCache',
  'log',
];

/** How {@link adaptNetwork} adapts. */
export interface AdaptNetworkOptions {
  /** By name, or one made with `defineNetworkMethod`. */
  readonly method: NetworkMethodName | NetworkMethod;
  /** The method's own. */
  readonly options?: Readonly<Record<string, number | boolean | string>>;
  /**
   * As for `fit`, the same for the method and for the source's own network; `epochs` for all phases of a method together. `checkpoints.folder` keeps both
   * trainings, each epoch of them, and the same call goes on where it was stopped; without it they lie in the system's folder for temporary files while it runs.
   */
  readonly fit?: AdaptFitOptions;
  /** Labelled examples of the target, looked at when all is chosen, to say what it is worth. */
  readonly scoreOn?: ExampleSource;
}

const KINDS: OptionKinds<AdaptNetworkOptions> = {
  method: 'any',
  options: { kind: 'object', like: '{ weight: 1 }' },
  fit: { kind: 'object', like: '{ epochs: 20 }' },
  scoreOn: 'any',
};

/** What a network is after some epochs of a training. */
export interface NetworkCandidate extends Choosable {
  /** `dann, update 300`. */
  readonly name: string;
  /** Of the target's rows that are judged, `[M, classes]`. */
  readonly probabilities: Float64Array;
  /** Share of the source's rows that it tells rightly. */
  readonly sourceAccuracy: number | undefined;
}

/** Shares of `scoreOn` that are told rightly. */
export interface NetworkScores {
  /** By the network trained on the source alone, for as long. */
  readonly sourceOnly: number;
  /** By the method's last epoch. */
  readonly last: number;
  /** By what was chosen without a label. */
  readonly chosen: number;
  /** By the best of all candidates, which only the labels tell. */
  readonly oracle: number;
}

/** What {@link adaptNetwork} found. */
export interface NetworkAdaptation {
  /** The chosen network, with values of its own. */
  readonly model: Model;
  /** The source's own network, then the method's epochs, ten at most. */
  readonly candidates: readonly NetworkCandidate[];
  readonly yardstick: NetworkCandidate;
  /** The method's last epoch. */
  readonly last: NetworkCandidate;
  readonly choice: Choice<NetworkCandidate>;
  /** Rows of the target that were judged, `[M]`. */
  readonly rows: Int32Array;
  readonly scored?: NetworkScores;
  readonly seconds: number;
}

/** What `adaptNetwork` tells while it runs. */
export type AdaptNetworkEvent = TrainingEvent | WorkEvent | CandidateEvent;

/** Rows of each domain that candidates are judged on: validators compare all pairs of them. */
const MOST_ROWS = 2000;
/** Nearest rows that must agree. */
const NEIGHBOURS = 20;

/**
 * Trains a copy of `model` on a source with labels for a target without, by a method of domain adaptation, and another on the source alone; then chooses among
 * the method's epochs and the source's own network without a label of the target, which is never read: of `target` only inputs are. The given model stays as it is.
 * @throws GraftError `invalid-argument`, `invalid-data` or `invalid-shape` where model, data and options do not go together; `aborted` when the signal says so;
 *   and all that `fit` throws.
 */
export async function* adaptNetwork(
  model: Model,
  source: ExampleSource,
  target: ExampleSource,
  given: AdaptNetworkOptions,
): AsyncGenerator<AdaptNetworkEvent, NetworkAdaptation, void> {
  const method = checkGiven(model, source, target, given);
  const { fit: base = {}, scoreOn } = given;
  const clock = base.clock ?? systemClock;
  const began = clock();
  await checkSource(model, source, base.loss ?? crossEntropy());
  const unlabelled = withheld(target);
  await checkSource(model, unlabelled, base.loss ?? crossEntropy(), false);
  if (scoreOn) await checkSource(model, scoreOn, crossEntropy());
  const kept = base.checkpoints?.folder;
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'graft-adapt-')));
  try {
    const train = (one: NetworkMethod, settings: AdaptNetworkOptions['options'] = {}) => {
      const options = resolveOptions(one.options, settings, `method \`${one.name}\``);
      return trainingOf({ model: copyOfModel(model), source, target: unlabelled }, one, options, {
        ...base,
        checkpoints: { ...base.checkpoints, folder },
      });
    };
    const alone = yield* train(networkMethods['source-only'] as NetworkMethod);
    const adapted = method.name === 'source-only' ? alone : yield* train(method, given.options);
    return yield* judged(alone, adapted, { source, target: unlabelled, base, scoreOn, seconds: () => (clock() - began) / 1000 });
  } finally {
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}

interface Judging {
  readonly source: ExampleSource;
  readonly target: ExampleSource;
  readonly base: AdaptFitOptions;
  readonly scoreOn: ExampleSource | undefined;
  readonly seconds: () => number;
}

async function* judged(
  alone: Training,
  adapted: Training,
  { source, target, base, scoreOn, seconds }: Judging,
): AsyncGenerator<AdaptNetworkEvent, NetworkAdaptation, void> {
  const rows = evenly(target.length, MOST_ROWS);
  const sourceRows = evenly(source.length, MOST_ROWS);
  const { labels } = await source.gather(sourceRows);
  const classes = alone.model.logits.shape[1] as number;
  const own = alone.checkpoints.at(-1) as Checkpoint;
  const found: { readonly candidate: NetworkCandidate; readonly checkpoint: Checkpoint }[] = [];
  const checkpoints = [own, ...adapted.checkpoints.filter((checkpoint) => checkpoint !== own)];
  let features: Awaited<ReturnType<typeof observed>>['features'] | undefined;
  for (const [i, checkpoint] of checkpoints.entries()) {
    yield { type: 'work', what: 'judging', done: i, of: checkpoints.length };
    const network = await checkpoint.restore();
    const told = argmaxRows((await observed(network, source, sourceRows, base)).probabilities, classes);
    await checkpoint.settle();
    const seen = await observed(network, target, rows, base);
    features ??= seen.features;
    const sourceAccuracy = labels instanceof Int32Array ? accuracy(labels, told) : undefined;
    found.push({ candidate: { name: checkpoint.name, probabilities: seen.probabilities, sourceAccuracy }, checkpoint });
  }
  yield { type: 'work', what: 'judging', done: checkpoints.length, of: checkpoints.length };
  const candidates = found.map(({ candidate }) => candidate);
  const [yardstick] = candidates as [NetworkCandidate];
  const last = found.find(({ checkpoint }) => checkpoint === adapted.checkpoints.at(-1))?.candidate ?? yardstick;
  const space = features as NonNullable<typeof features>;
  const choice = chosenWithout(candidates, yardstick, {
    rows: unitRows(space),
    classes,
    nearest: (await nearestRows(space, NEIGHBOURS)).rows,
    clusters: await clustersOf(space, classes, base.seed ?? 0),
  });
  const networkOf = async (wanted: NetworkCandidate): Promise<Model> => {
    const { checkpoint } = found.find(({ candidate }) => candidate === wanted) as (typeof found)[number];
    const network = await checkpoint.restore();
    await checkpoint.settle();
    return network;
  };
  const scores: number[] = [];
  for (const candidate of scoreOn ? candidates : []) {
    const { accuracy: share = Number.NaN } = await evaluate(await networkOf(candidate), scoreOn as ExampleSource, runOn(base));
    scores.push(share);
  }
  const scoreOf = (candidate: NetworkCandidate) => scores[candidates.indexOf(candidate)] as number;
  return {
    model: copyOfModel(await networkOf(choice.chosen)),
    candidates,
    yardstick,
    last,
    choice,
    rows,
    ...(scoreOn && {
      scored: { sourceOnly: scoreOf(yardstick), last: scoreOf(last), chosen: scoreOf(choice.chosen), oracle: Math.max(...scores) },
    }),
    seconds: seconds(),
  };
}

function runOn({ device, threads }: AdaptFitOptions) {
  return { ...(device && { device }), ...(threads !== undefined && { threads }) };
}

function checkGiven(model: Model, source: ExampleSource, target: ExampleSource, given: AdaptNetworkOptions): NetworkMethod<OptionRecords> {
  const names = Object.keys(networkMethods);
  if (given === undefined)
    fail('invalid-argument', `\`adaptNetwork\` needs to be told how: \`{ method: 'dann' }\`; methods are ${names.join(', ')}.`);
  knownOptions(given, KINDS, 'adaptNetwork');
  requireModel('adaptNetwork', model);
  requireSource('adaptNetwork', source);
  requireSource('adaptNetwork', target);
  const { method, fit: base = {}, scoreOn } = given;
  if (scoreOn !== undefined) requireSource('scoreOn', scoreOn);
  const barred = NOT_HERE.find((name) => (base as FitOptions)[name] !== undefined);
  if (barred)
    fail('invalid-argument', `\`adaptNetwork\` takes no \`fit.${barred}\`: several networks are trained, and judged without labels. Leave it out.`);
  checkOptions(base);
  const { shape } = model.logits;
  if (shape.length !== 2 || typeof shape[1] !== 'number' || shape[1] < 2)
    fail('invalid-shape', `\`adaptNetwork\` is for classes, scores [N, classes]; model \`${model.name}\` gives [${shape.join(', ')}].`);
  if (typeof method !== 'string') {
    if (typeof method?.phases === 'function') return method;
    return fail(
      'invalid-argument',
      `\`adaptNetwork\`: \`method\` is ${inWords(method)}, but must be one of ${names.join(', ')}, or made with \`defineNetworkMethod\`.`,
    );
  }
  if (!Object.hasOwn(networkMethods, method)) fail('invalid-argument', `There is no method \`${method}\` for networks; ${suggest(method, names)}`);
  return networkMethods[method] as unknown as NetworkMethod<OptionRecords>;
}
