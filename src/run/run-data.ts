// A path or opened data -> a run's folder with the best model, its report and its log. Called by users and the command line.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from '../core/errors.ts';
import type { OptionKinds } from '../core/known-options.ts';
import type { GivenOptions } from '../core/options.ts';
import { VERSION } from '../core/version.ts';
import type { ReadColumns } from '../data/duplicates/row-keys.ts';
import type { Data } from '../data/open/data.ts';
import { openData } from '../data/open/open-data.ts';
import { dataOptions } from '../data/open/options.ts';
import type { DataFitEvent, RateEvent, WorkEvent } from '../plan/events.ts';
import { type DataFit, fitData } from '../plan/fit-data.ts';
import { fitDataOptions } from '../plan/fit-options.ts';
import type { EarlierModel } from '../plan/run.ts';
import { passedOn, worked } from '../plan/told.ts';
import { htmlReport } from '../report/html.ts';
import { writeFileDurably } from '../train/durable.ts';
import type { Samples } from '../train/export-onnx.ts';
import { eventFile } from './event-file.ts';
import { callOf, nameOf, requireGiven, SHARED_KINDS, type SharedGiven } from './given.ts';
import { type Learnt, learntRows, readLearnt, writeLearnt } from './learnt.ts';
import { measuredFact } from './model-card.ts';
import { columnsOf, type ModelInfo, readAsIn } from './model-info.ts';
import { MODEL_FILE, modelIn } from './predict.ts';
import { resultPath, resultText } from './result.ts';
import {
  alone,
  decided,
  type LogEntry,
  logLine,
  newRun,
  orHowToGoOn,
  orNoFolder,
  pathsIn,
  type RunPaths,
  readAsked,
  writeAsked,
} from './run-folder.ts';
import { continueLog, reopenLog } from './run-log.ts';
import { runReport } from './run-report.ts';
import { keptOf, saveModel } from './save-model.ts';
import type { Curve } from './told.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** Examples that the exported file is checked on. */
const SAMPLES = 4;

/** What `fit` is given. */
export interface FitGiven extends SharedGiven {
  readonly fit?: GivenOptions<typeof fitDataOptions>;
  /** A run, or a model's folder, to go on from: its network learns on, with a new head; a model of a table with the classes that it knew and new ones. */
  readonly from?: string | undefined;
  /** Whether the log is written for TensorBoard too, as `events.out.tfevents.*` in the run's folder; default not. */
  readonly tensorboard?: boolean;
}

const KINDS: OptionKinds<FitGiven> = {
  ...SHARED_KINDS,
  fit: { kind: 'object', like: '{ time: 10 }' },
  from: 'string',
  tensorboard: 'boolean',
};

/** What happens during `fit`: the run's folder first. */
export type RunEvent = { readonly type: 'run'; readonly folder: string } | DataFitEvent;

/** What a run came to. */
export interface RunResult {
  readonly folder: string;
  /** Folder of the model. */
  readonly model: string;
  readonly report: string;
  readonly info: ModelInfo;
  readonly verdict: Verdict;
  readonly fitted: DataFit;
}

/**
 * Trains the best model that can be had on a folder of pictures, a file of texts or a table, and writes it with a report.
 * Where the data cannot be opened, or nothing can be learnt from it, no folder is left.
 * @throws GraftError as `openData` and `fitData` do; `aborted` when the signal stopped it before there was a model: `resume` then goes on.
 */
export async function* fitPath(source: string | Data, given: FitGiven = {}): AsyncGenerator<RunEvent, RunResult, void> {
  requireGiven(given, KINDS, 'fit', { fit: fitDataOptions, data: dataOptions });
  const name = typeof source === 'string' ? source : source.path;
  const paths = await newRun(given.runs ?? 'runs', nameOf(name));
  const again = given.again ?? callOf('fit', name, given);
  await writeAsked(paths, {
    graft: VERSION,
    path: name,
    data: given.data ?? {},
    formatOptions: given.formatOptions ?? {},
    fit: given.fit ?? {},
    ...(given.from !== undefined && { from: given.from }),
    ...(given.tensorboard && { tensorboard: true }),
    again,
  });
  return yield* orNoFolder(paths, alone(paths, orHowToGoOn(paths, run(paths, source, { ...given, again }))));
}

