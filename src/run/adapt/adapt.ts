// The second verb: sources with labels and a target without -> a run's folder with the best model for the target, its predictions and its report.
// Called by users and the command line.
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fail, GraftError } from '../../core/errors.ts';
import { inWords, type OptionKinds, requireOptions } from '../../core/known-options.ts';
import { listed } from '../../core/listed.ts';
import type { GivenOptions } from '../../core/options.ts';
import { VERSION } from '../../core/version.ts';
import type { Finding } from '../../data/open/data.ts';
import { type OpenContext, openLabelled, openUnlabelled } from '../../data/open/open-data.ts';
import { dataOptions } from '../../data/open/options.ts';
import { adaptData, type DomainAdaptation, type LabelledDomain } from '../../plan/adapt/adapt-data.ts';
import { adaptOptions } from '../../plan/adapt/adapt-options.ts';
import type { DomainData } from '../../plan/adapt/view.ts';
import type { DataFitEvent } from '../../plan/events.ts';
import { passedOn } from '../../plan/told.ts';
import { formulaWarning } from '../../report/csv-field.ts';
import { htmlReport } from '../../report/html.ts';
import { writeFileDurably } from '../../train/durable.ts';
import { callOf, nameOf, requireGiven, SHARED_KINDS, type SharedGiven } from '../given.ts';
import type { ModelInfo } from '../model-info.ts';
import { alone, decided, logLine, newRun, orHowToGoOn, orNoFolder, pathsIn, type RunPaths, readAsked, writeAsked } from '../run-folder.ts';
import { reopenLog } from '../run-log.ts';
import { saveModel } from '../save-model.ts';
import { namesOf, predictionsCsv } from './predictions.ts';
import { readTargetLabels } from './read-target-labels.ts';
import { adaptReport, type FoundIn } from './report.ts';
import { foreignText, type Scored, scored, type TargetTruth } from './scoring.ts';
import { type Unlike, unlikeSources } from './unlike.ts';

/** What `adapt` is given. */
export interface AdaptGiven extends SharedGiven {
  /** Paths of the data with labels: one source or several. */
  readonly source: string | readonly string[];
  /** Path of the data without. Labels that are there are not read, unless `scoreLabels` says so. */
  readonly target: string;
  /** Path of a table with labels of a few target rows, which are learnt from and chosen by: the row's number, the file, or a column of the target's own; and the label. */
  readonly targetLabels?: string;
  readonly adapt?: GivenOptions<typeof adaptOptions>;
  /** Reads the target's labels when all is chosen, to say what it is worth. */
  readonly scoreLabels?: boolean;
}

const KINDS: OptionKinds<AdaptGiven> = {
  ...SHARED_KINDS,
  source: 'any',
  target: 'string',
  targetLabels: 'string',
  adapt: { kind: 'object', like: "{ method: 'coral' }" },
  scoreLabels: 'boolean',
};

/** What happens during `adapt`: the run's folder first. */
export type AdaptEvent = { readonly type: 'run'; readonly folder: string } | Exclude<DataFitEvent, { type: 'data' }>;

/** What an adaptation came to. */
export interface AdaptResult {
  readonly folder: string;
  /** Folder of the model. */
  readonly model: string;
  readonly report: string;
  /** The target's rows with the classes that they were given. */
  readonly predictions: string;
  readonly info: ModelInfo;
  readonly adaptation: DomainAdaptation;
  /** Target rows unlike every class of the sources; left out where nothing tells. */
  readonly unlike?: Unlike | undefined;
  /** Where it was asked for. */
  readonly scored?: Scored | undefined;
}

/** Examples that the exported file is checked on. */
const SAMPLES = 4;

/**
 * Learns a target without labels from sources with them, chooses without a label of the target, and writes the model with a report.
 * Where the data cannot be opened, or nothing can be learnt from it, no folder is left.
 * @throws GraftError as `openLabelled`, `openUnlabelled` and `adaptData` do; `aborted` when the signal stopped it.
 */
export async function* adapt(given: AdaptGiven): AsyncGenerator<AdaptEvent, AdaptResult, void> {
  requireGiven(given, KINDS, 'adapt', { adapt: adaptOptions, data: dataOptions });
  requireOptions(given, { source: "'shop-photos/'", target: "'phone-photos/'" }, 'adapt');
  const sources = pathsOf(given.source);
  const names = [...sources, 'to', given.target].map(nameOf);
  const paths = await newRun(given.runs ?? 'runs', names.map((name) => name.replace(/\..*$/, '')).join('-'));
  const { data = {}, formatOptions = {}, adapt: options = {}, scoreLabels = false, targetLabels } = given;
  const few = targetLabels === undefined ? {} : { targetLabels };
  const again = given.again ?? callOf('adapt', given);
  await writeAsked(paths, {
    graft: VERSION,
    path: given.target,
    data,
    formatOptions,
    fit: {},
    again,
    adapt: { source: sources, target: given.target, adapt: options, scoreLabels, ...few },
  });
  return yield* orNoFolder(paths, alone(paths, orHowToGoOn(paths, run(paths, { ...given, source: sources, again }))));
}

