// A network, a source with labels and a target without -> the network adapted, and a choice among its checkpoints and the source's own that sees no label of the
// target. Called by users who have a network of their own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../core/clock.ts';
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { resolveOptions } from '../../core/options.ts';
import type { ExampleSource } from '../../data/dataset.ts';
import type { KnownRows } from '../../methods/domains/pieces/domain-method.ts';
import { networkMethods } from '../../methods/networks/index.ts';
import type { NetworkMethodName } from '../../methods/networks/names.ts';
import { type NetworkMethod, requireKnown } from '../../methods/networks/pieces/network-method.ts';
import { withheld } from '../../methods/networks/pieces/withheld.ts';
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import type { Model } from '../../nn/model.ts';
import { copyOfModel } from '../../nn/own-values.ts';
import { requireModel } from '../../nn/require-model.ts';
import { evaluate } from '../../train/evaluate.ts';
import { requireSource } from '../../train/given.ts';
import { checkSource } from '../../train/plan.ts';
import type { CandidateEvent, NoteEvent, TrainingEvent, WorkEvent } from '../events.ts';
import type { Choice } from './choice.ts';
import { halved } from './halving.ts';
import { type AdaptFitOptions, checkFit, METHOD_NAMES, methodOf, runOn } from './network-given.ts';
import { type Judging, lookedAt, type NetworkCandidate } from './network-judging.ts';
import { type Checkpoint, type Training, trainingOf } from './network-training.ts';
import { requireEnough } from './rehearsal.ts';
import { knownIn } from './target-labels.ts';

/** How {@link adaptNetwork} adapts. */
export interface AdaptNetworkOptions {
  /** By name, or one made with `defineNetworkMethod`; `auto` trains each of `methods`, and chooses among the epochs of all. */
  readonly method: 'auto' | NetworkMethodName | NetworkMethod;
  /** What `auto` trains, besides the source's own network; default those that need no tuning: `mcc`, `consistency`, `shot`, and `adabn` where there is a batch norm. */
  readonly methods?: readonly (NetworkMethodName | NetworkMethod)[];
  /**
   * Of `auto`: after a quarter of the epochs, and again after half of them, the half of the methods goes on that looks better without a label (successive halving,
   * Jamieson & Talwalkar 2016, arXiv:1502.07943); one that has not begun to adapt by then goes on too. The others are no candidates. Default no: each is trained whole.
   */
  readonly halving?: boolean;
  /** The method's own; not for `auto`. */
  readonly options?: Readonly<Record<string, number | boolean | string>>;
  /**
   * As for `fit`, the same for the method and for the source's own network; `epochs` for all phases of a method together. `checkpoints.folder` keeps both
   * trainings, each epoch of them, and the same call goes on where it was stopped; without it they lie in the system's folder for temporary files while it runs.
   */
  readonly fit?: AdaptFitOptions;
  /**
   * Of the target's rows, `[target.length]`, -1 where it is not known, as of most: what is known is learnt from by methods that can, and none of it by the source's own
   * network. The choice does not go by it: no network is trained once more to be asked for rows that it has not learnt. Default nothing.
   */
  readonly targetLabels?: Int32Array;
  /** Labelled examples of the target, looked at when all is chosen, to say what it is worth. */
  readonly scoreOn?: ExampleSource;
}

const KINDS: OptionKinds<AdaptNetworkOptions> = {
  method: 'any',
  methods: 'list',
  halving: 'boolean',
  options: { kind: 'object', like: '{ weight: 1 }' },
  fit: { kind: 'object', like: '{ epochs: 20 }' },
  targetLabels: 'any',
  scoreOn: 'any',
};

/** Shares of `scoreOn` that are told rightly. */
export interface NetworkScores {
  /** By the network trained on the source alone, for as long. */
  readonly sourceOnly: number;
  /** By the last epoch of the method; of the one that was chosen, where there are several. */
  readonly last: number;
  /** By what was chosen without a label. */
  readonly chosen: number;
  /** By the best of all candidates, which only the labels tell. */
  readonly oracle: number;
  /** By each of the candidates. */
  readonly candidates: readonly number[];
}

