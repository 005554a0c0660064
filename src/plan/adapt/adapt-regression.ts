// A network that predicts amounts, a source with labels and a target without -> the network adapted, or the source's own where that has lost what it knew. Called by
// users who have a network of their own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../core/clock.ts';
import { fail } from '../../core/errors.ts';
import { evenly } from '../../core/evenly.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { resolveOptions } from '../../core/options.ts';
import { isTensor, toNumbers } from '../../core/tensor.ts';
import type { ExampleSource } from '../../data/dataset.ts';
import { networkMethods } from '../../methods/networks/index.ts';
import type { NetworkMethodName } from '../../methods/networks/names.ts';
import type { NetworkMethod } from '../../methods/networks/pieces/network-method.ts';
import { observed } from '../../methods/networks/pieces/observed.ts';
import { withheld } from '../../methods/networks/pieces/withheld.ts';
import { meanSquaredError } from '../../nn/losses/elementwise.ts';
import type { Loss } from '../../nn/losses/loss.ts';
import type { Model } from '../../nn/model.ts';
import { copyOfModel } from '../../nn/own-values.ts';
import { requireModel } from '../../nn/require-model.ts';
import { type RegressionScore, regressionScores } from '../../score/regression.ts';
import { summarise } from '../../score/summary.ts';
import { requireSource } from '../../train/given.ts';
import { checkSource } from '../../train/plan.ts';
import type { AdaptNetworkEvent } from './adapt-network.ts';
import { type AdaptFitOptions, checkFit, methodOf } from './network-given.ts';
import { type Checkpoint, type Training, trainingOf } from './network-training.ts';

/** How {@link adaptRegression} adapts. */
export interface AdaptRegressionOptions {
  /** By name, one of those that look at no class: `deep-coral`, `dan`, `dann`, `adabn`, `source-only`; or one made with `defineNetworkMethod`. */
  readonly method: NetworkMethodName | NetworkMethod;
  /** The method's own. */
  readonly options?: Readonly<Record<string, number | boolean | string>>;
  /** As for `adaptNetwork`; `loss` is the mean squared error unless told otherwise. */
  readonly fit?: AdaptFitOptions;
  /** Labelled examples of the target, looked at when all is done, to say what it is worth. */
  readonly scoreOn?: ExampleSource;
}

const KINDS: OptionKinds<AdaptRegressionOptions> = {
  method: 'any',
  options: { kind: 'object', like: '{ weight: 1 }' },
  fit: { kind: 'object', like: '{ epochs: 20 }' },
  scoreOn: 'any',
};

/** What a network is at the end of a training. */
export interface RegressionCandidate {
  /** `deep-coral, update 300`. */
  readonly name: string;
  /** Of the target's rows that are judged, `[M, outputs]`. */
  readonly predictions: Float64Array;
  /** How well it predicts the source's rows, for each output. */
  readonly source: readonly RegressionScore[];
}

/** What {@link adaptRegression} found. */
export interface RegressionAdaptation {
  /** The chosen network, with values of its own. */
  readonly model: Model;
  /** The network trained on the source alone, for as long. */
  readonly yardstick: RegressionCandidate;
  /** The last epoch of the method. */
  readonly last: RegressionCandidate;
  readonly chosen: RegressionCandidate;
  /** Why, in words. */
  readonly why: string;
  /** Rows of the target that were judged, `[M]`. */
  readonly rows: Int32Array;
  /** On `scoreOn`, for each output. */
  readonly scored?: {
    readonly sourceOnly: readonly RegressionScore[];
    readonly last: readonly RegressionScore[];
    readonly chosen: readonly RegressionScore[];
  };
  readonly seconds: number;
}

/** Rows of each domain that are judged. */
const MOST_ROWS = 2000;
/** A network that explains so much less of the source's labels than the source's own does has lost what it knew. */
const LOST = 0.15;
/** Standard deviation of the predictions on the target, as a share of that of the source's own: below, all rows are told the same. */
const COLLAPSED = 0.3;

/**
 * Trains a copy of `model` on a source with amounts as labels for a target without, and another on the source alone. The method's last epoch is taken unless it has
 * collapsed: validators that rank epochs without a label look at classes, and none for amounts has proved itself here. Of `target` only inputs are read; the given model
 * stays as it is. `fit.checkpoints.folder` lets the same call go on where it was stopped.
 * @param source its labels are float32 `[N, outputs]`.
 * @throws GraftError `invalid-argument`, `invalid-data` or `invalid-shape` where model, data and options do not go together; `aborted` when the signal says so;
 *   and all that `fit` throws.
 */
