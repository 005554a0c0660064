// The model of a run in a smaller file, with what that costs in accuracy: a run comes in, another model's folder leaves. Called by users and the command line.
import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fail } from '../core/errors.ts';
import type { GivenOptions } from '../core/options.ts';
import { exampleName } from '../data/images/picture.ts';
import { takeLabels } from '../data/labels.ts';
import type { Unlabelled } from '../data/open/data.ts';
import { openLabelled } from '../data/open/open-data.ts';
import type { dataOptions } from '../data/open/options.ts';
import { takeInputs } from '../data/open/roles.ts';
import type { Labelled } from '../data/open/task.ts';
import { takeTable } from '../data/table/table.ts';
import { loadOnnx } from '../nn/import/load-onnx.ts';
import { metricText } from '../report/metric.ts';
import { followed, ioError, putFolder, unfinished, writeFiles } from '../train/durable.ts';
import { exportOnnx } from '../train/export-onnx.ts';
import { type Evaluation, evaluateModel } from './evaluate-model.ts';
import { CARD_FILE, MEASURED, measuredFact, modelCard } from './model-card.ts';
import { infoText, type ModelInfo } from './model-info.ts';
import { INFO_FILE, type LoadedModel, load, MODEL_FILE, modelIn } from './predict.ts';
import { labelText, type RunSummary, readResult } from './result.ts';
import { type Asked, pathsIn, readAsked } from './run-folder.ts';

/** Bits of a weight. */
const BITS = { float16: 16, int8: 8 } as const;
/** How far the same model may come from what the run measured on the same examples, besides one of them: by another processor, say. */
const SAME = 0.01;

/** What {@link exportRun} made. */
export interface ExportedRun {
  readonly folder: string;
  /** Of `model.onnx`. */
  readonly bytes: { readonly before: number; readonly after: number };
  /** On the examples that the run was measured on. */
  readonly before: Evaluation;
  readonly after: Evaluation;
}

/**
 * Writes the run's model with weights of fewer bits into a folder of its own, and measures both on the very examples that the run was measured on.
 * @param out default `model-int8` or `model-fp16` in the run's folder; an earlier export there is replaced, whole or not at all.
 * @throws GraftError `invalid-argument` where `out` is there and is no earlier export; `io` where the run or its data is gone; `invalid-data` where the data has
 *   changed since the run; `invalid-model` where the scores change too much.
 */