/** One source or several. */
function pathsOf(source: unknown): readonly string[] {
  const paths = typeof source === 'string' ? [source] : source;
  if (!Array.isArray(paths) || paths.some((path) => typeof path !== 'string'))
    return fail('invalid-argument', `\`adapt\`: \`source\` is ${inWords(paths)}, but must be a path, or a list of paths.`);
  return paths as string[];
}

/**
 * Goes on with an adaptation that was stopped, to the same end: training of a network from its last checkpoint; what takes seconds is computed again.
 * @throws GraftError `io` where the folder is no run; `invalid-argument` where it is one of `fit`.
 */
export async function* resumeAdapt(folder: string, { signal }: Pick<AdaptGiven, 'signal'> = {}): AsyncGenerator<AdaptEvent, AdaptResult, void> {
  const paths = pathsIn(folder);
  const asked = await readAsked(paths);
  if (!asked.adapt) fail('invalid-argument', `"${folder}" is a run of \`fit\`; go on with it by \`resume\`.`);
  const { data = {}, formatOptions = {} } = asked as unknown as AdaptGiven;
  const again = asked.again ?? '';
  return yield* alone(paths, orHowToGoOn(paths, run(paths, { ...(asked.adapt as unknown as Listed), data, formatOptions, again, signal })));
}

/** What was asked for, all sources in a list. */
type Listed = AdaptGiven & { readonly source: readonly string[] };

async function* run(paths: RunPaths, given: Listed & Required<Pick<AdaptGiven, 'again'>>): AsyncGenerator<AdaptEvent, AdaptResult, void> {
  const { signal, data = {}, formatOptions = {} } = given;
  const context: OpenContext = { formatOptions, signal };
  await reopenLog(paths);
  yield { type: 'run', folder: paths.folder };
  const sources: LabelledDomain[] = [];
  const findings: FoundIn[] = [];
  for (const path of given.source) {
    yield { type: 'work', what: `reading ${path}`, done: 0, of: 1 };
    const source = await openLabelled(path, data, context);
    sources.push(source);
    findings.push(...foundIn(source));
  }
  if (given.source.some((path) => resolve(path) === resolve(given.target)))
    yield {
      type: 'note',
      message: `The target "${given.target}" is what is learnt from, too: there is nothing to adapt to, and scores are of rows whose labels were learnt.`,
    };
  const target = await targetOf(given, context);
  findings.push(...target.findings);
  for (const { name, level, text } of findings) if (level === 'warning') yield { type: 'note', message: `${name}: ${text}` };
  if (target.truth) requireCommonClass(target.data.name, target.truth.classes, sources);
  const few = given.targetLabels;
  const targetLabels = few === undefined ? undefined : await readTargetLabels(few, target.data, data.label ?? '', signal);
  const events = adaptData(sources, target.data, given.adapt, {
    signal,
    targetLabels,
    checkpoints: paths.checkpoints,
    remember: (what, decide) => decided(paths, what, decide),
  });
  const adaptation = yield* passedOn(events, async (event) => {
    if (event.type === 'data') return undefined;
    if (event.type === 'training' && event.event.type === 'step') {
      const { position, loss, lr } = event.event;
      await logLine(paths, { type: 'step', candidate: event.candidate, update: position.update, loss, lr });
    }
    if (event.type === 'candidate') await logLine(paths, { ...event.result, type: 'candidate' });
    return event;
  });
  const { classes, choice, known } = adaptation;
  const { chosen } = choice;
  yield { type: 'work', what: 'looking for what is unlike every class', done: 0, of: 1 };
  const unlike = await unlikeSources(adaptation);
  const worth = target.truth && scored(adaptation, target.truth, unlike?.rows);
  const foreign = worth && foreignText(worth);
  if (foreign) yield { type: 'note', message: foreign };
  const info = await saveModel(
    paths.model,
    {
      name: `${sources.map(({ name }) => name).join(', ')} to ${target.data.name}`,
      task: { kind: 'classification', classes: [...classes] },
      model: adaptation.model,
      reading: adaptation.reader.reading,
      inputs: (sources[0] as LabelledDomain).inputs,
      facts: [
        `**Learnt from**: ${adaptation.sourceLabels.length} examples of ${sources.map(({ name }) => name).join(', ')} with labels.`,
        `**Made for**: ${target.data.name}, of which ${target.data.table.length} examples were seen, ${known ? `${known.rows.length} of them with` : 'without'} labels.`,
        `**Method**: ${chosen.name}, ${chosen.about}. ${choice.why}`,
      ],
    },
    {
      temperature: 1,
      ...(unlike && { unknown: unlike.unknown, standard: unlike.standard }),
      metrics: worth ? { 'accuracy on the target': worth.model } : {},
    },
    await samplesOf(adaptation),
  );
  const predictions = join(paths.folder, 'predictions.csv');
  await writeFileDurably(predictions, predictionsCsv(adaptation, unlike?.rows ?? new Int32Array()));
  const warning = formulaWarning(predictions, [...classes, ...namesOf(adaptation)]);
  if (warning !== undefined) yield { type: 'note', message: warning };
  await writeFileDurably(paths.report, htmlReport(await adaptReport({ adaptation, unlike, scored: worth, findings, again: given.again, signal })));
  await writeFileDurably(join(paths.folder, 'result.json'), `${JSON.stringify(summary(adaptation, worth, unlike), undefined, 2)}\n`);
  // Of no use any more, and as large as the network and its optimiser for each epoch.
  await rm(paths.checkpoints, { recursive: true, force: true });
  await logLine(paths, { type: 'end', chosen: chosen.name, ...(worth && { accuracy: worth.labelFree.estimate }) });
  return { folder: paths.folder, model: paths.model, report: paths.report, predictions, info, adaptation, unlike, scored: worth };
}

