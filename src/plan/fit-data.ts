// Data -> the best model that can be had within the time: candidates from simple to complex, the choice on validation examples. Called by users and the CLI.
import { systemClock } from '../core/clock.ts';
import { fail } from '../core/errors.ts';
import { listed } from '../core/listed.ts';
import { type GivenOptions, resolveOptions } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { type Labels, takeLabels } from '../data/labels.ts';
import type { Data } from '../data/open/data.ts';
import { groupsOf } from '../data/open/groups.ts';
import type { Task } from '../data/open/task.ts';
import { unitRows } from '../methods/domains/pieces/products.ts';
import { evaluate } from '../train/evaluate.ts';
import { type Candidate, type CandidateResult, chosen, type Judged, judged, type PartFeatures } from './candidate.ts';
import { evened } from './even-classes.ts';
import type { DataFitEvent, NoteEvent } from './events.ts';
import { type FitDataOptions, fitDataOptions } from './fit-options.ts';
import { fromBackbone } from './from-backbone.ts';
import { fromSparse } from './from-sparse.ts';
import { fromTable } from './from-table.ts';
import { type Goal, goalOf, scoreNames } from './goal.ts';
import type { FeaturesProgress } from './headed.ts';
import { hasLooks, type Looks, type Scored, scoresAndLooks } from './looks.ts';
import type { Reading } from './reading.ts';
import { type EarlierModel, type FitDataContext, type Run, threadsOf } from './run.ts';
import type { RowsGiven } from './sources.ts';
import { type Scale, scaled, scaleOf } from './target-scale.ts';
import { worked } from './told.ts';
import { type Yardstick, yardstickOf } from './yardstick.ts';

/** What `fit` on data found. */
export interface DataFit {
  readonly data: Data;
  readonly goal: Goal;
  readonly options: FitDataOptions;
  /** The leaderboard, in the order they were tried. */
  readonly results: readonly CandidateResult[];
  readonly judged: readonly Judged[];
  readonly chosen: Candidate;
  /** What the choice came down to, and the model is measured by: balanced accuracy where rare classes were given the same say by it. */
  readonly metric: Goal['metric'] | 'balanced accuracy';
  /** Numbers that are always there to be beaten: the most frequent class, or the mean. */
  readonly yardstick: Yardstick;
  /** Scores of the chosen model on the test part, and its labels; nothing where there is no test part. */
  readonly test?: { readonly scores: Tensor<'float32'>; readonly labels: Labels; readonly rows: Int32Array } | undefined;
  readonly validationLabels: Labels;
  /** Of a regression's targets, as the model was trained on them: target = score * factor + offset. */
  readonly scale?: Scale | undefined;
  /** What the head of the first candidate reads, of the training and the validation examples. */
  readonly features?: PartFeatures | undefined;
  /** What the examples look like to the chosen model of classes; left out where that is not known. */
  readonly looks?: Looks | undefined;
  /** Turns rows into what the chosen model reads. */
  readonly reading: Reading;
  readonly seconds: number;
}

/**
 * Trains candidates from simple to complex and chooses by the validation part; the test part is looked at once, at the end.
 * @throws GraftError `invalid-argument` for an unknown option; `aborted` when the signal stops it before there is a model.
 */
