// The numbers of a table -> candidates: a linear model, a small network and the mean of both, or the model of an earlier run as it goes on. Called by the plan.
import type { Tensor } from '../core/tensor.ts';
import type { Inputs } from '../data/open/roles.ts';
import type { Candidate, CandidateResult } from './candidate.ts';
import type { DataFitEvent } from './events.ts';
import { fineTuned, rowBatchOf } from './fine-tune.ts';
import type { Headed } from './headed.ts';
import { meanOfTwo } from './mean-of-two.ts';
import { probed } from './probed.ts';
import type { Reader } from './reading.ts';
import { judgedResult, type Run, secondsLeft, type Trained, threadsOf } from './run.ts';
import { encodedRows, type RowsGiven } from './sources.ts';
import { encodingOf } from './table-encoder.ts';
import { earlierTableModel, tableModel } from './table-model.ts';
import { named } from './told.ts';

type TableColumns = Extract<Inputs, { kind: 'table' }>['columns'];

/** About what an update takes on a slow machine: what it costs to ask for one, and the products of two hidden layers at some 20 billion operations a second. */
const updateSeconds = (rows: number, width: number, hidden: number) => 0.004 + (6 * rows * hidden * (width + hidden)) / 2e10;

/**
 * A linear model, a small network and the mean of both on the numbers of a table. Where the run goes on from an earlier one, that one's model is in the place of the network, and
 * rows are read as it reads them.
 * @param columns not looked at then.
 */
export async function* fromTable(run: Run, columns: TableColumns): AsyncGenerator<DataFitEvent, Trained, void> {
  const { data, parts, goal, context, options } = run;
  const { start } = context;
  const encoding = start?.encoding ?? encodingOf(columns, parts.train.rows);
  const words = encoding.filter(({ kind }) => kind === 'words').map(({ name }) => `"${name}"`);
  if (words.length > 0)
    yield {
      type: 'note',
      message: `Of ${words.join(' and ')} the words are counted; no pretrained network reads texts beside other columns. Where the texts say most, \`text\` (the column's name) has one read them, without the other columns: compare both.`,
    };
  const sourceOf = async (rows: RowsGiven) => encodedRows(encoding, data.table.columns, rows);
  const reader: Reader = { reading: { kind: 'table', encoding }, sourceOf };
  const [train, validation] = [await sourceOf(parts.train), await sourceOf(parts.validation)];
  // Rows as they are encoded, not copied: those of a million take a gigabyte.
  const features = { train: train.inputs as Tensor<'float32'>, validation: validation.inputs as Tensor<'float32'> };
  const width = features.train.dims[1] as number;
  const linear = tableModel({ width, goal });
  const head: Headed = { model: linear, features: linear.features, width };
  const probe = { ...(yield* probed(run, features, head, reader)), name: 'linear model', about: `a linear model on ${width} numbers` };
  const results = [judgedResult(run, probe)];
  yield { type: 'candidate', result: results[0] as CandidateResult };
  const candidates: Candidate[] = [probe];
  const ended = (): Trained => ({ candidates, results, close: async () => undefined, features });
  function* without(result: CandidateResult): Generator<DataFitEvent, Trained, void> {
    results.push(result);
    yield { type: 'candidate', result };
    return ended();
  }
  if (options.preset === 'fast' && !start) return yield* without({ name: 'network', about: 'two hidden layers', skipped: 'preset fast' });
  const hidden = Math.max(16, Math.min(256, 2 ** Math.ceil(Math.log2(Math.sqrt(train.length) * 4))));
  const second = start
    ? // Of two that are as good, the one that was asked for.
      {
        name: 'earlier model',
        about: 'the model of the earlier run, learnt on',
        complexity: 0,
        lr: 1e-3,
        model: earlierTableModel(start, { width, goal }),
      }
    : { name: 'network', about: `two hidden layers of ${hidden}`, complexity: 2, lr: 2e-3, model: tableModel({ width, goal, hidden }) };
  const { name, about, ...learning } = second;
  const batchSize = rowBatchOf(train.length);
  const epochSeconds = Math.ceil(train.length / batchSize) * updateSeconds(batchSize, width, hidden);
  const most = Math.max(10, Math.min(200, Math.round(60_000 / train.length)));
  const decide = () => options.epochs || Math.max(0, Math.min(most, Math.floor(secondsLeft(run) / epochSeconds)));
  const epochs = context.remember ? await context.remember('epochs', decide) : decide();
  if (epochs === 0) return yield* without({ name, about, skipped: `an epoch takes about ${Math.ceil(epochSeconds)} s, too long for \`time\`` });
  const training = fineTuned({
    ...learning,
    goal,
    train,
    validation,
    batchSize,
    epochs,
    clock: context.clock,
    ...threadsOf(options),
    signal: context.signal,
    ...(context.checkpoints !== undefined && { checkpoints: { folder: context.checkpoints } }),
  });
  const tuned = yield* named(name, training);
  if (tuned) {
    const candidate = { ...tuned, reader, name, about };
    candidates.push(candidate);
    results.push(judgedResult(run, candidate));
    yield { type: 'candidate', result: results.at(-1) as CandidateResult };
    if (!start) {
      candidates.push(meanOfTwo(candidate, probe, 3));
      results.push(judgedResult(run, candidates.at(-1) as Candidate));
      yield { type: 'candidate', result: results.at(-1) as CandidateResult };
    }
  }
  return ended();
}
