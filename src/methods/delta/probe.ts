// A model -> the same with a head that has learnt the target's classes on features as they are: what channels are judged by. Called by `delta`.
import type { ExampleSource } from '../../data/dataset.ts';
import type { Model } from '../../nn/model.ts';
import { copyOfModel } from '../../nn/own-values.ts';
import { fit } from '../../train/fit.ts';
import type { FitOptions } from '../../train/fit-options.ts';
import { groupNames, type Measuring, withFrozen } from '../strategy/strategy.ts';

/** How the authors train it. */
const PROBE = { epochs: 10, optimiser: { name: 'sgd', settings: { lr: 0.01, momentum: 0.9, weightDecay: 1e-4 } } } as const;

/** A copy of the model whose head has learnt with what `base` says of loss, seed, batch, machine and cache. */
export async function* probed(model: Model, base: FitOptions, data: ExampleSource): Measuring<Model> {
  const { loss, seed, device, threads, signal, featureCache, batchSize = 32 } = base;
  const options: FitOptions = {
    ...PROBE,
    batchSize: Math.min(batchSize, data.length),
    batchNorm: 'frozen',
    ...(loss && { loss }),
    ...(seed !== undefined && { seed }),
    ...(device && { device }),
    ...(threads !== undefined && { threads }),
    ...(signal && { signal }),
    ...(featureCache !== undefined && { featureCache }),
  };
  const probe = copyOfModel(model);
  let updates = 0;
  for await (const event of fit(probe, data, withFrozen(options, groupNames(probe, 'shared')))) {
    // How this training could go on is nobody's concern: it begins anew.
    if (event.type === 'end' && event.reason === 'stopped') return undefined;
    if (event.type === 'start') updates = event.epochs * event.stepsPerEpoch;
    if (event.type === 'step') yield { type: 'measure', what: 'a head', done: event.position.update, of: updates };
    if (event.type === 'features' || (event.type === 'notice' && !signal?.aborted)) yield event;
  }
  return probe;
}
