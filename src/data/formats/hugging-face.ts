// A data set of Hugging Face on disk: what `save_to_disk` writes, the files of a hub repository, or a folder of Parquet or Arrow files. Called through `formats`.
import { readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fail, GraftError } from '../../core/errors.ts';
import { defineOptions } from '../../core/options.ts';
import { readArrow } from '../columnar/arrow.ts';
import { type Features, featuresIn } from '../columnar/features.ts';
import { readParquet } from '../columnar/parquet.ts';
import { fileInput } from '../reading/file-input.ts';
import { defineFormat, type Part, type ReadContext, type Reading, type RowBatch } from '../reading/format.ts';

/** A file of rows. */
interface Shard {
  readonly path: string;
  /** As `datasets` calls it, where a name says so. */
  readonly split: string | undefined;
  /** Where its columns are described. */
  readonly info?: string;
}

/** A shard that is read. */
interface Opened {
  readonly shard: Shard;
  readonly reading: Reading;
}

const PARTS: Readonly<Record<string, Part>> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  eval: 'validation',
  test: 'test',
  testing: 'test',
};
const ORDER: readonly (Part | undefined)[] = ['train', 'validation', 'test', undefined];
const ROWS = /\.(?:parquet|arrow)$/;
/** `train.parquet`, `train-00000-of-00002.parquet`, `train-00000-of-00001-4e4dd2e2ab6bd1fe.parquet`, `imdb-train.arrow`. */
const NUMBERED = /^(?:.*-)?(\w+)-\d+-of-\d+(?:-[0-9a-f]+)?\.\w+$/;
const NAMED = /^(?:.*-)?(\w+)\.\w+$/;
/** Descriptions of a data set are some KB. */
const LONGEST_JSON = 2 ** 26;
/** Of so many folders inside it is looked whether they are configurations. */
const MOST_FOLDERS = 64;

export const huggingFace = defineFormat({
  name: 'huggingface',
  about: 'A folder of Hugging Face: from `save_to_disk`, or a hub repository with `data/train-00000-of-00001.parquet`; its splits are kept',
  extensions: [],
  folder: async (path) => {
    const names = await namesIn(path);
    return names.includes('dataset_dict.json') || isSaved(names) || (await shardsOfHub(path)).length > 0;
  },
  options: defineOptions({}),
  async read({ path, kind }, _options, context) {
    if (kind === 'file') fail('invalid-data', `"${path}" is a file, not a folder of Hugging Face; give the folder, or the file's own format.`);
    const names = await namesIn(path);
    const shards = names.includes('dataset_dict.json')
      ? await shardsOfDict(path)
      : isSaved(names)
        ? await shardsOfSaved(path, undefined)
        : await shardsOfHub(path);
    const { used, leftOut } = chosen(path, shards);
    const opened: Opened[] = [];
    for (const shard of used) {
      const reading = await attempt(shard, context, () => open(shard, context));
      if (reading) opened.push({ shard, reading });
    }
    const counts = opened.map(({ reading }) => reading.rows);
    const facts = Object.assign({}, ...opened.map(({ reading }) => reading.facts), { files: String(used.length) });
    const missing = [facts['left out'], ...leftOut].filter((one) => one !== undefined);
    return {
      facts: { ...facts, ...(missing.length > 0 && { 'left out': missing.join(', ') }) },
      rows: counts.every((count) => count !== undefined) ? counts.reduce((sum, count) => sum + count, 0) : undefined,
      label: opened.find(({ reading }) => reading.label !== undefined)?.reading.label,
      batches: batches(path, opened, context),
    };
  },
});

async function* batches(path: string, opened: readonly Opened[], context: ReadContext): AsyncGenerator<RowBatch, void, void> {
  // Where all rows are of one split it says nothing: they are still to be divided.
  const isDivided = new Set(opened.map(({ shard }) => shard.split)).size > 1;
  for (const { shard, reading } of opened) {
    const part = isDivided ? partOf(shard.split) : undefined;
    const file = opened.length > 1 ? relative(path, shard.path) : undefined;
    const iterator = reading.batches[Symbol.asyncIterator]();
    try {
      for (
        let next = await attempt(shard, context, () => iterator.next());
        next && !next.done;
        next = await attempt(shard, context, () => iterator.next())
      )
        yield { ...next.value, ...(part !== undefined && { part }), ...(file !== undefined && { file }) };
    } finally {
      await iterator.return?.();
    }
  }
}

/** Does what reads a shard; when that is damaged, says so and gives nothing. */
async function attempt<T>({ path }: Shard, context: ReadContext, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    const begin = `"${path}" `;
    if (!(error instanceof GraftError) || error.code !== 'invalid-data' || !error.message.startsWith(begin)) throw error;
    context.damaged(`file "${basename(path)}"`, error.message.slice(begin.length).replace(/\.$/, ''));
    return undefined;
  }
}

