// The model of a run in a smaller file, with what that costs in accuracy: a run comes in, another model's folder leaves. Called by users and the command line.
import { cp, readdir, rename, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { fail } from '../core/errors.ts';
import type { GivenOptions } from '../core/options.ts';
import { takeLabels } from '../data/labels.ts';
import type { Data } from '../data/open/data.ts';
import { openData } from '../data/open/open-data.ts';
import type { dataOptions } from '../data/open/options.ts';
import { takeInputs } from '../data/open/roles.ts';
import { takeTable } from '../data/table/table.ts';
import { loadOnnx } from '../nn/import/load-onnx.ts';
import { writeFileDurably } from '../train/durable.ts';
import { exportOnnx } from '../train/export-onnx.ts';
import { type Evaluation, evaluateModel } from './evaluate-model.ts';
import { infoText } from './model-info.ts';
import { INFO_FILE, load, MODEL_FILE, modelIn } from './predict.ts';
import { pathsIn, readAsked } from './run-folder.ts';

/** What {@link exportRun} made. */
export interface ExportedRun {
  readonly folder: string;
  /** Of `model.onnx`. */
  readonly bytes: { readonly before: number; readonly after: number };
  /** On the test part of the run's data, or on the validation part where there is none. */
  readonly before: Evaluation;
  readonly after: Evaluation;
}

/**
 * Writes the run's model with weights of fewer bits into a folder of its own, and measures both on the part of the run's data that it was measured on.
 * @param out default `model-int8` or `model-fp16` in the run's folder; an earlier export there is replaced, whole or not at all.
 * @throws GraftError `invalid-argument` where `out` is there and is no earlier export; `io` where the run or its data is gone; `invalid-model` where the scores change too much.
 */
export async function exportRun(
  run: string,
  weights: 'float16' | 'int8',
  { out, signal }: { readonly out?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<ExportedRun> {
  const paths = pathsIn(run);
  const folder = out ?? join(run, weights === 'int8' ? 'model-int8' : 'model-fp16');
  await requireReplaceable(folder, paths.model);
  const asked = await readAsked(paths);
  if (asked.adapt)
    fail('invalid-argument', `"${run}" is a run of \`adapt\`, on whose target nothing can be measured; runs of \`fit\` can be exported.`);
  const data = await openData(asked.path, asked.data as GivenOptions<typeof dataOptions>, {
    formatOptions: asked.formatOptions as Record<string, string>,
    signal,
  });
  const rows = data.parts.test.length > 0 ? data.parts.test : data.parts.validation;
  const part = partOf(data, rows);
  const own = await load(paths.model);
  const aside = `${folder}.part`;
  try {
    const before = await evaluateModel(own, part, { signal });
    await rm(aside, { recursive: true, force: true });
    await cp(paths.model, aside, { recursive: true });
    await writeFileDurably(join(aside, INFO_FILE), infoText({ ...own.info, weights }));
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
    const size = async (place: string) => (await stat(join(place, MODEL_FILE))).size;
    const bytes = { before: await size(paths.model), after: await size(aside) };
    await rm(folder, { recursive: true, force: true });
    await rename(aside, folder);
    return { folder, bytes, before, after };
  } finally {
    await rm(aside, { recursive: true, force: true });
    await own.release();
  }
}

/** Nothing of anybody's is removed but an earlier export. */
async function requireReplaceable(folder: string, model: string): Promise<void> {
  const inside = relative(resolve(model), resolve(folder));
  if (!inside.startsWith('..') && !isAbsolute(inside))
    fail('invalid-argument', `\`out\` (="${folder}") lies in the model that is exported; name a folder of its own.`);
  const there: string[] = await readdir(folder).catch((cause: NodeJS.ErrnoException) =>
    cause.code === 'ENOENT' ? [] : fail('invalid-argument', `\`out\` (="${folder}") cannot be a folder: ${cause.message}.`, { cause }),
  );
  if (there.length === 0) return;
  const narrowed = there.includes(INFO_FILE) && (await modelIn(folder)).info.weights !== undefined;
  if (!narrowed) fail('invalid-argument', `\`out\` (="${folder}") is there and is no earlier export; name a folder that is not.`);
}

/** Some rows of opened data, as data to measure on. */
function partOf(data: Data, rows: Int32Array) {
  const table = takeTable(data.table, rows);
  const labels = takeLabels(data.labels, rows) ?? fail('internal', 'The rows have no labels.');
  const groups = data.groups && { groups: rows.map((row) => (data.groups as Int32Array)[row] as number) };
  return { name: data.name, table, inputs: takeInputs(data.inputs, rows), findings: [], task: data.task, rows, labels, ...groups };
}

/** The first few rows: the file is checked on them. */
function firstOf(length: number): Int32Array {
  return Int32Array.from({ length: Math.min(8, length) }, (_, i) => i);
}
