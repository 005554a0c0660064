// A path -> the adapter's files there, or what lies there instead and what to do with it. Called when adapters are saved and loaded.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fail, GraftError } from '../../core/errors.ts';
import { readWhole, requireFolder } from '../../train/durable.ts';
import { readSafetensors, type Safetensors } from '../../train/safetensors.ts';

const TENSORS = 'adapter_model.safetensors';
/** What PEFT keeps beside the tensors. */
export const CONFIG = 'adapter_config.json';
const SUFFIX = '.safetensors';

/** Where an adapter lies: in a folder as PEFT has it, or `alone` in a file of another name. */
export interface AdapterFiles {
  readonly folder: string;
  readonly tensors: string;
  readonly config: string;
  readonly alone: boolean;
}

/** Where an adapter is to be saved. @throws GraftError `invalid-argument` for what is no path. */
export function filesOf(path: string): AdapterFiles {
  if (typeof path !== 'string' || path === '')
    fail('invalid-argument', `An adapter's path is a folder or a .safetensors file, not ${JSON.stringify(path)}.`);
  return path.endsWith(SUFFIX) ? fileAt(path) : inFolder(path);
}

function fileAt(path: string): AdapterFiles {
  const folder = dirname(path);
  return { folder, tensors: path, config: join(folder, CONFIG), alone: basename(path) !== TENSORS };
}

function inFolder(folder: string): AdapterFiles {
  return { folder, tensors: join(folder, TENSORS), config: join(folder, CONFIG), alone: false };
}

/**
 * Told before training, not when its result is to be saved.
 * @throws GraftError `invalid-argument` for what is no path, or a folder where the file is to be; `io` where nothing can be written.
 */
export async function requireWritable(path: string): Promise<void> {
  const { folder, tensors } = filesOf(path);
  await requireFolder(folder, path);
  if ((await kindAt(tensors)) === 'folder')
    fail('invalid-argument', `An adapter cannot be saved as "${tensors}", which is a folder; choose another name.`);
}

/** An adapter's file as it was read, and the settings beside its tensors or in them: the JSON's text, and where it came from. */
export interface ReadAdapter {
  readonly file: Safetensors;
  readonly source: string;
  readonly config: { readonly text: string; readonly source: string } | undefined;
}

/** @throws GraftError `io` where nothing can be read; `invalid-checkpoint` for other kinds of files, with what to do with them. */
export async function readAdapter(path: string): Promise<ReadAdapter> {
  const { tensors: source, config: beside, alone } = await foundAt(path);
  const file = readTensors(await read(source, readWhole), source);
  const { adapter_config: own } = file.metadata;
  const other = alone && own !== undefined ? undefined : await textAt(beside);
  if (own === undefined) return { file, source, config: other === undefined ? undefined : { text: other, source: beside } };
  if (other !== undefined) requireSame(own, other, source, beside);
  return { file, source, config: { text: own, source } };
}

async function textAt(path: string): Promise<string | undefined> {
  return (await kindAt(path)) === 'file' ? read(path, (name) => readFile(name, 'utf8')) : undefined;
}

/** Settings that were edited beside a file which has its own would otherwise do nothing, without a word. */
function requireSame(own: string, other: string, source: string, beside: string): void {
  const [mine, theirs] = [settingsIn(own, source), settingsIn(other, beside)];
  const key = Object.keys({ ...mine, ...theirs }).find((name) => JSON.stringify(mine[name]) !== JSON.stringify(theirs[name]));
  if (key === undefined) return;
  const shown = (value: unknown) => JSON.stringify(value) ?? 'not there';
  fail(
    'invalid-checkpoint',
    `\`${key}\` is ${shown(theirs[key])} in ${beside}, but ${shown(mine[key])} in the metadata of ${source}, which was written with it. Change it back, or remove ${CONFIG}: the file's own settings are then taken.`,
  );
}

/** @throws GraftError `invalid-checkpoint` for what is no JSON. */
export function settingsIn(text: string, source: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch (cause) {
    return fail('invalid-checkpoint', `${source} is not JSON; it should say what kind of adapter this is, as PEFT's ${CONFIG} does.`, { cause });
  }
}

/** What is loaded may be told from what lies there. */
async function foundAt(path: string): Promise<AdapterFiles> {
  filesOf(path);
  switch (await kindAt(path)) {
    case 'folder':
      return (await kindAt(join(path, TENSORS))) === 'file' ? inFolder(path) : noAdapterIn(path);
    case 'file':
      return path.endsWith(SUFFIX) ? fileAt(path) : otherFile(path);
    default:
      return fail(
        'io',
        `There is nothing at "${path}"; \`loadAdapter\` takes the folder or the .safetensors file that \`saveAdapter\` or PEFT wrote.`,
      );
  }
}

async function noAdapterIn(folder: string): Promise<never> {
  const names = (await read(folder, (name) => readdir(name))).sort();
  const alone = names.filter((name) => name.endsWith(SUFFIX));
  const remedy = names.includes('adapter_model.bin')
    ? 'Its adapter_model.bin is a pickle of Python: load it in PEFT and save it again, which writes safetensors.'
    : alone.length > 0
      ? `Where one of its files is an adapter, name it: ${alone.slice(0, 5).join(', ')}.`
      : "`loadAdapter` takes a folder that `saveAdapter` or PEFT's `save_pretrained` wrote.";
  return fail('invalid-checkpoint', `The folder "${folder}" holds no ${TENSORS}. ${remedy}`);
}

/** What files are that do not end as adapters do, by how they do. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/\.onnx$/i, 'is an ONNX model, no adapter; load it with `loadOnnx`'],
  [/\.json$/i, `holds settings alone; give the folder that it lies in, beside ${TENSORS}`],
  [/\.(?:bin|pt|pth|ckpt|pkl)$/i, 'is a pickle of Python; load it in PEFT and save it again, which writes safetensors'],
];

function otherFile(path: string): never {
  const [, what] = OTHERS.find(([ending]) => ending.test(path)) ?? [];
  return fail('invalid-checkpoint', `"${path}" ${what ?? `is neither a folder nor a ${SUFFIX} file, which is what adapters are saved in`}.`);
}

function readTensors(bytes: Uint8Array, source: string): Safetensors {
  if (bytes.length === 0) fail('invalid-checkpoint', `${source} is empty; save the adapter again, or copy its file again.`);
  try {
    return readSafetensors(bytes, source);
  } catch (cause) {
    throw new GraftError('invalid-checkpoint', `${(cause as Error).message} Save the adapter again, or copy its file again.`, { cause });
  }
}

async function kindAt(path: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && (found.isDirectory() ? 'folder' : 'file');
}

async function read<T>(path: string, how: (path: string) => Promise<T>): Promise<T> {
  return how(path).catch((cause: Error) => fail('io', `Could not read ${path}: ${cause.message}.`, { cause }));
}