/**
 * Goes on with a run that was stopped: with the same options, and training from its last checkpoint.
 * @throws GraftError `io` where the folder is no run; and what `fit` throws.
 */
export async function* resume(folder: string, given: Pick<FitGiven, 'signal' | 'again'> = {}): AsyncGenerator<RunEvent, RunResult, void> {
  const paths = pathsIn(folder);
  const asked = await readAsked(paths);
  if (asked.adapt) fail('invalid-argument', `"${folder}" is a run of \`adapt\`; go on with it by \`resumeAdapt\`.`);
  if (existsSync(resultPath(folder)))
    fail(
      'invalid-argument',
      `"${folder}" has ended, and there is nothing to go on with; to learn on from its model, give it as \`from\` to a new run.`,
    );
  return yield* alone(paths, orHowToGoOn(paths, run(paths, asked.path, { ...(asked as unknown as FitGiven), again: asked.again ?? '', ...given })));
}

async function* run(
  paths: RunPaths,
  source: string | Data,
  given: FitGiven & Required<Pick<FitGiven, 'again'>>,
): AsyncGenerator<RunEvent, RunResult, void> {
  const { signal } = given;
  await reopenLog(paths);
  yield { type: 'run', folder: paths.folder };
  const ranges: RateEvent[] = [];
  const start = given.from === undefined ? undefined : await startOf(given.from);
  if (start && !start.learnt)
    yield {
      type: 'note',
      message: `What "${given.from}" has learnt from is not known: if such rows are in the test part, what is measured flatters.`,
    };
  const data = typeof source === 'string' ? yield* opened(source, start, given) : source;
  if (start?.learnt && data === source) yield* toldOfLearnt(data, start);
  const curves = new Map<string, { updates: number[]; values: number[] }>();
  const board = given.tensorboard ? await eventFile(paths.folder) : undefined;
  const shown = async (entry: LogEntry) => {
    if (entry.type === 'step') {
      const { updates, values } = curves.get(entry.candidate as string) ?? { updates: [], values: [] };
      curves.set(entry.candidate as string, { updates, values });
      updates.push(entry.update as number);
      values.push(entry.loss as number);
    }
    await board?.add(entry);
  };
  const log = async (entry: LogEntry) => {
    await logLine(paths, entry);
    await shown(entry);
  };
  const events = fitData(data, given.fit, {
    signal,
    checkpoints: paths.checkpoints,
    start,
    remember: (what, decide) => decided(paths, what, decide),
  });
  const fitted = yield* passedOn(events, async (event) => {
    if (event.type === 'training' && event.event.type === 'start')
      for (const entry of await continueLog(paths, event.candidate, event.event.from.update)) await shown(entry);
    await noted(event, log);
    if (event.type === 'rate') ranges.push(event);
    return event;
  });
  if (signal?.aborted) fail('aborted', 'Training was stopped.');
  const verdict = verdictOf(fitted);
  const measured = {
    temperature: verdict.temperature,
    ...(verdict.unknown && { unknown: verdict.unknown }),
    metric: verdict.metric,
    headline: measuredFact(verdict, verdict.part),
    metrics: verdict.metrics,
  };
  const samples = await samplesOf(fitted);
  const info = await saveModel(paths.model, keptOf(fitted), measured, samples);
  await writeLearnt(paths.learnt, { ...data, ...columnsOf(info) }, start?.learnt);
  const lines: Curve[] = [...curves].map(([candidate, curve]) => ({ name: candidate, ...curve }));
  const content = await runReport({
    fitted,
    verdict,
    again: given.again,
    curves: lines,
    ranges,
    signal,
  });
  await writeFileDurably(paths.report, htmlReport(content));
  await writeFileDurably(resultPath(paths.folder), resultText(fitted, verdict));
  await log({ type: 'end', ...verdict.metrics });
  return { folder: paths.folder, model: paths.model, report: paths.report, info, verdict, fitted };
}

