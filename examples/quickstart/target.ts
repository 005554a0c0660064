// One target model: one way, one seed. Its test accuracy is followed while it learns, for the curves and the oracle; nothing is chosen by it.
import { argmaxRows, type Dataset, evaluate, type FitResult, finish, type Model, progress, type StrategyName, transfer } from 'graft-ml';
import type { Outcome } from './result.ts';
import { type Settings, targetFit } from './settings.ts';

interface Run {
  readonly name: string;
  readonly strategy: StrategyName | undefined;
  readonly seed: number;
  readonly settings: Settings;
  readonly signal: AbortSignal | undefined;
}

function withoutBest({ best: _, ...event }: FitResult): FitResult {
  return event;
}

/** @returns `undefined` when it was stopped. */
export async function trainTarget(model: Model, train: Dataset, test: Dataset, run: Run): Promise<Outcome | undefined> {
  const { name, strategy, seed, settings, signal } = run;
  const started = performance.now();
  const curve: { x: number[]; y: number[] } = { x: [], y: [] };
  if (strategy !== undefined) {
    const base = targetFit(settings, seed);
    const stepsPerEpoch = Math.ceil(train.length / base.batchSize);
    const options = { ...base, validation: test, evaluateEvery: 5 * stepsPerEpoch, restoreBest: false, ...(signal && { signal }) };
    const events = transfer(model, train, { strategy, fit: options });
    let [before, latest] = [0, 0];
    const watched = (async function* () {
      for (;;) {
        const next = await events.next();
        if (next.done) return next.value;
        const event = next.value;
        // Each phase counts its updates anew.
        if (event.type === 'phase') before = latest;
        if (event.type === 'evaluation') {
          latest = before + event.position.update;
          curve.x.push(latest);
          curve.y.push(event.accuracy as number);
        }
        // A stop costs this model, but not those that are finished: the caller says so.
        if (event.type === 'notice' && signal?.aborted) continue;
        // The best evaluation is the oracle's: it is not shown as if it could be had.
        if (event.type === 'end') yield withoutBest(event);
        else if (event.type !== 'evaluation' && event.type !== 'epoch') yield event;
      }
    })();
    const { reason } = await finish(progress(watched, { label: `${name}, seed ${seed}`, unit: 'images' }));
    if (reason === 'stopped') return undefined;
  }
  const { logits, accuracy = Number.NaN } = await evaluate(model, test);
  const predictions = argmaxRows(logits.data, 10);
  return {
    name,
    seed,
    accuracy,
    oracle: Math.max(accuracy, ...curve.y),
    curve,
    labels: test.labels as Int32Array,
    predictions,
    seconds: (performance.now() - started) / 1000,
  };
}