export async function* adaptRegression(
  model: Model,
  source: ExampleSource,
  target: ExampleSource,
  given: AdaptRegressionOptions,
): AsyncGenerator<AdaptNetworkEvent, RegressionAdaptation, void> {
  if (given === undefined)
    fail('invalid-argument', `\`adaptRegression\` needs to be told how: \`{ method: 'deep-coral' }\`; methods are ${NAMES.join(', ')}.`);
  knownOptions(given, KINDS, 'adaptRegression');
  requireModel('adaptRegression', model);
  requireSource('adaptRegression', source);
  requireSource('adaptRegression', target);
  const { scoreOn } = given;
  if (scoreOn !== undefined) requireSource('scoreOn', scoreOn);
  checkFit('adaptRegression', given.fit ?? {});
  const loss = given.fit?.loss ?? meanSquaredError();
  const base: AdaptFitOptions = { ...given.fit, loss };
  const outputs = outputsOf(model, loss);
  const method = methodOf('adaptRegression', given.method, NAMES);
  if (!method.amounts)
    fail('invalid-argument', `Method \`${method.name}\` is for classes, and the loss \`${loss.name}\` for amounts: take one of ${NAMES.join(', ')}.`);
  const clock = base.clock ?? systemClock;
  const began = clock();
  const unlabelled = withheld(target);
  await checkSource(model, source, loss);
  await checkSource(model, unlabelled, loss, false);
  if (scoreOn) await checkSource(model, scoreOn, loss);
  const kept = base.checkpoints?.folder;
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'graft-adapt-')));
  const [rows, sourceRows] = [evenly(target.length, MOST_ROWS), evenly(source.length, MOST_ROWS)];
  const predicted = async (network: Model, data: ExampleSource, rows: Int32Array) =>
    Float64Array.from((await observed(network, data, rows, base)).scores);
  const truth = await amountsOf(source, sourceRows);
  const judged = async (checkpoint: Checkpoint) => {
    // Before it is settled, its statistics are the source's.
    const trained = await checkpoint.restore();
    const told = await predicted(trained, source, sourceRows);
    await checkpoint.settle();
    const network = copyOfModel(trained);
    const predictions = await predicted(network, unlabelled, rows);
    return { network, candidate: { name: checkpoint.name, predictions, source: regressionScores(truth, told, outputs) } };
  };
  try {
    const train = (one: NetworkMethod, settings: AdaptRegressionOptions['options'] = {}) => {
      const options = resolveOptions(one.options, settings, `method \`${one.name}\``);
      return trainingOf(
        { model: copyOfModel(model), source, target: unlabelled },
        one,
        options,
        { ...base, checkpoints: { ...base.checkpoints, folder } },
        1,
      );
    };
    const alone = await judged(lastOf(yield* train(networkMethods['source-only'])));
    const adapted = method.name === 'source-only' ? alone : await judged(lastOf(yield* train(method, given.options)));
    const fault = adapted === alone ? undefined : collapse(adapted.candidate, alone.candidate, outputs);
    const chosen = fault === undefined ? adapted : alone;
    const scoreOf = async ({ network }: typeof alone, data: ExampleSource) => {
      const all = Int32Array.from({ length: data.length }, (_, row) => row);
      return regressionScores(await amountsOf(data, all), await predicted(network, data, all), outputs);
    };
    return {
      model: chosen.network,
      yardstick: alone.candidate,
      last: adapted.candidate,
      chosen: chosen.candidate,
      why:
        adapted === alone
          ? 'There is nothing but the source alone.'
          : fault === undefined
            ? `The last epoch of \`${method.name}\`, which has not collapsed; nothing that needs no label says whether it is better than the source alone.`
            : `\`${method.name}\` ${fault}: the source's own network is kept.`,
      rows,
      ...(scoreOn && {
        scored: { sourceOnly: await scoreOf(alone, scoreOn), last: await scoreOf(adapted, scoreOn), chosen: await scoreOf(chosen, scoreOn) },
      }),
      seconds: (clock() - began) / 1000,
    };
  } finally {
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}

const NAMES = Object.values(networkMethods as Record<string, NetworkMethod>).flatMap(({ name, amounts }) => (amounts ? [name] : []));

function lastOf({ checkpoints }: Training): Checkpoint {
  return checkpoints.at(-1) as Checkpoint;
}

/** Numbers that the network predicts. */
function outputsOf(model: Model, loss: Loss): number {
  const { shape, dtype } = model.logits;
  const [, outputs] = shape;
  if (shape.length !== 2 || typeof outputs !== 'number')
    return fail('invalid-shape', `\`adaptRegression\` is for amounts [N, outputs]; model \`${model.name}\` gives [${shape.join(', ')}].`);
  const target = loss.target({ dtype, shape: [1, outputs] });
  if (target.dtype === 'int64' || loss.distributions)
    fail(
      'invalid-argument',
      `\`fit.loss\` is \`${loss.name}\`, which is for classes: take one for amounts, such as \`losses.meanSquaredError()\`, or \`adaptNetwork\`.`,
    );
  return outputs;
}

async function amountsOf(data: ExampleSource, rows: Int32Array): Promise<Float64Array> {
  const { labels } = await data.gather(rows);
  if (!isTensor(labels)) return fail('invalid-data', `\`${data.name}\` has no amounts as labels, a float32 tensor [N, outputs].`);
  return Float64Array.from(toNumbers(labels));
}

/** Why what a method left is not taken, where it is not. */
function collapse(adapted: RegressionCandidate, alone: RegressionCandidate, outputs: number): string | undefined {
  for (let output = 0; output < outputs; output++) {
    const [own, before] = [adapted, alone].map(({ source }) => source[output]?.rSquared as number) as [number, number];
    const which = outputs > 1 ? ` of output ${output}` : '';
    if (own < before - LOST) return `explains only ${percent(own)} of the source's labels${which}, the source's own network ${percent(before)}`;
    const [spread, usual] = [adapted, alone].map(({ predictions }) => summarise(predictions.filter((_, i) => i % outputs === output)).sd) as [
      number,
      number,
    ];
    if (spread < COLLAPSED * usual)
      return `tells all rows of the target much the same${which}: they deviate by ${short(spread)}, by the source's own network by ${short(usual)}`;
  }
  return undefined;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const short = (value: number) => String(Number(value.toPrecision(2)));
