// Ways to weigh rows that are mostly 0, as a column and as layers of a model. Called by candidates on counts and on words.
import { tensor } from '../core/tensor.ts';
import type { SparseColumn } from '../data/table/column.ts';
import { logCountRatioWeights } from '../methods/probes/log-count-ratios.ts';
import { globalNorm } from '../nn/clip.ts';
import type { Layer } from '../nn/scope.ts';

/** The same computation twice: on a column for training, as layers for the model. */
export interface Weighing {
  readonly name: string;
  /** In a few words, for people. */
  readonly about: string;
  column(column: SparseColumn): SparseColumn;
  readonly layers: readonly Layer[];
}

/** Values as they are, brought to a mean square of 1 where they are not 0. */
export function plainWeighing(train: SparseColumn): Weighing {
  const squares = train.values.reduce((sum, value) => sum + value * value, 0);
  const scale = 1 / Math.max(1e-12, Math.sqrt(squares / Math.max(1, train.values.length)));
  return {
    name: 'linear model',
    about: `a linear model on ${train.width} numbers`,
    column: (column) => ({ ...column, values: column.values.map((value) => value * scale) }),
    layers: [{ kind: 'scale', name: 'scale', build: ({ g }, x) => g.mul(x, scale) }],
  };
}

/** The inverse document frequency of what `having` = n of `texts` = N have: `ln((1 + N) / (1 + n)) + 1`, as scikit-learn has it by default. */
export function inverseFrequency(texts: number, having: number): number {
  return Math.log((1 + texts) / (1 + having)) + 1;
}

/**
 * TF-IDF: values times {@link inverseFrequency}, and rows of length 1, as scikit-learn has them. Values must not be below 0.
 * @param presence whether any value above 0 counts as 1: that a word is there says more of an opinion than how often (Pang, Lee & Vaithyanathan 2002, Thumbs up?).
 */
export function tfIdf(train: SparseColumn, { presence = false }: { readonly presence?: boolean } = {}): Weighing {
  const seen = new Float64Array(train.width);
  train.indices.forEach((index, k) => {
    if (train.values[k] !== 0) seen[index] = (seen[index] as number) + 1;
  });
  const weights = Float32Array.from(seen, (count) => inverseFrequency(train.length, count));
  return {
    name: 'TF-IDF',
    about: `a linear model on TF-IDF of ${train.width} numbers`,
    column(column) {
      const values = column.values.map((value, k) => (presence ? Math.sign(value) : value) * (weights[column.indices[k] as number] ?? 0));
      for (let row = 0; row < column.length; row++) {
        const own = values.subarray(column.starts[row], column.starts[row + 1]);
        const length = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
        if (length > 0) for (let k = 0; k < own.length; k++) own[k] = (own[k] as number) / length;
      }
      return { ...column, values };
    },
    layers: [
      {
        kind: 'tf-idf',
        name: 'tf-idf',
        build: ({ g }, x) => {
          const weighed = g.mul(presence ? g.op('Sign', [x]) : x, g.constant(tensor('float32', [train.width], weights)));
          const length = g.sqrt(g.sum(g.mul(weighed, weighed), [1], true));
          return g.div(weighed, g.max(length, 1e-12));
        },
      },
    ],
  };
}

/**
 * Rows weighed further: each number by how much more often rows of one class have it than those of the others, {@link logCountRatioWeights}, and all as large as
 * before.
 */
export function withRatios(weighing: Weighing, train: SparseColumn, labels: Int32Array, classes: number): Weighing {
  const had = (row: number, tell: (feature: number) => void) => {
    for (let k = train.starts[row] as number; k < (train.starts[row + 1] as number); k++)
      if ((train.values[k] as number) > 0) tell(train.indices[k] as number);
  };
  const ratios = logCountRatioWeights({ width: train.width, labels, classes, had });
  const before = weighing.column(train);
  const times = (column: SparseColumn, weights: Float32Array): SparseColumn => ({
    ...column,
    values: column.values.map((value, k) => value * (weights[column.indices[k] as number] ?? 0)),
  });
  const factor = globalNorm(before.values) / (globalNorm(times(before, ratios).values) || 1);
  const weights = ratios.map((ratio) => factor * ratio);
  return {
    name: `${weighing.name} by log-count ratios`,
    about: `${weighing.about}, weighed by log-count ratios`,
    column: (column) => times(weighing.column(column), weights),
    layers: [
      ...weighing.layers,
      { kind: 'scale', name: 'ratios', build: ({ g }, x) => g.mul(x, g.constant(tensor('float32', [train.width], weights))) },
    ],
  };
}
