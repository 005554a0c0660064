// What can be asked of `fit`, and the defaults.

import type { Clock } from '../core/clock.ts';
import { fail } from '../core/errors.ts';
import { inWords, knownOptions, type OptionKinds } from '../core/known-options.ts';
import { nearest } from '../core/nearest.ts';
import type { ExampleSource } from '../data/dataset.ts';
import * as losses from '../nn/losses/index.ts';
import type { Loss } from '../nn/losses/loss.ts';
import { type Model, parametersOf } from '../nn/model.ts';
import type { OptimiserName, OptimiserSettings } from '../nn/optimisers/index.ts';
import type { Schedule } from '../nn/schedules.ts';
import type { BatchNormMode } from '../nn/training-form.ts';
import { checkThreads } from '../runtime/threads.ts';
import type { EngineSetup, TrainableSlot } from './engine.ts';
import { checkFeatureCache, type FeatureCache } from './features/options.ts';
import { requireSource } from './given.ts';
import type { Penalty, Recompute } from './program.ts';

/** Passes over the data unless told otherwise. */
export const DEFAULT_EPOCHS = 10;

/** How `fit` trains; each option has a default. */
export interface FitOptions {
  /** Passes over the data; default 10. */
  readonly epochs?: number;
  /**
   * Examples in one forward and backward pass. Default 32; fewer, by powers of two, where that is more than a tenth of the data or than fits into half of the
   * memory that the process may still take. A run that goes on from a checkpoint keeps its own.
   */
  readonly batchSize?: number;
  /** Passes whose gradients are added up before an update, normalised by all their examples; default 1. */
  readonly accumulate?: number;
  /** Default softmax cross-entropy over class indices. */
  readonly loss?: Loss;
  /** Default Adam. */
  readonly optimiser?: { readonly name: OptimiserName; readonly settings?: OptimiserSettings };
  /** Factor of the optimiser's `lr` per update; default constant. */
  readonly schedule?: Schedule;
  /** Largest global norm of the gradient; longer ones are shortened to it. Default none. */
  readonly clipNorm?: number;
  /** Decay of a moving average of the parameters, which is then evaluated and kept; default none. */
  readonly ema?: number;
  /** Groups that do not learn. Their batch norms' running statistics still follow the data, unless `batchNorm` is `frozen`. */
  readonly freeze?: readonly string[];
  /** Factor of the learning rate of a group; default 1. */
  readonly lrMultipliers?: Readonly<Record<string, number>>;
  /** Default `train`; `frozen` where an adapter learns in place of the weights, since what it keeps is small, and for the strategy `delta`. */
  readonly batchNorm?: BatchNormMode;
  /**
   * Where part of the model is frozen and nothing random lies before its end, what that part makes of each example is computed once and then read.
   * `auto`: in memory up to 256 MiB, beyond that on disk in the system's folder for caches, where it saves time; an object: on disk, for later
   * trainings too. Not used for a source whose examples vary. Default `auto`.
   */
  readonly featureCache?: FeatureCache;
  /**
   * `blocks`: the gradient computes parts of the forward pass again, between the network's narrow places, instead of keeping what they gave, with the same
   * results. Measured at batch 16, the memory at the peak falls to 0.60 (ResNet-50) and 0.40 (ViT-tiny) of what it was, for 1.2 times the time of a step.
   * Default `none`.
   */
  readonly recompute?: Recompute;
  /** Terms added to the loss. */
  readonly penalties?: readonly Penalty[];
  /** Seed of batch order and dropout, a safe integer >= 0; default 0. */
  readonly seed?: number;
  /** Labelled examples to evaluate on. */
  readonly validation?: ExampleSource;
  /** Updates between evaluations; default once each epoch. */
  readonly evaluateEvery?: number;
  /** What decides the best; default `accuracy` where there are classes, else `loss`. */
  readonly metric?: 'accuracy' | 'loss';
  /** Stops after this many evaluations without a better one. */
  readonly patience?: number;
  /** Puts the best evaluation's parameters into the model at the end; default true where there is a validation. */
  readonly restoreBest?: boolean;
  /** Where and how often to save; default nowhere. */
  readonly checkpoints?: CheckpointOptions;
  /** JSONL file that each event is appended to, one a line; what stands in it stays. */
  readonly log?: string;
  /** When aborted, `fit` ends after the update under way, with its checkpoint and the values learnt so far. */
  readonly signal?: AbortSignal;
  /** Default `auto`: `cpu`, or `wasm` where ONNX Runtime's native library does not load. */
  readonly device?: EngineSetup['device'];
  /** Threads of ONNX Runtime; default the physical cores, 1 for a tiny network. */
  readonly threads?: number;
  /** Measures rates and durations; default the system's. */
  readonly clock?: Clock;
}