const foundIn = ({ name, findings }: { readonly name: string; readonly findings: readonly Finding[] }) =>
  findings.map((finding): FoundIn => ({ name, ...finding }));

/** The target without its labels; and these, for when all is done, where they are to be read. */
async function targetOf(
  { target, data = {}, scoreLabels = false }: AdaptGiven,
  context: OpenContext,
): Promise<{ readonly data: DomainData; readonly findings: readonly FoundIn[]; readonly truth?: TargetTruth }> {
  if (!scoreLabels) {
    const opened = await openUnlabelled([target], data, context);
    return { data: opened, findings: foundIn(opened) };
  }
  // Of a few numbered labels by themselves it could not be told whether they are amounts.
  const opened = await openLabelled(target, { ...data, task: 'classification' }, context).catch((error: unknown) => {
    if (!(error instanceof GraftError) || error.code === 'aborted') throw error;
    throw new GraftError(
      error.code,
      `${error.message} \`scoreLabels\` reads the labels of the target: it must have them as the source has, or leave it out.`,
      { cause: error },
    );
  });
  const { name, table, inputs, task, labels } = opened;
  if (task.kind !== 'classification' || !(labels instanceof Int32Array)) return fail('internal', `"${name}" was not opened as a classification.`);
  return {
    data: { name, table, inputs },
    findings: foundIn(opened),
    truth: { labels, classes: task.classes },
  };
}

/** Names that have nothing in common are a slip, to be told before anything is computed. */
function requireCommonClass(name: string, own: readonly string[], sources: readonly LabelledDomain[]): void {
  const known = sources.flatMap(({ task }) => (task.kind === 'classification' ? task.classes : []));
  if (known.length === 0 || own.some((one) => known.includes(one))) return;
  const plain = (name: string) => name.trim().toLowerCase();
  const alike = own.some((one) => known.some((other) => plain(other) === plain(one)));
  fail(
    'invalid-data',
    `No label of "${name}" (${listed(own)}) is a class of what is learnt from (${listed([...new Set(known)])}), so nothing can be scored${alike ? '; they differ in case or spaces alone' : ''}; give both the same names, or leave out \`scoreLabels\`.`,
  );
}

function summary(
  { candidates, known, choice, mismatch, agreement, seconds, network }: DomainAdaptation,
  worth: Scored | undefined,
  unlike: Unlike | undefined,
) {
  return {
    form: 1,
    kind: 'adapt',
    chosen: choice.chosen.name,
    why: choice.why,
    ...(known && { targetLabels: known.rows.length }),
    candidates: choice.ranked.map(({ candidate, scores, rehearsal, rank, out }) => ({ name: candidate.name, scores, rehearsal, rank, out })),
    ...(network && { network: network.choice.ranked.map(({ candidate, scores, rank, out }) => ({ name: candidate.name, scores, rank, out })) }),
    mismatch,
    ...(network?.taken && { mismatchAfter: network.taken.mismatch }),
    agreement,
    ...(unlike && { unlike: unlike.rows.length }),
    seconds,
    ...(worth && { scored: { ...worth, candidates: Object.fromEntries(worth.candidates.map((value, i) => [candidates[i]?.name, value])) } }),
  };
}

/** Inputs of a few target examples, as the model reads them. */
async function samplesOf({ target, reader }: DomainAdaptation) {
  const rows = Int32Array.from({ length: Math.min(SAMPLES, target.table.length) }, (_, i) => i);
  const source = await reader.sourceOf({ name: target.name, rows });
  try {
    const { inputs, extras } = await source.gather(Int32Array.from(rows.keys()));
    return { inputs, extras };
  } finally {
    await source.close?.();
  }
}
