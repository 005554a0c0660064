// Rows that are mostly 0 -> candidates: linear models on the numbers as they are, and on TF-IDF where they are counts. Called by the plan.
import { type Tensor, tensor } from '../core/tensor.ts';
import type { ExampleSource } from '../data/dataset.ts';
import { type Labels, takeLabels } from '../data/labels.ts';
import { type SparseColumn, sparseRow, takeColumn } from '../data/table/column.ts';
import { sparseDesign } from '../methods/probes/design.ts';
import { createModel } from '../nn/create-model.ts';
import { dense } from '../nn/layers/dense.ts';
import type { Layer } from '../nn/scope.ts';
import type { Candidate, CandidateResult } from './candidate.ts';
import type { DataFitEvent } from './events.ts';
import { setHead } from './headed.ts';
import { linearProbe } from './linear-probe.ts';
import { judgedResult, type Run, type Trained } from './run.ts';
import type { RowsGiven } from './sources.ts';
import { worked } from './told.ts';

/** A way to weigh features: of a column, and the same as a layer. */
interface Weighing {
  readonly name: string;
  readonly about: string;
  readonly column: (column: SparseColumn) => SparseColumn;
  readonly layers: readonly Layer[];
}

/** A linear model for each way to weigh the features. */
export async function* fromSparse(run: Run, features: SparseColumn): AsyncGenerator<DataFitEvent, Trained, void> {
  const { data, goal, parts, context } = run;
  const { width } = features;
  const part = (rows: Int32Array) => takeColumn(features, rows) as SparseColumn;
  const [train, validation] = [part(parts.train.rows), part(parts.validation.rows)];
  const classes = data.task.kind === 'regression' ? undefined : data.task.classes;
  const candidates: Candidate[] = [];
  const results: CandidateResult[] = [];
  for (const [i, weighing] of weighings(train).entries()) {
    const began = context.clock();
    const design = (column: SparseColumn) => sparseDesign(weighing.column(column));
    const [own, held] = [
      { design: design(train), labels: parts.train.labels as Labels },
      { design: design(validation), labels: parts.validation.labels as Labels },
    ];
    const probe = yield* worked(weighing.name, (progress) => linearProbe(goal, own, held, { signal: context.signal, progress }));
    const layers = [...weighing.layers, dense(goal.outputs, { name: 'head' })];
    const model = createModel({ name: weighing.name, input: [width], layers, ...(classes && { classes }) });
    setHead({ model, features: model.features, width }, probe.linear);
    const candidate = {
      name: weighing.name,
      about: `${weighing.about}, L2 ${probe.l2}`,
      complexity: 1 + i,
      model,
      validation: probe.validation,
      trainable: probe.linear.weights.length + probe.linear.bias.length,
      seconds: (context.clock() - began) / 1000,
    };
    candidates.push(candidate);
    results.push(judgedResult(run, candidate));
    yield { type: 'candidate', result: results.at(-1) as CandidateResult };
  }
  const sourceOf = async (rows: RowsGiven) => sparseRows(features, width, rows);
  return { candidates, results, sourceOf, close: async () => undefined, reading: { kind: 'sparse', width } };
}

/** Rows with all their zeros, a batch at a time; features from `width` on are left out. */
function sparseRows(features: SparseColumn, width: number, { name, rows, labels, classes }: RowsGiven): ExampleSource {
  return {
    name,
    length: rows.length,
    inputShape: [width],
    inputDtype: 'float32',
    classes,
    labels,
    gather: (indices) => ({
      inputs: unpacked(
        features,
        width,
        Int32Array.from(indices, (i) => rows[i] as number),
      ),
      labels: takeLabels(labels, indices),
    }),
  };
}

/** `rows` as float32 `[rows, width]`. */
export function unpacked(features: SparseColumn, width: number, rows: Int32Array): Tensor<'float32'> {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    const { indices, values } = sparseRow(features, row);
    indices.forEach((index, k) => {
      if (index < width) out[i * width + index] = values[k] as number;
    });
  });
  return tensor('float32', [rows.length, width], out);
}

function weighings(train: SparseColumn): Weighing[] {
  const scale = 1 / Math.max(1e-12, Math.sqrt(train.values.reduce((sum, value) => sum + value * value, 0) / Math.max(1, train.values.length)));
  const times = (g: Parameters<Layer['build']>[0]['g'], x: Parameters<Layer['build']>[1]) => g.mul(x, scale);
  const plain: Weighing = {
    name: 'linear model',
    about: `a linear model on ${train.width} numbers`,
    column: (column) => ({ ...column, values: column.values.map((value) => value * scale) }),
    layers: [{ kind: 'scale', name: 'scale', build: ({ g }, x) => times(g, x) }],
  };
  return train.values.some((value) => value < 0) ? [plain] : [plain, tfIdf(train)];
}

/** Inverse document frequencies `ln((1 + N) / (1 + n)) + 1` and rows of length 1, as scikit-learn has them by default. */
function tfIdf(train: SparseColumn): Weighing {
  const seen = new Float64Array(train.width);
  train.indices.forEach((index, k) => {
    if (train.values[k] !== 0) seen[index] = (seen[index] as number) + 1;
  });
  const weights = Float32Array.from(seen, (count) => Math.log((1 + train.length) / (1 + count)) + 1);
  return {
    name: 'TF-IDF',
    about: 'a linear model on TF-IDF',
    column(column) {
      const values = column.values.map((value, k) => value * (weights[column.indices[k] as number] ?? 0));
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
          const weighed = g.mul(x, g.constant(tensor('float32', [train.width], weights)));
          const length = g.sqrt(g.sum(g.mul(weighed, weighed), [1], true));
          return g.div(weighed, g.max(length, 1e-12));
        },
      },
    ],
  };
}