/** Where and how often a run is saved, and whether it goes on from there. */
export interface CheckpointOptions {
  /** One run's own; made where there is none. */
  readonly folder: string;
  /** Updates between checkpoints; default once each epoch. */
  readonly every?: number;
  /** How many of the last are kept, besides the best; default 2. */
  readonly keep?: number;
  /** Go on from the newest checkpoint in the folder, where there is one; default true. */
  readonly resume?: boolean;
}

/** The parameters that learn, with their rates, in the model's order. @throws GraftError `invalid-argument` for an unknown group, or when none is left. */
export function trainableSlots(model: Model, { freeze = [], lrMultipliers = {}, batchNorm }: FitOptions): TrainableSlot[] {
  const frozen = new Set(parametersOf(model, freeze));
  const multipliers = new Map(
    Object.entries(lrMultipliers).flatMap(([group, factor]) => parametersOf(model, [group]).map((id) => [id, factor] as const)),
  );
  const norms = batchNorm === 'statistics' ? batchNormParameters(model) : new Set<string>();
  const slots = model.graph.ofKind('parameter').flatMap(({ id, shape }): TrainableSlot[] => {
    const info = model.parameters.get(id ?? '');
    if (id === undefined || info?.frozen || frozen.has(id) || norms.has(id) || multipliers.get(id) === 0) return [];
    return [{ id, dims: shape as number[], lrMultiplier: multipliers.get(id) ?? 1, decay: info?.decay ?? true }];
  });
  if (slots.length === 0) fail('invalid-argument', `Nothing of model \`${model.name}\` is left to train: \`freeze\` names ${freeze.join(', ')}.`);
  return slots;
}

/** Ids of the scales and biases of batch norms. */
export function batchNormParameters(model: Model): Set<string> {
  const nodes = model.graph.nodes.filter(({ op }) => op === 'BatchNormalization');
  return new Set(nodes.flatMap(({ inputs }) => inputs.slice(1, 3).flatMap((value) => (value?.id === undefined ? [] : [value.id]))));
}

const KINDS: OptionKinds<FitOptions> = {
  epochs: 'number',
  batchSize: 'number',
  accumulate: 'number',
  loss: 'any',
  optimiser: { kind: 'object', like: "{ name: 'sgd', settings: { lr: 0.01 } }" },
  schedule: { kind: 'function', like: 'schedules.cosine()' },
  clipNorm: 'number',
  ema: 'number',
  freeze: { kind: 'list', like: "['conv1', 'conv2']" },
  lrMultipliers: { kind: 'object', like: '{ conv1: 0.1 }' },
  batchNorm: 'any',
  featureCache: 'any',
  recompute: ['none', 'blocks'],
  penalties: 'list',
  seed: 'number',
  validation: 'any',
  evaluateEvery: 'number',
  metric: ['accuracy', 'loss'],
  patience: 'number',
  restoreBest: 'boolean',
  checkpoints: { kind: 'object', like: "{ folder: 'runs/first' }" },
  log: 'string',
  signal: { kind: 'object', like: 'new AbortController().signal' },
  device: ['auto', 'cpu', 'wasm'],
  threads: 'number',
  clock: 'function',
};
/** Their names. */
export const FIT_OPTIONS: readonly string[] = Object.keys(KINDS);
const MODES: readonly string[] = ['train', 'frozen', 'statistics'];
const CHECKPOINT_KINDS: OptionKinds<CheckpointOptions> = { folder: 'string', every: 'number', keep: 'number', resume: 'boolean' };
const OPTIMISER_KINDS: OptionKinds<NonNullable<FitOptions['optimiser']>> = { name: 'string', settings: { kind: 'object', like: '{ lr: 0.01 }' } };

