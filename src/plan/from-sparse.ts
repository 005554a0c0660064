// Rows that are mostly 0 -> candidates: linear models on the numbers as they are, on TF-IDF where they are counts, and on that weighed by what tells classes apart; the
// mean of the first and the last. Called by the plan.
import { type Tensor, tensor } from '../core/tensor.ts';
import type { ExampleSource } from '../data/dataset.ts';
import { type Labels, takeLabels } from '../data/labels.ts';
import { type SparseColumn, sparseRow, takeColumn } from '../data/table/column.ts';
import { sparseDesign } from '../methods/probes/design.ts';
import { createModel } from '../nn/create-model.ts';
import { dense } from '../nn/layers/dense.ts';
import type { Candidate, CandidateResult } from './candidate.ts';
import type { DataFitEvent } from './events.ts';
import { setHead } from './headed.ts';
import { linearProbe, STRENGTHS } from './linear-probe.ts';
import { meanOfTwo } from './mean-of-two.ts';
import type { Reader } from './reading.ts';
import { judgedResult, type Run, searchEnd, type Trained } from './run.ts';
import type { RowsGiven } from './sources.ts';
import { type Progress, worked } from './told.ts';
import { plainWeighing, tfIdf, type Weighing, withRatios } from './weighing.ts';

/** A linear model for each way to weigh the features, and the mean of two. */
export async function* fromSparse(run: Run, features: SparseColumn): AsyncGenerator<DataFitEvent, Trained, void> {
  const { width } = features;
  const train = takeColumn(features, run.parts.train.rows) as SparseColumn;
  const reader: Reader = {
    reading: { kind: 'sparse', width },
    sourceOf: async (rows) => sparseRows(takeColumn(features, rows.rows) as SparseColumn, width, rows),
  };
  const candidates: Candidate[] = [];
  const results: CandidateResult[] = [];
  const counts = !train.values.some((value) => value < 0);
  const ways = [plainWeighing(train), ...(counts ? wordWeighings(run, train) : [])];
  for (const [i, weighing] of ways.entries()) {
    const validation = takeColumn(features, run.parts.validation.rows) as SparseColumn;
    const candidate = yield* weighed(run, weighing, { train, validation }, reader, 1 + i);
    candidates.push(candidate);
    results.push(judgedResult(run, candidate));
    yield { type: 'candidate', result: results.at(-1) as CandidateResult };
  }
  const [plain, weighted] = [candidates[0], candidates.at(-1)];
  if (plain && weighted && weighted !== plain) {
    candidates.push(meanOfTwo(weighted, plain, ways.length + 1));
    results.push(judgedResult(run, candidates.at(-1) as Candidate));
    yield { type: 'candidate', result: results.at(-1) as CandidateResult };
  }
  return { candidates, results, close: async () => undefined };
}

/** Ways to weigh counts of words, from simple to complex. */
export function wordWeighings(
  {
    data: { task },
    parts: {
      train: { labels },
    },
  }: Run,
  train: SparseColumn,
): Weighing[] {
  const plain = tfIdf(train);
  return task.kind === 'classification' && labels instanceof Int32Array ? [plain, withRatios(plain, train, labels, task.classes.length)] : [plain];
}

/** A linear model on weighed rows, as a candidate. */
export async function* weighed(
  run: Run,
  weighing: Weighing,
  { train, validation }: { readonly train: SparseColumn; readonly validation: SparseColumn },
  reader: Reader,
  complexity: number,
): AsyncGenerator<DataFitEvent, Candidate, void> {
  const { data, goal, parts, context } = run;
  const began = context.clock();
  const classes = data.task.kind === 'regression' ? undefined : data.task.classes;
  const own = { design: sparseDesign(weighing.column(train)), labels: parts.train.labels as Labels };
  const held = { design: sparseDesign(weighing.column(validation)), labels: parts.validation.labels as Labels };
  const search = (progress: Progress) => linearProbe(goal, own, held, { signal: context.signal, enough: searchEnd(run), progress });
  const probe = yield* worked(weighing.name, search, STRENGTHS);
  const layers = [...weighing.layers, dense(goal.outputs, { name: 'head' })];
  const model = createModel({ name: weighing.name, input: [train.width], layers, ...(classes && { classes }) });
  setHead({ model, features: model.features, width: train.width }, probe.linear);
  return {
    name: weighing.name,
    about: `${weighing.about}, L2 ${probe.l2}`,
    complexity,
    model,
    reader,
    validation: probe.validation,
    trainable: probe.linear.weights.length + probe.linear.bias.length,
    seconds: (context.clock() - began) / 1000,
  };
}

/** A column's rows with all their zeros, a batch at a time; features from `width` on are left out. */
export function sparseRows(features: SparseColumn, width: number, { name, labels, classes }: RowsGiven): ExampleSource {
  return {
    name,
    length: features.length,
    inputShape: [width],
    inputDtype: 'float32',
    classes,
    labels,
    gather: (indices) => ({ inputs: unpacked(features, width, Int32Array.from(indices)), labels: takeLabels(labels, indices) }),
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