export async function exportRun(
  run: string,
  weights: 'float16' | 'int8',
  { out, signal }: { readonly out?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<ExportedRun> {
  const paths = pathsIn(run);
  const folder = out ?? join(run, weights === 'int8' ? 'model-int8' : 'model-fp16');
  const place = await followed(folder);
  await requireReplaceable(folder, place, await followed(paths.model), new Set(await readdir(paths.model).catch(() => [])));
  const asked = await readAsked(paths);
  if (asked.adapt)
    fail('invalid-argument', `"${run}" is a run of \`adapt\`, on whose target nothing can be measured; runs of \`fit\` can be exported.`);
  const summary = await readResult(run);
  const own = await load(paths.model);
  const aside = unfinished(dirname(place));
  const unwritten = (cause: unknown) => {
    throw ioError(`write ${folder}`, cause);
  };
  try {
    const part = await measuredPart(run, asked, summary, own, signal);
    const before = await evaluateModel(own, part, { signal });
    requireSame(run, summary, before);
    await mkdir(dirname(place), { recursive: true }).catch(unwritten);
    await cp(paths.model, aside, { recursive: true }).catch(unwritten);
    const model = await loadOnnx(join(paths.model, MODEL_FILE), { name: own.info.name, otherOutputs: true });
    const { [model.input.name]: inputs = fail('internal', `The feeds of \`${model.name}\` lack its input.`), ...extras } = await own.feeds(
      part,
      firstOf(part.table.length),
    );
    await exportOnnx(model, join(aside, MODEL_FILE), { weights, samples: { inputs, extras } });
    const small = await load(aside);
    let after: Evaluation;
    try {
      after = await evaluateModel(small, part, { signal });
    } finally {
      await small.release();
    }
    if (signal?.aborted) fail('aborted', 'Exporting was stopped.');
    const info = narrowed(own.info, weights, { before, after, part: summary.part });
    await writeFiles(
      aside,
      new Map([
        [CARD_FILE, modelCard(info)],
        [INFO_FILE, infoText(info)],
      ]),
    );
    const size = async (at: string) => (await stat(join(at, MODEL_FILE))).size;
    const bytes = { before: await size(paths.model), after: await size(aside) };
    await putFolder(aside, place);
    return { folder, bytes, before, after };
  } finally {
    await rm(aside, { recursive: true, force: true });
    await own.release();
  }
}

/** What is known of the smaller model: its own numbers, and what it costs. */
function narrowed(
  info: ModelInfo,
  weights: 'float16' | 'int8',
  { before, after, part }: Pick<ExportedRun, 'before' | 'after'> & Pick<RunSummary, 'part'>,
): ModelInfo {
  const text = ({ metric, headline }: Evaluation) => metricText(metric, headline.estimate, 2);
  const cost = `**Weights**: in ${BITS[weights]} bits, which takes ${after.metric} on the ${after.examples} examples of the ${part} part from ${text(before)} to ${text(after)}.`;
  const told = (info.facts ?? []).filter((fact) => !fact.startsWith(MEASURED));
  return { ...info, weights, metrics: { ...after.metrics }, facts: [...told, measuredFact(after, part), cost] };
}

/**
 * The examples that the run was measured on, by their names: which these are depended on what its model began with, too.
 * @throws GraftError `invalid-data` where one is gone or has another label.
 */
async function measuredPart(
  run: string,
  { path, data: given, formatOptions, cwd = '.' }: Asked,
  { examples: { names, labels: known } }: RunSummary,
  { info, readAs }: LoadedModel,
  signal: AbortSignal | undefined,
): Promise<Unlabelled & Labelled> {
  const options = given as GivenOptions<typeof dataOptions>;
  const data = await openLabelled(
    path,
    { ...options, ...((options.task ?? 'auto') === 'auto' && { task: info.task.kind }) },
    { formatOptions: formatOptions as Record<string, string>, label: info.label, known: true, readAs, signal },
  );
  const places = new Map(Array.from({ length: data.table.length }, (_, row) => [exampleName(data, row), row]));
  const rows = Int32Array.from(names, (name, i) => {
    // A run that began in another working folder has other paths of the same pictures.
    const row = places.get(name) ?? places.get(resolve(cwd, name));
    if (row === undefined) return changed(run, `"${name}", which it was measured on, is not there any more`);
    const [was, is] = [known?.[i], labelText(data, row)];
    return was === undefined || was === is ? row : changed(run, `the label of "${name}" was "${was}" and is "${is}"`);
  });
  const labels = takeLabels(data.labels, rows) ?? fail('internal', 'The rows have no labels.');
  const { groups } = data;
  const own = groups && { groups: rows.map((row) => groups[row] as number) };
  return { ...data, table: takeTable(data.table, rows), inputs: takeInputs(data.inputs, rows), rows, labels, ...own };
}

/** @throws GraftError `invalid-data` where the same model comes to something else: then its examples are others. */
function requireSame(run: string, { metric, headline }: RunSummary, { metric: own, headline: now, examples }: Evaluation): void {
  const off = Math.abs(now.estimate - headline.estimate);
  if (metric === own && !(off <= SAME + 1 / examples))
    changed(
      run,
      `its model came to ${metricText(metric, headline.estimate)} on the same examples and comes to ${metricText(metric, now.estimate)} now`,
    );
}

function changed(run: string, how: string): never {
  return fail('invalid-data', `The data of "${run}" has changed since: ${how}. Put it back as it was, or run \`fit\` anew and export that.`);
}

/** Nothing of anybody's is removed but an earlier export. @param own names of the files that an export has. */
async function requireReplaceable(folder: string, place: string, model: string, own: ReadonlySet<string>): Promise<void> {
  const inside = relative(resolve(model), resolve(place));
  if (!inside.startsWith('..') && !isAbsolute(inside))
    fail('invalid-argument', `\`out\` (="${folder}") lies in the model that is exported; name a folder of its own.`);
  const there: string[] = await readdir(folder).catch((cause: NodeJS.ErrnoException) =>
    cause.code === 'ENOENT' ? [] : fail('invalid-argument', `\`out\` (="${folder}") cannot be a folder: ${cause.message}.`, { cause }),
  );
  if (there.length === 0) return;
  const narrowed = there.includes(INFO_FILE) && (await modelIn(folder)).info.weights !== undefined;
  if (!narrowed) fail('invalid-argument', `\`out\` (="${folder}") is there and is no earlier export; name a folder that is not.`);
  const stranger = there.find((name) => !own.has(name));
  if (stranger !== undefined)
    fail(
      'invalid-argument',
      `\`out\` (="${folder}") holds "${stranger}" beside an earlier export, which would be replaced; move that elsewhere, or name another folder.`,
    );
}

/** The first few rows: the file is checked on them. */
function firstOf(length: number): Int32Array {
  return Int32Array.from({ length: Math.min(8, length) }, (_, i) => i);
}