const RATE = "the learning rate is one of the optimiser's settings: `optimiser: { name: 'adam', settings: { lr: 0.001 } }`.";
const ELSEWHERE = {
  lr: RATE,
  learningRate: RATE,
  weightDecay: "it is one of the optimiser's settings: `optimiser: { name: 'adamw', settings: { weightDecay: 0.01 } }`.",
  resume: "it is one of `checkpoints`: `checkpoints: { folder: 'runs/first', resume: true }`.",
  strategy: 'it is an option of `transfer`.',
};

/** @throws GraftError `invalid-argument` naming the option and what it may be. */
export function checkOptions(options: FitOptions): void {
  knownOptions(options, KINDS, 'fit', ELSEWHERE);
  const { checkpoints, optimiser, loss, validation } = options;
  knownOptions(checkpoints, CHECKPOINT_KINDS, 'checkpoints');
  if (checkpoints && !checkpoints.folder)
    fail('invalid-argument', "`checkpoints` needs a `folder` to save in: `checkpoints: { folder: 'runs/first' }`.");
  knownOptions(optimiser, OPTIMISER_KINDS, 'optimiser', { lr: 'it is one of the `settings`: `settings: { lr: 0.01 }`.' });
  if (optimiser && optimiser.name === undefined) fail('invalid-argument', "`optimiser` needs a `name`: `optimiser: { name: 'sgd' }`.");
  if (loss !== undefined) requireLoss(loss);
  checkFeatureCache(options.featureCache);
  if (validation !== undefined) requireSource('validation', validation);
  if (options.batchNorm !== undefined) requireMode(options.batchNorm);
  checkNumbers(options);
}

function requireMode(mode: BatchNormMode): void {
  if (MODES.includes(mode as string)) return;
  const share: unknown = Object(mode).stochastic;
  if (typeof share === 'number' && share >= 0 && share <= 1) return;
  const named = MODES.map((known) => `'${known}'`).join(', ');
  fail('invalid-argument', `\`fit\`: \`batchNorm\` is ${inWords(mode)}, but must be one of ${named}, or \`{ stochastic: p }\` with p from 0 to 1.`);
}

/** @throws GraftError `invalid-argument` unless it is a loss. */
export function requireLoss(loss: Loss): void {
  if (typeof loss?.target === 'function' && typeof loss.build === 'function') return;
  const meant = nearest(String(loss), Object.keys(losses)) ?? 'crossEntropy';
  fail('invalid-argument', `\`loss\` is ${inWords(loss)}, but must be a loss, for instance \`losses.${meant}()\`.`);
}

function checkNumbers(options: FitOptions): void {
  const whole = (name: string, value: number | undefined, least: number) => {
    if (value !== undefined && !(Number.isInteger(value) && value >= least))
      fail('invalid-argument', `\`${name}\` (=${value}) must be a whole number of at least ${least}.`);
  };
  whole('epochs', options.epochs, 1);
  whole('batchSize', options.batchSize, 1);
  whole('accumulate', options.accumulate, 1);
  whole('evaluateEvery', options.evaluateEvery, 1);
  whole('patience', options.patience, 1);
  if (options.threads !== undefined) checkThreads(options.threads);
  whole('checkpoints.every', options.checkpoints?.every, 1);
  whole('checkpoints.keep', options.checkpoints?.keep, 1);
  whole('seed', options.seed, 0);
  const positive = (name: string, value: number | undefined) => {
    if (value !== undefined && !(value > 0)) fail('invalid-argument', `\`${name}\` (=${value}) must be above 0.`);
  };
  positive('clipNorm', options.clipNorm);
  for (const [group, factor] of Object.entries(options.lrMultipliers ?? {})) {
    if (!(factor >= 0 && factor < Number.POSITIVE_INFINITY))
      fail('invalid-argument', `\`lrMultipliers.${group}\` (=${factor}) must be a finite number of at least 0.`);
  }
  if (options.ema !== undefined && !(options.ema >= 0 && options.ema < 1))
    fail('invalid-argument', `\`ema\` (=${options.ema}) must be at least 0 and below 1.`);
  if (options.patience !== undefined && !options.validation) fail('invalid-argument', '`patience` needs a `validation` to watch.');
}
