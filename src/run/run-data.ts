// A path or opened data -> a run's folder with the best model, its report and its log. Called by users and the command line.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fail } from '../core/errors.ts';
import type { GivenOptions } from '../core/options.ts';
import { VERSION } from '../core/version.ts';
import type { Data } from '../data/open/data.ts';
import { type OpenContext, openData } from '../data/open/open-data.ts';
import type { dataOptions } from '../data/open/options.ts';
import type { DataFitEvent, RateEvent } from '../plan/events.ts';
import { type DataFit, fitData } from '../plan/fit-data.ts';
import type { fitDataOptions } from '../plan/fit-options.ts';
import { htmlReport } from '../report/html.ts';
import { writeFileDurably } from '../train/durable.ts';
import type { Samples } from '../train/export-onnx.ts';
import type { ModelInfo } from './model-info.ts';
import { MODEL_FILE, modelIn } from './predict.ts';
import { resultPath, resultText } from './result.ts';
import { decided, logLine, newRun, pathsIn, type RunPaths, readAsked, writeAsked } from './run-folder.ts';
import { type Curve, runReport } from './run-report.ts';
import { saveModel } from './save-model.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** Examples that the exported file is checked on. */
const SAMPLES = 4;

/** What `fit` is given. */
export interface FitGiven {
  /** Options of `openData`; not used where data is given that is open already. */
  readonly data?: GivenOptions<typeof dataOptions>;
  readonly formatOptions?: OpenContext['formatOptions'];
  readonly fit?: GivenOptions<typeof fitDataOptions>;
  /** A run, or a model's folder, to go on from: its network learns on, with a new head. */
  readonly from?: string | undefined;
  /** Folder that the run's own is made in; default `runs`. */
  readonly runs?: string;
  /** How to do it again, for the report; default the call. */
  readonly again?: string;
  readonly signal?: AbortSignal | undefined;
}

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
 * @throws GraftError as `openData` and `fitData` do; `aborted` when the signal stopped it before there was a model: `resume` then goes on.
 */
export async function* fitPath(source: string | Data, given: FitGiven = {}): AsyncGenerator<RunEvent, RunResult, void> {
  const name = typeof source === 'string' ? source : source.path;
  const paths = await newRun(
    given.runs ?? 'runs',
    name
      .split(/[\\/]/)
      .filter((part) => part !== '')
      .at(-1) ?? 'data',
  );
  await writeAsked(paths, {
    graft: VERSION,
    path: name,
    data: given.data ?? {},
    formatOptions: given.formatOptions ?? {},
    fit: given.fit ?? {},
    ...(given.from !== undefined && { from: given.from }),
  });
  return yield* run(paths, source, given);
}

/**
 * Goes on with a run that was stopped: with the same options, and training from its last checkpoint.
 * @throws GraftError `io` where the folder is no run; and what `fit` throws.
 */
export async function* resume(folder: string, given: Pick<FitGiven, 'signal' | 'again'> = {}): AsyncGenerator<RunEvent, RunResult, void> {
  const paths = pathsIn(folder);
  const asked = await readAsked(paths);
  return yield* run(paths, asked.path, { ...(asked as unknown as FitGiven), ...given });
}

async function* run(paths: RunPaths, source: string | Data, given: FitGiven): AsyncGenerator<RunEvent, RunResult, void> {
  const { signal } = given;
  yield { type: 'run', folder: paths.folder };
  const data = typeof source === 'string' ? await openData(source, given.data, { formatOptions: given.formatOptions ?? {}, signal }) : source;
  const curves = new Map<string, { updates: number[]; values: number[] }>();
  const ranges: RateEvent[] = [];
  const start = given.from === undefined ? undefined : await startOf(given.from);
  const events = fitData(data, given.fit, {
    signal,
    checkpoints: paths.checkpoints,
    start,
    remember: (what, decide) => decided(paths, what, decide),
  });
  let fitted: DataFit;
  for (;;) {
    const { value, done } = await events.next();
    if (done) {
      fitted = value;
      break;
    }
    await noted(paths, value, curves);
    if (value.type === 'rate') ranges.push(value);
    yield value;
  }
  if (signal?.aborted) fail('aborted', `The run was stopped; \`resume\` goes on with "${paths.folder}".`);
  const verdict = verdictOf(fitted);
  const measured = { temperature: verdict.temperature, ...(verdict.unknown && { unknown: verdict.unknown }), metrics: verdict.metrics };
  const samples = await samplesOf(fitted);
  const info = await saveModel(paths.model, fitted, measured, samples);
  const again = given.again ?? `fit(${JSON.stringify(data.path)}, ${JSON.stringify({ data: given.data ?? {}, fit: given.fit ?? {} })})`;
  const lines: Curve[] = [...curves].map(([candidate, curve]) => ({ name: candidate, ...curve }));
  const content = await runReport({
    fitted,
    verdict,
    again: `${again}\nGraft ${VERSION}, ${availableParallelism()} processors.`,
    curves: lines,
    ranges,
    signal,
  });
  await writeFileDurably(paths.report, htmlReport(content));
  await writeFileDurably(resultPath(paths.folder), resultText(fitted, verdict));
  await logLine(paths, { type: 'end', ...verdict.metrics });
  return { folder: paths.folder, model: paths.model, report: paths.report, info, verdict, fitted };
}

/** The model that a run goes on from. */
async function startOf(from: string): Promise<{ model: string; backbone: string }> {
  const { info, folder } = await modelIn(from);
  if (!info.backbone)
    return fail(
      'invalid-argument',
      `"${from}" is a model of ${info.input.kind} rows, which began with no pretrained network; train anew on all the data.`,
    );
  return { model: join(folder, MODEL_FILE), backbone: info.backbone.name };
}

/** Keeps what an event says in the log, and the losses for the report. */
async function noted(paths: RunPaths, event: DataFitEvent, curves: Map<string, { updates: number[]; values: number[] }>): Promise<void> {
  if (event.type === 'candidate') await logLine(paths, { ...event.result, type: 'candidate' });
  if (event.type === 'rate') await logLine(paths, { ...event.range, type: 'rate', candidate: event.candidate });
  if (event.type !== 'training') return;
  const { event: inner, candidate } = event;
  if (inner.type === 'step') {
    const curve = curves.get(candidate) ?? { updates: [], values: [] };
    curves.set(candidate, curve);
    curve.updates.push(inner.position.update);
    curve.values.push(inner.loss);
    await logLine(paths, { type: 'step', candidate, update: inner.position.update, loss: inner.loss, lr: inner.lr });
  }
  if (inner.type === 'evaluation')
    await logLine(paths, { type: 'evaluation', candidate, update: inner.position.update, loss: inner.loss, accuracy: inner.accuracy });
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