async function open({ path, info }: Shard, context: ReadContext): Promise<Reading> {
  const input = await fileInput(path);
  const inner: ReadContext = { ...context, damaged: (place, what) => context.damaged(`file "${basename(path)}", ${place}`, what) };
  const features: Features | undefined = info === undefined ? undefined : featuresIn(await textOf(info));
  return path.endsWith('.parquet') ? readParquet(input, inner, features) : readArrow(input, inner, features);
}

/** The shards whose splits are parts of ours, in their order; or all, where no name says a split. */
function chosen(path: string, shards: readonly Shard[]): { readonly used: readonly Shard[]; readonly leftOut: readonly string[] } {
  if (shards.length === 0)
    fail(
      'invalid-data',
      `"${path}" holds no data set of Hugging Face: no dataset_dict.json, no state.json, no .parquet or .arrow files; check the path.`,
    );
  const known = shards.filter(({ split }) => partOf(split) !== undefined);
  const splits = [...new Set(shards.map(({ split }) => split))];
  if (known.length === 0 && splits.length > 1)
    fail(
      'invalid-data',
      `"${path}" has the splits ${splits.map((split) => split ?? 'without a name').join(', ')}, none of them train, validation or test; give one split's files.`,
    );
  const used = known.length === 0 ? shards : known;
  const others = shards.filter((shard) => !used.includes(shard)).map(({ path, split }) => (split === undefined ? basename(path) : `split ${split}`));
  return { used: ORDER.flatMap((part) => used.filter(({ split }) => partOf(split) === part)), leftOut: [...new Set(others)] };
}

function partOf(split: string | undefined): Part | undefined {
  return split !== undefined && Object.hasOwn(PARTS, split.toLowerCase()) ? PARTS[split.toLowerCase()] : undefined;
}

const isSaved = (names: readonly string[]) => names.includes('state.json') && names.includes('dataset_info.json');

async function shardsOfDict(path: string): Promise<Shard[]> {
  const file = join(path, 'dataset_dict.json');
  const { splits } = await jsonOf(file);
  if (!Array.isArray(splits) || !splits.every(isPlainName)) fail('invalid-data', `"${file}" lists no splits; save the data set again.`);
  return (await Promise.all(splits.map((split) => shardsOfSaved(join(path, split), split)))).flat();
}

async function shardsOfSaved(path: string, split: string | undefined): Promise<Shard[]> {
  const file = join(path, 'state.json');
  const { _data_files: files } = await jsonOf(file);
  const names = Array.isArray(files) ? files.map((one: { readonly filename?: unknown } | null) => one?.filename) : [];
  // A name with folders in it could lead anywhere.
  if (names.length === 0 || !names.every(isPlainName))
    fail('invalid-data', `"${file}" does not name the files of its rows; save the data set again.`);
  return names.map((name) => ({ path: join(path, name), split, info: join(path, 'dataset_info.json') }));
}

/** Files in the folder itself, in `data/` and in folders named after splits; else those of its one configuration. */
async function shardsOfHub(path: string, isInner = false): Promise<Shard[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  const places = ['.', ...folders.filter((name) => name === 'data' || partOf(name) !== undefined)];
  const found = (await Promise.all(places.map((place) => shardsIn(join(path, place), partOf(place) && place)))).flat();
  if (found.length > 0 || isInner) return found;
  const inner = await Promise.all(folders.slice(0, MOST_FOLDERS).map((name) => shardsOfHub(join(path, name), true)));
  const [first = [], ...more] = inner.filter((shards) => shards.length > 0);
  if (more.length > 0)
    fail('invalid-data', `"${path}" has several configurations, among them ${folders.slice(0, 5).join(', ')}; give the folder of one.`);
  return first;
}

async function shardsIn(path: string, split: string | undefined): Promise<Shard[]> {
  const names = (await namesIn(path)).filter((name) => ROWS.test(name));
  return names.map((name) => {
    const word = NAMED.exec(name)?.[1];
    return { path: join(path, name), split: split ?? NUMBERED.exec(name)?.[1] ?? (partOf(word) && word) };
  });
}

async function namesIn(path: string): Promise<string[]> {
  return (await readdir(path).catch(() => [])).filter((name) => !name.startsWith('.')).sort();
}

async function textOf(path: string): Promise<string> {
  return new TextDecoder().decode(await (await fileInput(path)).bytes(LONGEST_JSON));
}

async function jsonOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await textOf(path);
  try {
    return Object(JSON.parse(text));
  } catch (cause) {
    return fail('invalid-data', `"${path}" is no JSON: ${(cause as Error).message}; save the data set again.`, { cause });
  }
}

function isPlainName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && name !== '.' && name !== '..' && !/[/\\]/.test(name);
}
