// Checkpoints on disk: a folder for each, `tensors.safetensors` and `state.json`, both under a checksum. Written and read by `fit`.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../core/errors.ts';
import { notFiniteIn } from '../core/finite.ts';
import { type Tensor, tensor } from '../core/tensor.ts';
import { ioError, readWhole, removeFolder, sweep, writeFolder } from './durable.ts';
import type { EngineInfo, EngineState } from './engine.ts';
import type { Position } from './events.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { LogMark } from './log.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** Version of the layout; a file of another is refused. */
const FORMAT = 1;

/** What a run is besides its tensors: everything that decides how it goes on. */
export interface RunState {
  /** Of the next update. */
  readonly position: Position;
  /** Of what must be the same for a resume to be exact. */
  readonly fingerprint: Fingerprint;
  readonly engine: EngineInfo;
  /** Sums of the running epoch's training loss. */
  readonly epochLoss: { readonly sum: number; readonly weight: number };
  readonly best: { readonly update: number; readonly value: number } | undefined;
  /** Evaluations since the best one. */
  readonly sinceBest: number;
  /** Whether it read features from a cache; they may differ in the last bits from those of a batch. */
  readonly features?: boolean;
  /** End of the log when this was saved; left out where there is none. */
  readonly log?: LogMark;
  readonly versions: Readonly<Record<string, string>>;
}

interface StateFile extends RunState {
  readonly format: number;
  readonly updates: number;
  readonly slots: number;
  readonly tensors: { readonly sha256: string };
}

const NAME = /^update-(\d{9})$/;

/** Folder of the checkpoint after `update` updates. */
function folderOf(folder: string, update: number): string {
  return join(folder, `update-${String(update).padStart(9, '0')}`);
}

/**
 * Writes a checkpoint and removes those no longer kept: all but the last `keep` and the best ones that these know of.
 * @returns its folder.
 * @throws GraftError `io` when it cannot be written; the earlier ones are then untouched.
 */
export async function saveCheckpoint(folder: string, run: RunState, engine: EngineState, keep: number): Promise<string> {
  const flat = (data: Float32Array<ArrayBuffer>): Tensor => tensor('float32', [data.length], data);
  const tensors = new Map([
    ['parameters', flat(engine.parameters)],
    ['buffers', flat(engine.buffers)],
    ...engine.slots.map((slot, i): [string, Tensor] => [`slot.${i}`, flat(slot)]),
  ]);
  if (engine.ema) tensors.set('ema', flat(engine.ema));
  const bytes = writeSafetensors(tensors, { format: `graft-checkpoint-${FORMAT}` });
  const state: StateFile = { format: FORMAT, ...run, updates: engine.updates, slots: engine.slots.length, tensors: { sha256: sha256(bytes) } };
  const body = JSON.stringify(state, null, 2);
  const path = folderOf(folder, run.position.update);
  await writeFolder(
    path,
    new Map<string, Uint8Array | string>([
      ['tensors.safetensors', bytes],
      ['state.json', body],
      ['state.sha256', `${sha256(body)}\n`],
    ]),
  );
  const updates = await listCheckpoints(folder);
  // Those beyond this one were damaged: the run went on from before them.
  const last = updates.filter((update) => update <= run.position.update).slice(-keep);
  // Whichever of the last turns out to be whole after a crash, the best one of its time is there too.
  const bests = new Set(await Promise.all(last.map((update) => bestAt(folder, update))));
  for (const update of updates) if (!last.includes(update) && !bests.has(update)) await removeFolder(folderOf(folder, update));
  return path;
}

/** Update of the best evaluation that a checkpoint knows of. */
async function bestAt(folder: string, update: number): Promise<number | undefined> {
  try {
    return (JSON.parse(await readFile(join(folderOf(folder, update), 'state.json'), 'utf8')) as StateFile).best?.update;
  } catch {
    return undefined;
  }
}

/** Numbers of updates of the checkpoints in `folder`, ascending; none where there is no such folder. */
export async function listCheckpoints(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw ioError(`read ${folder}`, error);
  });
  return names.flatMap((name) => (NAME.exec(name) ? [Number(NAME.exec(name)?.[1])] : [])).sort((a, b) => a - b);
}

