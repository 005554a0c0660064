// What the quick start trains and how. Chosen before any test image was looked at: the optimiser's own defaults, and rates that fall to 0.
import { conv, createModel, dense, type FitOptions, flatten, type Model, maxPool, relu, type StrategyName, schedules } from 'graft-ml';

/** The CNN of both domains; a model of its own for each task. */
export function digitsModel(name: string, seed: number): Model {
  return createModel({
    name,
    input: [1, 28, 28],
    layers: [conv(32, 3), relu(), maxPool(2), conv(64, 3), relu(), maxPool(2), flatten(), dense(64), relu(), dense(10)],
    classes: [...'0123456789'],
    preprocessing: { steps: ['grey values 0..1, ink high', 'resize bilinear 28x28'] },
    seed,
  });
}

/** How a way of getting a target model begins and learns. */
export interface Way {
  readonly name: string;
  readonly carried: boolean;
  readonly strategy?: StrategyName;
}

export const ways: readonly Way[] = [
  { name: 'source as it is', carried: true },
  { name: 'scratch', carried: false, strategy: 'full' },
  { name: 'head-only', carried: true, strategy: 'head-only' },
  { name: 'full', carried: true, strategy: 'full' },
  { name: 'lp-ft', carried: true, strategy: 'lp-ft' },
];

/** The way whose model is exported, of the first seed. */
export const EXPORTED = 'full';

export interface Settings {
  /** MNIST images to learn from; default all 60,000. */
  readonly sourceImages: number;
  readonly sourceEpochs: number;
  readonly labelsPerClass: number;
  readonly targetEpochs: number;
  readonly seeds: readonly number[];
}

export const fullSettings: Settings = { sourceImages: 60_000, sourceEpochs: 10, labelsPerClass: 10, targetEpochs: 50, seeds: [1, 2, 3] };

export const sourceFit = ({ sourceEpochs }: Settings) =>
  ({ epochs: sourceEpochs, batchSize: 32, optimiser: { name: 'adam' }, schedule: schedules.cosine(), seed: 1 }) satisfies FitOptions;

export const targetFit = ({ targetEpochs }: Settings, seed: number) =>
  ({ epochs: targetEpochs, batchSize: 10, optimiser: { name: 'adam' }, schedule: schedules.cosine(), seed }) satisfies FitOptions;
