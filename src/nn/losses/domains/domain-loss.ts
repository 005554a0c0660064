// What a classifier of domains is taught, how sure a classifier of classes is, and what of both their sides it may read. Called by adversarial methods.

import { stream } from '../../../core/rng.ts';
import { tensor } from '../../../core/tensor.ts';
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';

/** A value of each domain's rows. */
export interface BothDomains {
  readonly source: Value;
  readonly target: Value;
}

/**
 * Binary cross-entropy of scores that should be above 0 for the source and below for the target: the mean of both domains' weighted means. Behind a gradient
 * reversal it is what the features are to raise (Ganin et al. 2016, Domain-adversarial training of neural networks, arXiv:1505.07818,
 * section 4.2).
 * @param scores `[n, 1]` of the source, `[m, 1]` of the target.
 * @param weights of their rows, of the same shapes; default all the same.
 * @returns a scalar.
 */
export function domainLoss(g: Builder, scores: BothDomains, weights: Partial<BothDomains> = {}): Value {
  const mean = (each: Value, weight: Value | undefined) => (weight ? g.div(g.sum(g.mul(each, weight)), g.sum(weight)) : g.mean(each));
  const source = mean(g.op('Softplus', [g.neg(scores.source)]), weights.source);
  const target = mean(g.op('Softplus', [scores.target]), weights.target);
  return g.div(g.add(source, target), 2);
}

/**
 * How far target rows are from passing for the source's: binary cross-entropy of scores that the features are to raise above 0 (the inverted labels of Tzeng et al.
 * 2017, Adversarial discriminative domain adaptation, arXiv:1702.05464, equation 7).
 * @param scores `[m, 1]` of the target.
 * @returns a scalar.
 */
export function invertedDomainLoss(g: Builder, scores: Value): Value {
  return g.mean(g.op('Softplus', [g.neg(scores)]));
}

/**
 * `1 + exp(-H(p))` for each row of scores `[N, C]`, `[N, 1]`: from 1, where all classes are as likely, to 2, where the prediction is sure
 * (Long et al. 2018, Conditional adversarial domain adaptation, arXiv:1705.10667, section 3.3).
 */
export function certainty(g: Builder, logits: Value): Value {
  return g.add(g.exp(g.sum(g.mul(g.softmax(logits), g.logSoftmax(logits)), [1], true)), 1);
}

/** Products of features and classes up to which all are taken. */
const MOST_PRODUCTS = 4096;
/** Random directions of the rest. */
const DIRECTIONS = 1024;

/**
 * What a conditional classifier of domains reads: the products of all features with all probabilities, or, where they are more than 4,096, those of 1,024 random
 * directions of each, `(R_f f) * (R_p p) / sqrt(1024)`, R standard normal and drawn once (the same paper, section 3.2).
 * @param features `[N, d]`.
 * @param probabilities `[N, C]`.
 */
export function multilinearMap(g: Builder, features: Value, probabilities: Value, seed: number): Value {
  const [width, classes] = [features.shape[1] as number, probabilities.shape[1] as number];
  if (width * classes <= MOST_PRODUCTS) return g.reshape(g.mul(g.unsqueeze(probabilities, [2]), g.unsqueeze(features, [1])), [-1, width * classes]);
  const random = (name: string, rows: number) => {
    const drawn = stream(seed, 'multilinear-map', name).normals(rows * DIRECTIONS) as Float32Array<ArrayBuffer>;
    return g.cast(g.constant(tensor('float32', [rows, DIRECTIONS], drawn)), features.dtype);
  };
  const product = g.mul(g.matMul(features, random('features', width)), g.matMul(probabilities, random('classes', classes)));
  return g.div(product, Math.sqrt(DIRECTIONS));
}