/** Batch size of the run whose checkpoints are in `folder`, where one of them can be read; nothing is checked or changed. */
export async function savedBatchSize(folder: string): Promise<number | undefined> {
  for (const update of (await listCheckpoints(folder)).toReversed()) {
    const path = folderOf(folder, update);
    const run = await readWhole(join(path, 'state.json'))
      .then((body) => stateOf(path, new TextDecoder().decode(body)))
      .catch(() => undefined);
    const size = Number(run?.fingerprint?.['`batchSize`']);
    if (Number.isInteger(size) && size > 0) return size;
  }
  return undefined;
}

export interface LoadedCheckpoint {
  readonly path: string;
  readonly run: RunState;
  readonly engine: EngineState;
}

/**
 * Reads the newest whole checkpoint in `folder`, or the one after `update` updates. Damaged ones are told to `onDamage` and passed over.
 * @returns `undefined` when there is none at all.
 * @throws GraftError `invalid-checkpoint` when there are some, but every one is damaged or of another format.
 */
export async function loadCheckpoint(folder: string, onDamage: (message: string) => void, update?: number): Promise<LoadedCheckpoint | undefined> {
  await sweep(folder);
  const updates = update === undefined ? await listCheckpoints(folder) : [update];
  let last: unknown;
  for (const candidate of updates.toReversed()) {
    try {
      return await readOne(folderOf(folder, candidate));
    } catch (error) {
      last = error;
      onDamage((error as Error).message);
    }
  }
  if (last === undefined) return undefined;
  return fail('invalid-checkpoint', `${(last as Error).message} ${folder} holds no whole checkpoint; remove it to start anew.`, { cause: last });
}

async function readOne(path: string): Promise<LoadedCheckpoint> {
  const read = (name: string) =>
    readWhole(join(path, name)).catch((cause: Error) =>
      fail('invalid-checkpoint', `Checkpoint ${path} is damaged: ${name} cannot be read (${cause.message}).`, { cause }),
    );
  const [bytes, body, sum] = [await read('tensors.safetensors'), await read('state.json'), await read('state.sha256')];
  if (new TextDecoder().decode(sum).trim() !== sha256(body))
    fail('invalid-checkpoint', `Checkpoint ${path} is damaged: state.json does not have the checksum in state.sha256.`);
  const state = stateOf(path, new TextDecoder().decode(body));
  if (state.format !== FORMAT) fail('invalid-checkpoint', `Checkpoint ${path} has format ${state.format}; this version of Graft reads ${FORMAT}.`);
  if (state.tensors.sha256 !== sha256(bytes)) {
    fail('invalid-checkpoint', `Checkpoint ${path} is damaged: tensors.safetensors does not have the checksum that state.json names.`);
  }
  const { tensors } = readSafetensors(bytes, join(path, 'tensors.safetensors'));
  const flat = (name: string) => {
    const { data } = tensors.get(name) ?? fail('invalid-checkpoint', `Checkpoint ${path} lacks the tensor \`${name}\`.`);
    const bad = notFiniteIn(data as Float32Array);
    if (bad) fail('invalid-checkpoint', `Checkpoint ${path} cannot be used: ${bad.count} of the values in \`${name}\` are ${bad.value} or alike.`);
    return data as Float32Array<ArrayBuffer>;
  };
  const slots = Array.from({ length: state.slots }, (_, i) => flat(`slot.${i}`));
  const engine = {
    parameters: flat('parameters'),
    buffers: flat('buffers'),
    slots,
    updates: state.updates,
    ...(tensors.has('ema') && { ema: flat('ema') }),
  };
  return { path, run: state, engine };
}

/** @throws GraftError `invalid-checkpoint` where the text is no state. */
function stateOf(path: string, text: string): StateFile {
  let state: Partial<StateFile> | null = null;
  try {
    state = JSON.parse(text);
  } catch {
    // As little a state as any other text.
  }
  if (state === null || typeof state !== 'object' || typeof state.format !== 'number')
    return fail('invalid-checkpoint', `Checkpoint ${path} is damaged: state.json is no state of a run.`);
  return state as StateFile;
}

function sha256(content: Uint8Array | string): string {
  const hash = createHash('sha256');
  if (typeof content === 'string') return hash.update(content).digest('hex');
  // One call takes less than 2 GiB.
  for (let at = 0; at < content.length; at += 2 ** 30) hash.update(content.subarray(at, at + 2 ** 30));
  return hash.digest('hex');
}