/** What {@link adaptNetwork} found. */
export interface NetworkAdaptation {
  /** The chosen network, with values of its own. */
  readonly model: Model;
  /** The source's own network, then the method's epochs, ten at most; four of each where there are several methods. */
  readonly candidates: readonly NetworkCandidate[];
  readonly yardstick: NetworkCandidate;
  /** The last epoch of the method; of the one that was chosen, where there are several. */
  readonly last: NetworkCandidate;
  readonly choice: Choice<NetworkCandidate>;
  /** Rows of the target that were judged, `[M]`. */
  readonly rows: Int32Array;
  readonly scored?: NetworkScores;
  readonly seconds: number;
}

/** What `adaptNetwork` tells while it runs. */
export type AdaptNetworkEvent = TrainingEvent | WorkEvent | CandidateEvent | NoteEvent;

/** Epochs of a method that are judged at most: of the only one, and of each of several. */
const [MOST_JUDGED, MOST_OF_EACH] = [10, 4];
/**
 * Trains a copy of `model` on a source with labels for a target without, by a method of domain adaptation, and another on the source alone; then chooses among
 * the method's epochs and the source's own network without a label of the target, which is never read: of `target` only inputs are, and of `targetLabels` a method may learn. The given model stays as it is.
 * @throws GraftError `invalid-argument`, `invalid-data` or `invalid-shape` where model, data and options do not go together; `aborted` when the signal says so;
 *   and all that `fit` throws.
 */
export async function* adaptNetwork(
  model: Model,
  source: ExampleSource,
  target: ExampleSource,
  given: AdaptNetworkOptions,
): AsyncGenerator<AdaptNetworkEvent, NetworkAdaptation, void> {
  const { methods, known } = checkGiven(model, source, target, given);
  const { fit: base = {}, scoreOn } = given;
  const clock = base.clock ?? systemClock;
  const began = clock();
  await checkSource(model, source, base.loss ?? crossEntropy());
  const unlabelled = withheld(target);
  await checkSource(model, unlabelled, base.loss ?? crossEntropy(), false);
  requireEnough(`\`${target.name}\``, target.length);
  if (scoreOn) await checkSource(model, scoreOn, crossEntropy());
  const kept = base.checkpoints?.folder;
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'graft-adapt-')));
  const most = methods.length > 1 ? MOST_OF_EACH : MOST_JUDGED;
  try {
    const train = (one: NetworkMethod, until?: number) => {
      // Those of `given` are the named method's own.
      const settings = one.name === 'source-only' ? {} : (given.options ?? {});
      const options = resolveOptions(one.options, settings, `method \`${one.name}\``);
      const how = { ...base, checkpoints: { ...base.checkpoints, folder } };
      return trainingOf({ model: copyOfModel(model), source, target: unlabelled, known: one.known && known }, one, options, how, most, until);
    };
    const alone = yield* train(networkMethods['source-only'] as NetworkMethod);
    const judging: Judging = { alone, source, target: unlabelled, base };
    const going = given.halving ? yield* halved(methods, train, judging) : methods;
    const adapted: Training[] = [];
    for (const method of going) adapted.push(method.name === 'source-only' ? alone : yield* train(method));
    return yield* judged(adapted, judging, { scoreOn, seconds: () => (clock() - began) / 1000 });
  } finally {
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function* judged(
  adapted: readonly Training[],
  judging: Judging,
  { scoreOn, seconds }: { readonly scoreOn: ExampleSource | undefined; readonly seconds: () => number },
): AsyncGenerator<AdaptNetworkEvent, NetworkAdaptation, void> {
  const { base } = judging;
  const epochs = adapted.flatMap(({ checkpoints }) => checkpoints);
  const { found, choice, rows, warning } = yield* lookedAt(epochs, judging);
  if (warning !== undefined) yield { type: 'note', message: warning };
  const candidates = found.map(({ candidate }) => candidate);
  const [yardstick] = candidates as [NetworkCandidate];
  const taken = found.find(({ candidate }) => candidate === choice.chosen)?.checkpoint as Checkpoint;
  const [only] = adapted;
  const training = adapted.length > 1 ? adapted.find((one) => one.checkpoints.includes(taken)) : only;
  const last = found.find(({ checkpoint }) => checkpoint === training?.checkpoints.at(-1))?.candidate ?? yardstick;
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
      scored: {
        sourceOnly: scoreOf(yardstick),
        last: scoreOf(last),
        chosen: scoreOf(choice.chosen),
        oracle: Math.max(...scores),
        candidates: scores,
      },
    }),
    seconds: seconds(),
  };
}

