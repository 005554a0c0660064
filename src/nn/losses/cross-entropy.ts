// Losses over classes: softmax cross-entropy, its focal form, and the divergence from a target distribution.
import type { DType } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { sizeOf, tensorOf } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { concrete, type TensorType } from '../../graph/types.ts';
import type { Loss } from './loss.ts';

/** Form and weights of the labels of {@link crossEntropy}. */
export interface CrossEntropyOptions {
  /** `sparse`: class indices, int64 `[N, ...]`. `soft`: a distribution per example, of the scores' shape. Default `sparse`. */
  readonly labels?: 'sparse' | 'soft';
  /** Share of each label that is spread evenly over all classes, in [0, 1) (Szegedy et al. 2016, sec. 7). Default 0. */
  readonly labelSmoothing?: number;
  /** One factor per class; with sparse labels the loss is divided by the sum of its examples' factors, as PyTorch does. */
  readonly classWeights?: readonly number[];
}

const KINDS: OptionKinds<CrossEntropyOptions> = { labels: ['sparse', 'soft'], labelSmoothing: 'number', classWeights: 'list' };

/**
 * -sum_c w_c q_c log softmax(x)_c over the last axis, with q the smoothed label; scores `[N, ..., C]`.
 * @throws GraftError `invalid-argument` for a smoothing outside [0, 1), a negative weight, or a number of weights other than C.
 */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  knownOptions(options, KINDS, 'crossEntropy');
  const { labels = 'sparse', labelSmoothing = 0, classWeights } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing < 1))
    fail('invalid-argument', `\`labelSmoothing\` (=${labelSmoothing}) of cross-entropy must be at least 0 and below 1.`);
  requireWeights('cross-entropy', classWeights);
  return {
    name: 'cross-entropy',
    ...(labels === 'sparse' ? { classWeights } : { distributions: true }),
    target: labels === 'sparse' ? sparseTarget : (logits) => logits,
    build: (g, logits, target) => {
      const classes = classesOf(logits);
      const hot = labels === 'sparse' ? oneHot(g, target, classes, logits.dtype) : target;
      const weights = classWeights && perClass(g, classWeights, logits);
      const smooth = labelSmoothing === 0 ? hot : g.add(g.mul(hot, 1 - labelSmoothing), labelSmoothing / classes);
      const q = weights ? g.mul(smooth, weights) : smooth;
      const sum = g.neg(g.sum(g.mul(q, g.logSoftmax(logits))));
      const weight = weights && labels === 'sparse' ? g.sum(g.mul(hot, weights)) : g.scalar(examplesOf(logits), logits.dtype);
      return { sum, weight };
    },
  };
}

/** How {@link focal} weighs examples. */
export interface FocalOptions {
  /** How strongly well-classified examples are played down; 0 gives cross-entropy. Default 2. */
  readonly gamma?: number;
  /** One factor per class, the paper's alpha; they do not enter what the sum is divided by. */
  readonly classWeights?: readonly number[];
}

/** Where 1 - p vanishes in float32, its power's slope of a `gamma` below 1 stays finite. */
const SMALLEST_MISS = 1e-30;

const FOCAL_KINDS: OptionKinds<FocalOptions> = { gamma: 'number', classWeights: 'list' };

/** -w_y (1 - p_y)^gamma log p_y with p = softmax(x) (Lin et al. 2017, eq. 4 and 5, over classes instead of two); sparse labels; mean over examples. */
export function focal(options: FocalOptions = {}): Loss {
  knownOptions(options, FOCAL_KINDS, 'focal');
  const { gamma = 2, classWeights } = options;
  if (!(gamma >= 0)) fail('invalid-argument', `\`gamma\` (=${gamma}) of the focal loss must be at least 0.`);
  requireWeights('the focal loss', classWeights);
  return {
    name: 'focal',
    target: sparseTarget,
    build: (g, logits, target) => {
      const hot = oneHot(g, target, classesOf(logits), logits.dtype);
      const logs = g.logSoftmax(logits);
      const logP = g.sum(g.mul(hot, logs), [-1]);
      // 1 - p as the sum of the other classes keeps the digits that the subtraction loses near p = 1.
      const miss = g.max(g.sum(g.mul(g.sub(1, hot), g.exp(logs)), [-1]), SMALLEST_MISS);
      const weights = classWeights && g.sum(g.mul(hot, perClass(g, classWeights, logits)), [-1]);
      const each = g.neg(g.mul(g.pow(miss, gamma), logP));
      return { sum: g.sum(weights ? g.mul(each, weights) : each), weight: g.scalar(examplesOf(logits), logits.dtype) };
    },
  };
}

/** Taken for a target probability of 0, so that its logarithm is finite; a normal number of float32. */
const SMALLEST_SHARE = 1e-37;

/** KL(q || softmax(x / T)) T^2 for target distributions q of the scores' shape (Hinton et al. 2015, sec. 2); mean over examples. */
export function kullbackLeibler(options: { temperature?: number } = {}): Loss {
  const kinds: OptionKinds<typeof options> = { temperature: 'number' };
  knownOptions(options, kinds, 'kullbackLeibler');
  const { temperature = 1 } = options;
  if (!(temperature > 0)) fail('invalid-argument', `\`temperature\` (=${temperature}) of the KL divergence must be above 0.`);
  return {
    name: 'kl',
    distributions: true,
    target: (logits) => logits,
    build: (g, logits, target) => {
      const logP = g.logSoftmax(temperature === 1 ? logits : g.div(logits, temperature));
      const logQ = g.log(g.max(target, SMALLEST_SHARE));
      const sum = g.sum(g.mul(target, g.sub(logQ, logP)));
      return { sum: temperature === 1 ? sum : g.mul(sum, temperature ** 2), weight: g.scalar(examplesOf(logits), logits.dtype) };
    },
  };
}

function requireWeights(loss: string, classWeights: readonly number[] = []): void {
  const at = Array.from(classWeights).findIndex((weight) => !(weight >= 0 && Number.isFinite(weight)));
  if (at >= 0) fail('invalid-argument', `\`classWeights[${at}]\` (=${classWeights[at]}) of ${loss} must be a finite number of at least 0.`);
}

function sparseTarget(logits: TensorType): TensorType {
  return { dtype: 'int64', shape: logits.shape.slice(0, -1) };
}

/** `[N, ...]` indices to `[N, ..., classes]` of 0 and 1. */
function oneHot(g: Builder, target: Value, classes: number, dtype: DType): Value {
  const range = g.ints(Array.from({ length: classes }, (_, i) => i));
  return g.mask(g.equal(g.unsqueeze(target, [-1]), range), dtype);
}

function classesOf(logits: Value): number {
  return concrete(logits.shape, 'The scores').at(-1) ?? fail('invalid-shape', 'Scores need an axis of classes; they are a scalar.');
}

function examplesOf(logits: Value): number {
  return sizeOf(concrete(logits.shape, 'The scores').slice(0, -1));
}

function perClass(g: Builder, classWeights: readonly number[], logits: Value): Value {
  const classes = classesOf(logits);
  if (classWeights.length !== classes) {
    fail('invalid-argument', `\`classWeights\` has ${classWeights.length} entries, but the scores have ${classes} classes; give one to each.`);
  }
  return g.constant(tensorOf(logits.dtype, classWeights));
}
