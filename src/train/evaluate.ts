// Scores of a model as it stands on labelled or unlabelled examples, outside training. Called by users, strategies and reports.
import { knownOptions, type OptionKinds } from '../core/known-options.ts';
import type { ExampleSource } from '../data/dataset.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import type { Loss } from '../nn/losses/loss.ts';
import type { Model } from '../nn/model.ts';
import { requireModel } from '../nn/require-model.ts';
import type { EngineSetup } from './engine.ts';
import { requireLoss } from './fit-options.ts';
import { requireSource } from './given.ts';
import { checkSource } from './plan.ts';
import { evaluationBatch, type Scores, Trainer } from './trainer.ts';

/** What {@link evaluate} measures, and where it computes. */
export interface EvaluateOptions {
  /** Default softmax cross-entropy over class indices; not used where there are no labels. */
  readonly loss?: Loss;
  /** Default `auto`: `cpu`, or `wasm` where ONNX Runtime's native library does not load. */
  readonly device?: EngineSetup['device'];
  /** Threads of ONNX Runtime; default the physical cores. */
  readonly threads?: number;
}

const KINDS: OptionKinds<EvaluateOptions> = {
  loss: { kind: 'object', like: 'losses.crossEntropy()' },
  device: ['auto', 'cpu', 'wasm'],
  threads: 'number',
};

/**
 * Runs the model over `data` in its order, batch norm and dropout as at inference.
 * @returns logits `[N, ...]`; loss and accuracy where the examples are labelled.
 * @throws GraftError `invalid-shape` or `invalid-data` when the examples are not what the model takes.
 */
export async function evaluate(model: Model, data: ExampleSource, options: EvaluateOptions = {}): Promise<Scores> {
  knownOptions(options, KINDS, 'evaluate');
  requireModel('evaluate', model);
  requireSource('evaluate', data);
  const { loss = crossEntropy(), device = 'auto', threads } = options;
  requireLoss(loss);
  await checkSource(model, data, loss, false);
  const trainer = await Trainer.open(model, {
    loss,
    trainable: [],
    batchNorm: 'frozen',
    penalties: [],
    optimiser: { name: 'sgd', settings: {} },
    seed: 0,
    device,
    threads,
  });
  try {
    return await trainer.score(data, evaluationBatch(model, data), false);
  } finally {
    await trainer.close();
  }
}
