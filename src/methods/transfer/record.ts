// What the checkpoint folder of a transfer remembers beside its phases': where the model started and what it was left as. Called by `transfer`.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../../core/errors.ts';
import type { OptionRecords, OptionsOf } from '../../core/options.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { ExampleSource } from '../../data/dataset.ts';
import { writeOnnx } from '../../graph/onnx/write.ts';
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import { loadState, type Model, stateOf } from '../../nn/model.ts';
import { sizesOf } from '../../nn/sizes.ts';
import { ioError, writeFileDurably } from '../../train/durable.ts';
import { bytesOf, hashOf, sourceHash } from '../../train/fingerprint.ts';
import type { CheckpointOptions, FitOptions } from '../../train/fit-options.ts';
import { objectiveBytes } from '../../train/program.ts';
import { readState, saveState } from '../../train/state-file.ts';
import type { Measuring, Strategy } from '../strategy/strategy.ts';

const FORMAT = 1;

interface TransferRecord {
  readonly format: number;
  readonly strategy: string;
  /** Hash of the model's values at the start; `start.safetensors` holds them. */
  readonly start: string;
  /** Hash of those that a call left in the model when it ended, whole or stopped. */
  readonly left?: string;
}

/**
 * Begins a transfer in a folder, or takes one up: a model that has the values which an earlier call left goes back to where that one started.
 * @throws GraftError `invalid-checkpoint` when the folder holds another transfer's record or a damaged one; `invalid-argument` when it holds one
 *   and `resume` is false; `io` when it cannot be written.
 */
export async function beginOrResume(model: Model, strategy: string, { folder, resume = true }: CheckpointOptions): Promise<void> {
  const record = await readRecord(folder);
  if (record && !resume) {
    fail('invalid-argument', `${folder} holds an earlier transfer. Remove it, choose another folder, or let \`resume\` be true.`);
  }
  const now = hashOfState(stateOf(model));
  if (!record) {
    await saveState(model, startPath(folder));
    await writeRecord(folder, { format: FORMAT, strategy, start: now });
    return;
  }
  if (record.strategy !== strategy) {
    fail('invalid-checkpoint', `${folder} holds a transfer by \`${record.strategy}\`, and this one is by \`${strategy}\`. Choose another folder.`);
  }
  if (now === record.start) return;
  if (now !== record.left) {
    fail('invalid-checkpoint', `${folder} holds a transfer that started from other values than model \`${model.name}\` has. Choose another folder.`);
  }
  const { tensors } = await readState(startPath(folder));
  if (hashOfState(tensors) !== record.start) {
    fail('invalid-checkpoint', `${startPath(folder)} is damaged: it does not have the checksum in ${recordPath(folder)}. Choose another folder.`);
  }
  loadState(model, tensors);
}

/** Notes what a call leaves in the model, so that a later one with the same model can go on from its start. */
export async function noteLeft(model: Model, { folder }: CheckpointOptions): Promise<void> {
  const record = (await readRecord(folder)) ?? fail('invalid-checkpoint', `${recordPath(folder)} was removed while the transfer ran.`);
  await writeRecord(folder, { ...record, left: hashOfState(stateOf(model)) });
}

/** What a strategy measures from. */
export interface MeasuredFrom {
  readonly strategy: Strategy;
  readonly settings: OptionsOf<OptionRecords>;
  readonly base: FitOptions;
  readonly model: Model;
  readonly data: ExampleSource;
}

/**
 * What a strategy measured before its first phase, as it came out when it was first measured from the same: a later call may compute with other rounding.
 * @throws GraftError `invalid-checkpoint` when what the folder holds is damaged.
 */
export async function* measuredOnce({ folder }: CheckpointOptions, from: MeasuredFrom, measuring: Measuring<unknown>): Measuring<unknown> {
  const path = join(folder, `measured-${await hashOfAll(from)}.json`);
  const text = await textOf(path);
  if (text === undefined) {
    const measured = yield* measuring;
    if (measured !== undefined) await writeFileDurably(path, `${JSON.stringify(measured)}\n`);
    return measured;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    return fail('invalid-checkpoint', `${path} is damaged. Choose another folder.`, { cause });
  }
}

/** Of device and threads nothing: they change the rounding alone. What the loss is, its nodes tell, as where `fit` tells runs apart; options of one may be in closures. */
async function hashOfAll({ strategy, settings, base, model, data }: MeasuredFrom): Promise<string> {
  const { seed, batchSize, loss = crossEntropy() } = base;
  const { graph, groups, sourceHead } = model;
  const graphs = sourceHead ? [graph, sourceHead.graph] : [graph];
  const values = graphs.flatMap((each) => [...each.ofKind('parameter'), ...each.ofKind('buffer')]);
  const sizes = sizesOf(model, await data.gather([0]));
  const trainable = new Set(model.parameters.keys());
  return hashOf(
    JSON.stringify([strategy.name, settings, seed, batchSize, groups, sourceHead?.reads]),
    await sourceHash(data),
    objectiveBytes(model, { sizes, loss, trainable, batchNorm: 'frozen', penalties: [] }),
    ...(sourceHead ? [writeOnnx(sourceHead.graph, { stored: () => undefined })] : []),
    ...values.flatMap(({ id = '', data: value }) => (value ? [id, bytesOf(value.data)] : [])),
  );
}

async function readRecord(folder: string): Promise<TransferRecord | undefined> {
  const text = await textOf(recordPath(folder));
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as TransferRecord;
    if (record.format === FORMAT) return record;
  } catch {}
  return fail('invalid-checkpoint', `${recordPath(folder)} is damaged or of another version of Graft. Choose another folder.`);
}

function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw ioError(`read ${path}`, cause);
  });
}

function writeRecord(folder: string, record: TransferRecord): Promise<void> {
  return writeFileDurably(recordPath(folder), `${JSON.stringify(record, null, 2)}\n`);
}

function recordPath(folder: string): string {
  return join(folder, 'transfer.json');
}

function startPath(folder: string): string {
  return join(folder, 'start.safetensors');
}

function hashOfState(state: ReadonlyMap<string, Tensor>): string {
  return hashOf(...[...state].flatMap(([id, { data }]) => [id, bytesOf(data)]));
}
