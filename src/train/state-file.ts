// A model's parameters and running statistics in a safetensors file. Called by users to keep a trained model, and by `carryOver` to read a source.
import { basename } from 'node:path';
import { GraftError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { VERSION } from '../core/version.ts';
import { loadState, type Model, stateOf } from '../nn/model.ts';
import { requireModel } from '../nn/require-model.ts';
import { readWhole, writeFileDurably } from './durable.ts';
import { requireFile, requirePath } from './given.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** Tensors by id, and what to call them in messages. */
export interface NamedState {
  readonly name: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Writes the model's state to `path`, all or nothing; an earlier file of that name stays until the new one is whole.
 * @throws GraftError `invalid-argument` when `path` is a folder; `io` when it cannot be written.
 */
export async function saveState(model: Model, path: string): Promise<void> {
  requireModel('saveState', model);
  requireFile('saveState', path, 'model.safetensors');
  await writeFileDurably(path, writeSafetensors(stateOf(model), { model: model.name, graft: VERSION }));
}

/**
 * Reads the tensors of any safetensors file, Graft's or not, as a source for `carryOver`.
 * @throws GraftError `io` when the file cannot be read; `invalid-checkpoint` when it is cut off or of another format.
 */
export async function readState(path: string): Promise<NamedState> {
  requirePath('readState', path, 'model.safetensors');
  const bytes = await readWhole(path).catch((cause: Error) => {
    throw new GraftError('io', `Could not read ${path}: ${cause.message}.`, { cause });
  });
  return { name: basename(path), tensors: readSafetensors(bytes, path).tensors };
}

/**
 * Puts a saved state into a model of the same layers, in place.
 * @throws GraftError `io` or `invalid-checkpoint` when the file cannot be read, or when it holds other tensors than the model; nothing is changed then.
 */
export async function loadStateFile(model: Model, path: string): Promise<void> {
  requireModel('loadStateFile', model);
  requirePath('loadStateFile', path, 'model.safetensors');
  const { tensors } = await readState(path);
  try {
    loadState(model, tensors);
  } catch (cause) {
    throw new GraftError('invalid-checkpoint', `${path}: ${(cause as Error).message}`, { cause });
  }
}
