// A saved model at work: a folder with `model.onnx` and `model.json` in, answers for files and rows out. Called by users, the CLI and tests.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fail, GraftError } from '../core/errors.ts';
import type { GivenOptions } from '../core/options.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { exampleName, picturesOf } from '../data/images/picture.ts';
import { pictureReader } from '../data/loading/picture-reader.ts';
import type { Unlabelled } from '../data/open/data.ts';
import { type OpenContext, openUnlabelled, type ReadAs } from '../data/open/open-data.ts';
import type { dataOptions } from '../data/open/options.ts';
import type { StringColumn } from '../data/table/column.ts';
import type { Table } from '../data/table/table.ts';
import { type Text, tokeniser } from '../data/tokens/tokeniser.ts';
import { unpacked } from '../plan/from-sparse.ts';
import { encodeRows } from '../plan/table-encoder.ts';
import { countedWords } from '../plan/words.ts';
import { openDevice } from '../runtime/device.ts';
import { createSession, type Tensors } from '../runtime/session.ts';
import { softmaxRows } from '../score/probabilities.ts';
import { nearnessToMeans } from '../score/unknown.ts';
import { reasonOf } from '../train/durable.ts';
import { labelList } from './label-list.ts';
import { learntRows, readLearnt } from './learnt.ts';
import { checkedInfo, columnsOf, type ModelInfo, readAsIn } from './model-info.ts';
import { pathsIn } from './run-folder.ts';

/** The answer for one example. */
export interface Answer {
  /** Name of the file, or the row. */
  readonly name: string;
  /** Classification: the likeliest class. Multi-label: those above one half, as `labelList` joins them. */
  readonly label?: string;
  /** Of that class. */
  readonly probability?: number;
  /** Of each class, in the order of the task's; or each target's value. */
  readonly values: readonly number[];
  /** Whether the input is unlike anything seen in training. */
  readonly unknown?: boolean;
}

/** A model, ready to answer; holds native memory until it is released. */
export interface LoadedModel {
  readonly info: ModelInfo;
  /** What data for it is read as: to be given where it is opened. */
  readonly readAs: ReadAs;
  /** @throws GraftError `invalid-data` where the data is not what the model reads; `aborted` when the signal says so. */
  predict(data: Unlabelled, options?: PredictOptions): AsyncGenerator<readonly Answer[], void, void>;
  /** Marks the rows that it has learnt from or was chosen by with 1: measured on such, it looks better than it is. Nothing where its run does not lie around it. */
  learnt(data: Unlabelled): Promise<Uint8Array | undefined>;
  /** What the graph is fed for `rows` of the data, by the names of its inputs. */
  feeds(data: Unlabelled, rows: Int32Array): Promise<Tensors>;
  /** Frees its memory. */
  release(): Promise<void>;
}