/** The model that a run goes on from, and what it has learnt from where that is known. */
interface Start extends EarlierModel {
  readonly learnt: Learnt | undefined;
  /** What it reads. */
  readonly reads: ReadColumns;
}

async function startOf(from: string): Promise<Start> {
  const { info, folder } = await modelIn(from);
  const known = { learnt: await readLearnt(pathsIn(dirname(folder)).learnt), reads: columnsOf(info) };
  const { input, task, label, scale, backbone, weights } = info;
  if (weights === 'int8') {
    const run = dirname(folder);
    const whole = existsSync(pathsIn(run).options) ? `"${run}"` : 'the run that it was exported from';
    fail('invalid-argument', `"${from}" has weights in 8 bits, too coarse to learn on: give ${whole} as \`from\`.`);
  }
  const model = join(folder, MODEL_FILE);
  const readAs = readAsIn(info);
  if (backbone)
    return { ...known, model, task, label, readAs, backbone: backbone.name, besideWords: input.kind === 'text' && input.words !== undefined };
  if (input.kind === 'table') return { ...known, model, task, label, readAs, encoding: input.columns, scale };
  const what = input.kind === 'words' ? 'the words of texts' : 'rows of numbers';
  return fail(
    'invalid-argument',
    `"${from}" is a linear model on ${what}, which learns from all of them at once and in seconds: give the earlier data and the new together, without \`from\`.`,
  );
}

/** Rows of parts that were given, which stay there. */
async function* toldOfLearnt(data: Data, { learnt = new Set(), reads }: Start): AsyncGenerator<RunEvent, void, void> {
  const known = await learntRows({ ...data, ...reads }, learnt);
  for (const part of ['validation', 'test'] as const) {
    const count = data.parts[part].filter((row) => known[row] === 1).length;
    if (count > 0)
      yield {
        type: 'note',
        message: `The model to go on from has learnt from ${count} of the ${data.parts[part].length} rows of ${part}, so what is measured flatters; give the path of the data, so that they are put into train.`,
      };
  }
}

/** The data of a path, with what tells how far it is. */
function opened(path: string, start: Start | undefined, { data, formatOptions = {}, signal }: FitGiven): AsyncGenerator<WorkEvent, Data, void> {
  return worked('reading', (tell) =>
    openData(
      path,
      { ...data, ...taskOf(start, data) },
      {
        formatOptions,
        label: start?.label,
        ...(start?.learnt && { learnt: (rows) => learntRows({ ...rows, ...start.reads }, start.learnt as Learnt) }),
        readAs: start?.readAs,
        signal,
        progress: ({ what, done, of }) => tell(done, of, what),
      },
    ),
  );
}

/** A model of a table goes on with the kind of task that it was trained for, unless another is asked for. */
function taskOf(start: EarlierModel | undefined, data: FitGiven['data']): FitGiven['data'] {
  return start?.encoding && (data?.task ?? 'auto') === 'auto' ? { task: start.task.kind } : {};
}

/** Keeps what an event says in the log. */
async function noted(event: DataFitEvent, log: (entry: LogEntry) => Promise<void>): Promise<void> {
  if (event.type === 'candidate') await log({ ...event.result, type: 'candidate' });
  if (event.type === 'rate') await log({ ...event.range, type: 'rate', candidate: event.candidate });
  if (event.type !== 'training') return;
  const { event: inner, candidate } = event;
  if (inner.type === 'step') await log({ type: 'step', candidate, update: inner.position.update, loss: inner.loss, lr: inner.lr });
  if (inner.type === 'evaluation')
    await log({ type: 'evaluation', candidate, update: inner.position.update, loss: inner.loss, accuracy: inner.accuracy });
}

/** Inputs of a few validation examples, as the chosen model reads them. */
async function samplesOf({ data, chosen }: DataFit): Promise<Samples> {
  const rows = data.parts.validation.subarray(0, SAMPLES);
  const source = await chosen.reader.sourceOf({ name: data.name, rows });
  try {
    const { inputs, extras } = await source.gather(Int32Array.from(rows.keys()));
    return { inputs, extras };
  } finally {
    await source.close?.();
  }
}
