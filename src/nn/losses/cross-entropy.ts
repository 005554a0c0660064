// Losses over classes: softmax cross-entropy, its focal form, and the divergence from a target distribution.
import { fail } from '../../core/errors.ts';
import { sizeOf, tensorOf } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { concrete, type TensorType } from '../../graph/types.ts';
import type { Loss } from './loss.ts';

export interface CrossEntropyOptions {
  /** `sparse`: class indices, int64 `[N, ...]`. `soft`: a distribution per example, of the scores' shape. Default `sparse`. */
  readonly labels?: 'sparse' | 'soft';
  /** Share of each label that is spread evenly over all classes, in [0, 1) (Szegedy et al. 2016, sec. 7). Default 0. */
  readonly labelSmoothing?: number;
  /** One factor per class; with sparse labels the loss is divided by the sum of its examples' factors, as PyTorch does. */
  readonly classWeights?: readonly number[];
}

/**
 * -sum_c w_c q_c log softmax(x)_c over the last axis, with q the smoothed label; scores `[N, ..., C]`.
 * @throws GraftError `invalid-argument` for a smoothing outside [0, 1) or a number of weights other than C.
 */
export function crossEntropy({ labels = 'sparse', labelSmoothing = 0, classWeights }: CrossEntropyOptions = {}): Loss {
  if (!(labelSmoothing >= 0 && labelSmoothing < 1))
    fail('invalid-argument', `\`labelSmoothing\` (=${labelSmoothing}) must be at least 0 and below 1.`);
  return {
    name: 'cross-entropy',
    target: labels === 'sparse' ? sparseTarget : (logits) => logits,
    build: (g, logits, target) => {
      const classes = classesOf(logits);
      const hot = labels === 'sparse' ? oneHot(g, target, classes) : target;
      const weights = classWeights && classConstant(g, classWeights, classes, 'classWeights');
      const smooth = labelSmoothing === 0 ? hot : g.add(g.mul(hot, 1 - labelSmoothing), labelSmoothing / classes);
      const q = weights ? g.mul(smooth, weights) : smooth;
      const sum = g.neg(g.sum(g.mul(q, g.logSoftmax(logits))));
      const weight = weights && labels === 'sparse' ? g.sum(g.mul(hot, weights)) : g.scalar(examplesOf(logits));
      return { sum, weight };
    },
  };
}

export interface FocalOptions {
  /** How strongly well-classified examples are played down; 0 gives cross-entropy. Default 2. */
  readonly gamma?: number;
  readonly classWeights?: readonly number[];
}

/** -(1 - p_y)^gamma log p_y with p = softmax(x) (Lin et al. 2017, eq. 4, over classes instead of two); sparse labels; mean over examples. */
export function focal({ gamma = 2, classWeights }: FocalOptions = {}): Loss {
  if (!(gamma >= 0)) fail('invalid-argument', `\`gamma\` (=${gamma}) of the focal loss must be at least 0.`);
  return {
    name: 'focal',
    target: sparseTarget,
    build: (g, logits, target) => {
      const classes = classesOf(logits);
      const hot = oneHot(g, target, classes);
      const logP = g.sum(g.mul(hot, g.logSoftmax(logits)), [-1]);
      // (1 - p)^gamma as exp(gamma log(1 - p)) would be infinite at p = 1; Pow of a value kept off 0 is not.
      const miss = g.max(g.sub(1, g.exp(logP)), 1e-7);
      const weights = classWeights && g.sum(g.mul(hot, classConstant(g, classWeights, classes, 'classWeights')), [-1]);
      const each = g.neg(g.mul(g.pow(miss, gamma), logP));
      return { sum: g.sum(weights ? g.mul(each, weights) : each), weight: g.scalar(examplesOf(logits)) };
    },
  };
}

/** KL(q || softmax(x / T)) T^2 for target distributions q of the scores' shape (Hinton et al. 2015, sec. 2); mean over examples. */
export function kullbackLeibler({ temperature = 1 }: { temperature?: number } = {}): Loss {
  if (!(temperature > 0)) fail('invalid-argument', `\`temperature\` (=${temperature}) must be above 0.`);
  return {
    name: 'kl',
    target: (logits) => logits,
    build: (g, logits, target) => {
      const logP = g.logSoftmax(temperature === 1 ? logits : g.div(logits, temperature));
      const logQ = g.log(g.max(target, 1e-38));
      const sum = g.sum(g.mul(target, g.sub(logQ, logP)));
      return { sum: temperature === 1 ? sum : g.mul(sum, temperature ** 2), weight: g.scalar(examplesOf(logits)) };
    },
  };
}

function sparseTarget(logits: TensorType): TensorType {
  return { dtype: 'int64', shape: logits.shape.slice(0, -1) };
}

/** `[N, ...]` indices to `[N, ..., classes]` of 0 and 1. */
function oneHot(g: Builder, target: Value, classes: number): Value {
  const range = g.ints(Array.from({ length: classes }, (_, i) => i));
  return g.mask(g.equal(g.unsqueeze(target, [-1]), range));
}

function classesOf(logits: Value): number {
  return concrete(logits.shape, 'The scores').at(-1) ?? fail('invalid-shape', 'Scores need an axis of classes; they are a scalar.');
}

function examplesOf(logits: Value): number {
  return sizeOf(concrete(logits.shape, 'The scores').slice(0, -1));
}

function classConstant(g: Builder, values: readonly number[], classes: number, name: string): Value {
  if (values.length !== classes) fail('invalid-argument', `\`${name}\` has ${values.length} entries for ${classes} classes.`);
  return g.constant(tensorOf('float32', values));
}