/** How {@link LoadedModel.predict} goes about it. */
export interface PredictOptions {
  /** Examples computed at once; default 16, or 1,024 rows of a table. */
  readonly batch?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Examples computed at once, by what they are. */
const BATCHES = { image: 16, text: 16, table: 1024, sparse: 256, words: 256 } as const;

/** Names of the files of a model's folder. */
export const [MODEL_FILE, INFO_FILE, TOKENIZER_FILE] = ['model.onnx', 'model.json', 'tokenizer.json'] as const;

/**
 * Loads a model's folder, as `fit` writes it, or that of a run by the model in it.
 * @throws GraftError `io` when a file is missing; `invalid-data` when one is not what Graft writes.
 */
export async function load(given: string, { threads }: { readonly threads?: number } = {}): Promise<LoadedModel> {
  const { info, folder } = await modelIn(given);
  const read = (name: string) => readIn(folder, name);
  const tokenizer = info.input.kind === 'text' ? JSON.parse((await read(TOKENIZER_FILE)).toString('utf8')) : undefined;
  const { device } = await openDevice();
  const session = await createSession(await read(MODEL_FILE), { device, ...(threads !== undefined && { threads }) });
  return {
    info,
    readAs: readAsIn(info),
    async *predict(data, { batch = BATCHES[info.input.kind], signal } = {}) {
      if (!Number.isInteger(batch) || batch < 1) fail('invalid-argument', `\`batch\` (=${batch}) must be a whole number of at least 1.`);
      const feedsOf = feeder(info, data, tokenizer);
      for (let start = 0; start < data.table.length; start += batch) {
        if (signal?.aborted) fail('aborted', 'Predicting was stopped.');
        const rows = Int32Array.from({ length: Math.min(batch, data.table.length - start) }, (_, i) => start + i);
        const feeds = await feedsOf(rows);
        const { logits, familiarity } = await session.run(feeds, {}, ['logits', ...(info.unknown?.output ? [info.unknown.output] : [])]);
        const answers = answersOf(info, logits as Tensor<'float32'>, (i) => exampleName(data, start + i));
        yield flagged(info, answers, (familiarity?.data as Float32Array | undefined) ?? nearnessOf(info, feeds));
      }
    },
    async learnt(data) {
      const known = await readLearnt(pathsIn(dirname(resolve(folder))).learnt);
      return known && learntRows({ ...data, ...columnsOf(info) }, known);
    },
    feeds: (data, rows) => feeder(info, data, tokenizer)(rows),
    release: () => session.release(),
  };
}

/**
 * What is known of the model in a folder, or in a run's, and where it lies.
 * @throws GraftError as {@link load}.
 */
export async function modelIn(given: string): Promise<{ info: ModelInfo; folder: string }> {
  const folder = existsSync(join(given, INFO_FILE)) ? given : join(given, 'model');
  if (existsSync(pathsIn(given).options) && !existsSync(join(folder, INFO_FILE)))
    fail('invalid-data', `The run "${given}" has not ended, and has no model yet: \`graft resume ${given}\` goes on with it.`);
  return { info: checkedInfo((await readIn(folder, INFO_FILE)).toString('utf8'), join(folder, INFO_FILE)), folder };
}

function readIn(folder: string, name: string): Promise<Buffer> {
  return readFile(join(folder, name)).catch((cause: Error) =>
    fail('io', `"${folder}" is no model: ${name} cannot be read (${reasonOf(cause)}); give the folder of a run, or the folder \`model\` in it.`, {
      cause,
    }),
  );
}

/**
 * Answers for files, in one call: loads the model, opens the files, and frees it at the end.
 * @throws GraftError as {@link load} and `openUnlabelled` do.
 */
export async function* predict(
  folder: string,
  paths: string | readonly string[],
  options: GivenOptions<typeof dataOptions> = {},
  { signal, ...context }: OpenContext & PredictOptions = {},
): AsyncGenerator<Answer, void, void> {
  const model = await load(folder);
  try {
    const data = await openUnlabelled([paths].flat(), options, { ...context, readAs: model.readAs, signal });
    for await (const part of model.predict(data, { signal })) yield* part;
  } finally {
    await model.release();
  }
}

/** Rows as the graph's inputs. */
function feeder({ input, name }: ModelInfo, { inputs, table }: Unlabelled, tokenizer: unknown): (rows: Int32Array) => Promise<Tensors> {
  switch (input.kind) {
    case 'image': {
      if (inputs.kind !== 'image' && inputs.kind !== 'image-array')
        return fail('invalid-data', `\`${name}\` reads pictures, but "${table.name}" has none.`);
      const [picture, read] = [picturesOf(inputs, table.name), pictureReader(input)];
      return async (rows) => ({ [input.name]: await read(Array.from(rows, picture)).catch(passable) });
    }
    case 'text': {
      const columns = textColumns(input.columns, { inputs, table });
      const tokenise = tokeniser({ tokenizer, maxLength: input.maxLength });
      return async (rows) => {
        const texts = Array.from(rows, (row): Text => {
          const [first = '', second] = columns.map(({ values }) => values.at(row) ?? '');
          return second === undefined ? first : [first, second];
        });
        const { ids, mask, types } = tokenise(texts);
        const { words } = input;
        return {
          [input.ids]: ids,
          [input.mask]: mask,
          ...(input.types !== undefined && { [input.types]: types }),
          ...(words && { [words.name]: counts(columns, rows, words.vocabulary) }),
        };
      };
    }
    case 'words': {
      const columns = textColumns(input.columns, { inputs, table });
      return async (rows) => ({ [input.name]: counts(columns, rows, input.vocabulary) });
    }
    case 'sparse': {
      if (inputs.kind !== 'sparse')
        return fail('invalid-data', `\`${name}\` reads rows that are mostly 0, as svmlight files have them, but "${table.name}" has none.`);
      return async (rows) => ({ [input.name]: unpacked(inputs.features, input.width, rows) });
    }
    case 'table':
      return async (rows) => ({ [input.name]: encodeRows(input.columns, table.columns, rows) });
  }
}

/** A picture that cannot be read, with what can be done about it. */
function passable(cause: unknown): never {
  if (!(cause instanceof GraftError) || cause.code !== 'invalid-data') throw cause;
  return fail('invalid-data', `${cause.message.replace(/\.$/, '')}; repair it, or pass over such files with \`onDamaged: 'skip'\`.`, { cause });
}

function counts(columns: readonly StringColumn[], rows: Int32Array, vocabulary: readonly string[]): Tensor<'float32'> {
  return unpacked(countedWords(columns, rows, vocabulary), vocabulary.length, indicesOf(rows.length));
}

/** The columns of these names; where there are none such, those that were named or found for texts. */
function textColumns(names: readonly string[], { inputs, table }: Pick<Unlabelled, 'inputs' | 'table'>): readonly StringColumn[] {
  const there = names.every((name) => table.columns.some((one) => one.name === name));
  return !there && inputs.kind === 'text' && inputs.texts.length === names.length ? inputs.texts : names.map((name) => textColumn(table, name));
}

/** The column of texts of this name; a file with one column can only mean that. */
function textColumn(table: Table, name: string): StringColumn {
  const column = table.columns.find((one) => one.name === name) ?? (table.columns.length === 1 ? table.columns[0] : undefined);
  if (column?.kind === 'string') return column;
  if (column?.kind === 'number') return { ...column, kind: 'string', values: { length: column.length, at: (row) => String(column.values[row]) } };
  return fail(
    'invalid-data',
    `Column "${name}", whose texts the model reads, is missing from "${table.name}"; it has ${table.columns.map((one) => one.name).join(', ')}.`,
  );
}

function indicesOf(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
}

/** The answers, with those marked that are about something unlike anything seen. */
function flagged({ unknown }: ModelInfo, answers: Answer[], familiarity: ArrayLike<number> | undefined): Answer[] {
  if (!unknown) return answers;
  return answers.map((answer, i) => ({ ...answer, unknown: (familiarity?.[i] ?? answer.probability ?? 1) < unknown.threshold }));
}

/** Of rows of a table, where the class means are not in the graph. */
function nearnessOf({ unknown, input }: ModelInfo, feeds: Tensors): Float64Array | undefined {
  return unknown?.means && input.kind === 'table' ? nearnessToMeans(feeds[input.name]?.data as Float32Array, unknown.means) : undefined;
}

/** Scores `[N, outputs]` as answers. */
function answersOf(info: ModelInfo, { dims, data }: Tensor<'float32'>, nameOf: (row: number) => string): Answer[] {
  const outputs = sizeOf(dims.slice(1));
  const probabilities = info.task.kind === 'classification' ? softmaxRows(data, outputs, info.temperature) : new Float64Array();
  return Array.from({ length: dims[0] as number }, (_, i) => {
    const scores = Array.from(data.subarray(i * outputs, (i + 1) * outputs));
    const name = nameOf(i);
    if (info.task.kind === 'regression') {
      const { factor, offset } = info.scale ?? { factor: [], offset: [] };
      return { name, values: scores.map((score, c) => score * (factor[c] ?? 1) + (offset[c] ?? 0)) };
    }
    if (info.task.kind === 'multi-label') {
      const values = scores.map((score) => 1 / (1 + Math.exp(-score / info.temperature)));
      return {
        name,
        label: labelList(
          info.task.classes.filter((_, c) => (values[c] as number) > 0.5),
          info.labelSeparator,
        ),
        values,
      };
    }
    const values = Array.from(probabilities.subarray(i * outputs, (i + 1) * outputs));
    const best = values.indexOf(Math.max(...values));
    const probability = values[best] as number;
    return {
      name,
      label: info.task.classes[best] as string,
      probability,
      values,
    };
  });
}
