// A range test: updates at rising learning rates, taken back afterwards, and the rate that they suggest. Called by the plan before fine-tuning.
import { GraftError } from '../core/errors.ts';
import type { Model } from '../nn/model.ts';
import { fit } from '../train/fit.ts';
import type { WorkEvent } from './events.ts';
import { batchOf, type Learning, learningOptions } from './fine-tune.ts';
import { type RateRange, smoothedLosses, valleyRate } from './rate-valley.ts';

/** Updates of a test. */
const UPDATES = 40;
/** Rates that it begins and ends with. */
const [LEAST, MOST] = [1e-6, 1e-2];
/** It ends where the moving mean is so many times its least. */
const DIVERGED = 4;

/** Examples that a test learns from, of so many in all. */
export const examplesOfTest = (examples: number) => UPDATES * batchOf(examples);

/**
 * The range test of Smith (2017), section 3.3: {@link UPDATES} updates with the rate rising by the same factor each time, read by fastai's rule `valley`. The
 * model is left as it was. The same model, data and threads give the same rate.
 * @param given with `lr` as the rate that is taken where the losses show none.
 */
export async function* rateRange(model: Model, given: Learning): AsyncGenerator<WorkEvent, RateRange, void> {
  const { train, signal, lr: usual } = given;
  const { signal: _, ...options } = learningOptions({ ...given, lr: LEAST });
  const [rates, losses]: [number[], number[]] = [[], []];
  const stepsPerEpoch = Math.max(1, Math.floor(train.length / options.batchSize));
  const schedule = (step: number) => (MOST / LEAST) ** (Math.min(step, UPDATES - 1) / (UPDATES - 1));
  try {
    // Whoever leaves before the end leaves the model as it was.
    for await (const event of fit(model, train, { ...options, epochs: Math.ceil(UPDATES / stepsPerEpoch) + 1, schedule })) {
      if (event.type !== 'step') continue;
      rates.push(event.lr);
      losses.push(event.loss);
      yield { type: 'work', what: 'learning rates', done: losses.length, of: UPDATES };
      if (losses.length === UPDATES || signal?.aborted || diverged(losses)) break;
    }
  } catch (error) {
    if (!(error instanceof GraftError && error.code === 'not-finite')) throw error;
  }
  const smoothed = smoothedLosses(losses);
  const found = valleyRate(rates, smoothed);
  const says =
    found === undefined
      ? `The losses of ${losses.length} updates at rising learning rates do not fall: the usual rate of ${short(usual)} is taken.`
      : `Learning rate ${short(found)}: the middle of the descent in ${losses.length} updates at rising rates; the usual one is ${short(usual)}.`;
  return { rates, losses, smoothed, rate: found ?? usual, says };
}

const short = (rate: number) => String(Number(rate.toPrecision(2)));

function diverged(losses: readonly number[]): boolean {
  const smoothed = smoothedLosses(losses);
  return (smoothed.at(-1) as number) > DIVERGED * Math.min(...smoothed);
}
