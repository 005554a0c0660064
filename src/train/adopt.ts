// What training left, as an engine or a checkpoint has it -> a model's own arrays. Called when training ends, and where an earlier checkpoint is looked at.
import type { Tensor } from '../core/tensor.ts';
import { type Model, stateOf } from '../nn/model.ts';
import { loadCheckpoint } from './checkpoint.ts';
import { type Learnt, learntOf } from './engine.ts';
import { type FitOptions, trainableSlots } from './fit-options.ts';
import { layOut, type Place, type Slot } from './flat-store.ts';

/** The running statistics and other state of a model that no gradient reaches, in its order. */
export function bufferSlots(model: Model): Slot[] {
  return model.graph.ofKind('buffer').map(({ id, shape }) => ({ id: id as string, dims: shape as number[] }));
}

/** Copies what was learnt. @param trainable the parameters that learnt, in the model's order. */
export function adopt(model: Model, trainable: readonly Slot[], { parameters, buffers }: Learnt): void {
  const own = stateOf(model);
  const copy = (places: readonly Place[], values: Float32Array) => {
    for (const { id, from, to } of places) (own.get(id) as Tensor<'float32'>).data.set(values.subarray(from, to));
  };
  copy(layOut(trainable), parameters);
  copy(layOut(bufferSlots(model)), buffers);
}

/**
 * Puts a checkpoint of `fit(model, data, options)` into `model`: as that call would have left it, had it ended there.
 * @returns the epochs that were whole.
 * @throws GraftError `invalid-checkpoint` when it is damaged.
 */
export async function adoptCheckpoint(model: Model, options: FitOptions, folder: string, update: number): Promise<number> {
  const loaded = await loadCheckpoint(folder, () => undefined, update);
  if (!loaded) return 0;
  adopt(model, trainableSlots(model, options), learntOf(loaded.engine));
  return loaded.run.position.epoch;
}
