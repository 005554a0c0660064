// The numbers of a table -> candidates: a linear model and a small network. Called by the plan.
import type { Tensor } from '../core/tensor.ts';
import type { ExampleSource } from '../data/dataset.ts';
import type { Inputs } from '../data/open/roles.ts';
import { createModel } from '../nn/create-model.ts';
import { dropout, relu } from '../nn/layers/activation.ts';
import { dense } from '../nn/layers/dense.ts';
import type { CandidateResult } from './candidate.ts';
import type { DataFitEvent } from './events.ts';
import { fineTuned } from './fine-tune.ts';
import type { Headed } from './headed.ts';
import { probed } from './probed.ts';
import type { Reader } from './reading.ts';
import { judgedResult, type Run, type Trained, threadsOf } from './run.ts';
import { encodedRows, type RowsGiven } from './sources.ts';
import { encodingOf } from './table-encoder.ts';
import { named } from './told.ts';

type TableColumns = Extract<Inputs, { kind: 'table' }>['columns'];

/** A linear model and a small network on the numbers of a table. */
export async function* fromTable(run: Run, columns: TableColumns): AsyncGenerator<DataFitEvent, Trained, void> {
  const { data, parts, goal, context, options } = run;
  const encoding = encodingOf(columns, parts.train.rows);
  const sourceOf = async (rows: RowsGiven): Promise<ExampleSource> => encodedRows(encoding, data.table.columns, rows);
  const reader: Reader = { reading: { kind: 'table', encoding }, sourceOf };
  const [train, validation] = [await sourceOf(parts.train), await sourceOf(parts.validation)];
  const all = async (source: ExampleSource) =>
    (await source.gather(Int32Array.from({ length: source.length }, (_, i) => i))).inputs as Tensor<'float32'>;
  const features = { train: await all(train), validation: await all(validation) };
  const width = features.train.dims[1] as number;
  const classes = data.task.kind === 'regression' ? undefined : data.task.classes;
  const linear = createModel({ name: 'linear', input: [width], layers: [dense(goal.outputs, { name: 'head' })], ...(classes && { classes }) });
  const head: Headed = { model: linear, features: linear.features, width };
  const probe = { ...(yield* probed(run, features, head, reader)), name: 'linear model', about: `a linear model on ${width} numbers` };
  const results = [judgedResult(run, probe)];
  yield { type: 'candidate', result: results[0] as CandidateResult };
  const hidden = Math.max(16, Math.min(256, 2 ** Math.ceil(Math.log2(Math.sqrt(train.length) * 4))));
  const layers = [dense(hidden), relu(), dropout(0.1), dense(hidden), relu(), dropout(0.1), dense(goal.outputs, { name: 'head' })];
  const network = createModel({ name: 'network', input: [width], layers, ...(classes && { classes }) });
  const training = fineTuned({
    goal,
    model: network,
    train,
    validation,
    epochs: options.epochs || Math.max(10, Math.min(200, Math.round(60_000 / train.length))),
    lr: 2e-3,
    complexity: 2,
    clock: context.clock,
    ...threadsOf(options),
    signal: context.signal,
    ...(context.checkpoints !== undefined && { checkpoints: { folder: context.checkpoints } }),
  });
  const candidates = [probe];
  const tuned = yield* named('network', training);
  if (tuned) {
    const candidate = { ...tuned, reader, name: 'network', about: `two hidden layers of ${hidden}` };
    candidates.push(candidate);
    results.push(judgedResult(run, candidate));
    yield { type: 'candidate', result: results.at(-1) as CandidateResult };
  }
  return { candidates, results, close: async () => undefined, features };
}