export async function* fitData(
  data: Data,
  given: GivenOptions<typeof fitDataOptions> = {},
  context: FitDataContext = {},
): AsyncGenerator<DataFitEvent, DataFit, void> {
  const options = resolveOptions(fitDataOptions, given, 'fit');
  const { clock = systemClock } = context;
  const began = clock();
  yield { type: 'data', data };
  const goal = { ...goalOf(data.task), groups: groupsOf(data, data.parts.validation) };
  const { start } = context;
  if (start) yield* comparedWith(start, data);
  const scale =
    data.task.kind === 'regression' ? (keptScale(start, data.task) ?? scaleOf(takeLabels(data.labels, data.parts.train) as Tensor)) : undefined;
  const rowsOf = (name: keyof Data['parts']): RowsGiven => {
    const rows = data.parts[name];
    const labels = takeLabels(data.labels, rows) as Labels;
    return {
      name: `${data.name}, ${name}`,
      rows,
      labels: scale ? scaled(labels as Tensor, scale) : labels,
      ...(data.task.kind === 'classification' && { classes: data.task.classes }),
    };
  };
  const parts = { train: rowsOf('train'), validation: rowsOf('validation'), test: rowsOf('test') };
  const run: Run = { data, goal, options, parts, context: { ...context, clock }, began };
  const { inputs } = data;
  const trained = yield* start?.encoding
    ? fromTable(run, [])
    : inputs.kind === 'sparse'
      ? fromSparse(run, inputs.features)
      : inputs.kind === 'table'
        ? fromTable(run, inputs.columns)
        : fromBackbone(run);
  const { candidates, close, features } = trained;
  const results = [...trained.results];
  const validationLabels = parts.validation.labels as Labels;
  const all = candidates.map((candidate) => judged(goal, candidate, validationLabels));
  const unadjusted = chosen(all);
  const even = evened(goal, unadjusted, parts.train.labels as Labels, validationLabels);
  if (even) {
    results.push(even.result);
    yield { type: 'candidate', result: even.result };
  }
  const best = (even?.judged ?? unadjusted).candidate;
  // The rest are compared by the goal's metric, of which rare classes cost some.
  const { scores } = unadjusted;
  const ahead = results.find(({ yardstick, metric }) => yardstick && metric !== undefined && metric > scores.metric);
  if (ahead) {
    const message = `"${ahead.name}" is ahead of "${best.name}" on the validation part: the pretrained network may know little of such data; try another \`backbone\`.`;
    yield { type: 'note', message };
  }
  const bar = yardstickOf(goal, parts.train.labels as Labels, validationLabels);
  if (scores.metric <= bar.metric && scores.metric < 1)
    yield {
      type: 'note',
      message: `"${best.name}" is no better than ${bar.name} on the validation part: what the data holds may say nothing of its labels.`,
    };
  const { model, reader } = best;
  const isSeen = goal.task.kind === 'classification' && hasLooks(model, reader.reading);
  const scored = async (rows: RowsGiven, progress?: FeaturesProgress): Promise<Scored> => {
    const source = await reader.sourceOf(rows);
    if (isSeen) return scoresAndLooks(model, reader.reading, source, { ...threadsOf(options), ...(progress && { progress }) });
    return { scores: (await evaluate(model, source, { loss: goal.loss, ...threadsOf(options) })).logits };
  };
  let test: DataFit['test'];
  let looks: Looks | undefined;
  try {
    let tested: Scored | undefined;
    if (parts.test.rows.length > 0) {
      yield { type: 'work', what: 'testing', done: 0, of: parts.test.rows.length };
      tested = await scored(parts.test);
      test = { scores: tested.scores, labels: parts.test.labels as Labels, rows: parts.test.rows };
      yield { type: 'work', what: 'testing', done: parts.test.rows.length, of: parts.test.rows.length };
    }
    if (isSeen && !context.signal?.aborted) {
      const known = knownLooks(best, features);
      const looksOf = (rows: RowsGiven) => worked('features', async (progress) => (await scored(rows, progress)).looks as Tensor<'float32'>);
      looks = {
        train: known?.train ?? (yield* looksOf(parts.train)),
        validation: known?.validation ?? (yield* looksOf(parts.validation)),
        test: tested?.looks,
      };
    }
  } finally {
    await close();
  }
  return {
    data,
    goal,
    options,
    results,
    judged: even?.judged ? [...all, even.judged] : all,
    chosen: best,
    metric: even?.judged ? 'balanced accuracy' : goal.metric,
    yardstick: bar,
    test,
    validationLabels,
    scale,
    features,
    looks,
    reading: best.reader.reading,
    seconds: (clock() - began) / 1000,
  };
}

/** What was computed for the first candidate already, where the chosen model sees the same. */
function knownLooks({ reader, features: own }: Candidate, first: PartFeatures | undefined): PartFeatures | undefined {
  if (reader.reading.kind === 'table') return first;
  return own && { train: unitRows(own.train), validation: unitRows(own.validation) };
}

/**
 * What the model that the run goes on from has to do with the data.
 * @throws GraftError `invalid-argument` where it cannot read it, or predicts something of another kind.
 */
function* comparedWith({ encoding, task }: EarlierModel, { name, inputs, task: own }: Data): Generator<NoteEvent, void, void> {
  const isTable = inputs.kind === 'table' || inputs.kind === 'sparse';
  const fits = encoding ? inputs.kind === 'table' || inputs.kind === 'text' : !isTable;
  if (!fits)
    fail(
      'invalid-argument',
      `The model to go on from reads ${encoding ? 'the columns of a table' : 'pictures or texts'}, which "${name}" (${inputs.kind}) does not hold; train anew, without it.`,
    );
  if (encoding && task.kind !== own.kind)
    fail(
      'invalid-argument',
      `The model to go on from is of a ${task.kind}, but the labels of "${name}" are of a ${own.kind}; give \`task\`, or train anew.`,
    );
  const [earlier, now] = [scoreNames(task), scoreNames(own)];
  const lost = earlier.filter((one) => !now.includes(one));
  const fresh = now.filter((one) => !earlier.includes(one));
  const areNumbers = () => now.every((one) => one !== '' && Number.isFinite(Number(one)));
  if (encoding && own.kind === 'classification' && fresh.length === now.length && areNumbers())
    fail(
      'invalid-argument',
      `The model to go on from tells ${listed(earlier)}, but the labels of "${name}" are numbers, none of which it knows: ${listed(now)}; name another column as the label, or train anew, without it.`,
    );
  if (fresh.length > 0) yield { type: 'note', message: `New to the earlier model: ${listed(fresh)}.` };
  if (lost.length > 0)
    yield {
      type: 'note',
      message: `The earlier model knew ${listed(lost)}, of which "${name}" has no example: the new one will not. Give examples of all that it should know.`,
    };
}

/** The unit in which a model has learnt its targets, where they still are the same. */
function keptScale(start: EarlierModel | undefined, task: Task): Scale | undefined {
  return start?.scale && scoreNames(start.task).join('\n') === scoreNames(task).join('\n') ? start.scale : undefined;
}