/** The methods to train, one after another, and the target's rows whose labels are known. */
function checkGiven(
  model: Model,
  source: ExampleSource,
  target: ExampleSource,
  given: AdaptNetworkOptions,
): { readonly methods: readonly NetworkMethod[]; readonly known: KnownRows | undefined } {
  if (given === undefined)
    fail('invalid-argument', `\`adaptNetwork\` needs to be told how: \`{ method: 'dann' }\`; methods are auto, ${METHOD_NAMES.join(', ')}.`);
  knownOptions(given, KINDS, 'adaptNetwork');
  requireModel('adaptNetwork', model);
  requireSource('adaptNetwork', source);
  requireSource('adaptNetwork', target);
  const { method, methods, halving, options, fit: base = {}, targetLabels, scoreOn } = given;
  if (scoreOn !== undefined) requireSource('scoreOn', scoreOn);
  checkFit('adaptNetwork', base);
  const { shape } = model.logits;
  if (shape.length !== 2 || typeof shape[1] !== 'number' || shape[1] < 2)
    fail('invalid-shape', `\`adaptNetwork\` is for classes, scores [N, classes]; model \`${model.name}\` gives [${shape.join(', ')}].`);
  const known = targetLabels && knownIn(targetLabels, target.length, shape[1]);
  if (method !== 'auto') {
    const barred = methods !== undefined ? 'methods' : halving !== undefined ? 'halving' : undefined;
    if (barred) fail('invalid-argument', `\`${barred}\` is for \`method: 'auto'\`, which tries several; leave it out.`);
    return { methods: [suited(methodOf('adaptNetwork', method), known)], known };
  }
  if (options !== undefined)
    fail('invalid-argument', "`options` are those of one method, and `method: 'auto'` tries several: name the method, or leave them out.");
  if (halving && base.checkpoints?.every !== undefined)
    fail('invalid-argument', '`halving` judges epochs, and `fit.checkpoints.every` keeps others: leave it out.');
  if (methods?.length === 0) fail('invalid-argument', "`methods` is empty: name what `method: 'auto'` is to try, or leave it out.");
  const tried = [...(hasBatchNorm(model) ? ['adabn' as const] : []), ...TRIED].map((name) => methodOf('adaptNetwork', name));
  const wanted = methods?.map((one) => suited(methodOf('adaptNetwork', one), known)) ?? tried;
  const twice = wanted.find(({ name }, i) => wanted.findIndex((other) => other.name === name) < i);
  if (twice) fail('invalid-argument', `\`methods\` names \`${twice.name}\` twice; name each once.`);
  return { methods: wanted, known };
}

/** The method, where it goes with what is known of the target: one that was asked for by name passes no labels over. */
function suited(method: NetworkMethod, known: KnownRows | undefined): NetworkMethod {
  requireKnown(method, known);
  if (known && !method.known) {
    const others = Object.values(networkMethods as Record<string, NetworkMethod>).flatMap((one) => (one.known ? [one.name] : []));
    fail(
      'invalid-argument',
      `Method \`${method.name}\` learns from no label of the target: leave \`targetLabels\` out, or take one of ${others.join(', ')}.`,
    );
  }
  return method;
}

/** What `auto` tries: methods without a game of two players, whose weights need no tuning by labels that are not there. */
const TRIED = ['mcc', 'consistency', 'shot'] as const;

function hasBatchNorm({ graph }: Model): boolean {
  return graph.nodes.some(({ op }) => op === 'BatchNormalization');
}
