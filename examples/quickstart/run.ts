// The quick start's course: source model, target models, table, report, result. Called by quickstart.ts, and by a test with smaller settings.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  carryOver,
  type Dataset,
  describeTransfer,
  evaluate,
  exportOnnx,
  fewLabels,
  finish,
  fit,
  formatSeconds,
  formatValue,
  loadMnist,
  loadOptdigits,
  type Model,
  mapInputs,
  progress,
  resize,
  subset,
  type TransferReport,
  textTable,
  writeFileDurably,
} from 'graft-ml';
import { readCurve } from './curve.ts';
import { reportOf } from './report.ts';
import { type Outcome, type Source, summary } from './result.ts';
import { digitsModel, EXPORTED, fullSettings, type Settings, sourceFit, ways } from './settings.ts';
import { trainTarget } from './target.ts';

export interface QuickstartOptions {
  /** Where report.html, target.onnx and result.json go, and what a stopped run needs to go on. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  readonly print: (line: string) => void;
  readonly settings?: Settings;
}

/** @returns whether it came to its end; a stopped one did not. */
export async function quickstart({ folder, signal, print, settings = fullSettings }: QuickstartOptions): Promise<boolean> {
  const started = performance.now();
  print('\n1. Source: a CNN learns MNIST.');
  const mnist = await loadMnist();
  const images = settings.sourceImages < mnist.train.length ? subset(mnist.train, firsts(settings.sourceImages)) : mnist.train;
  const model = digitsModel('mnist', 1);
  const trained = await trainSource(model, images, settings, folder, signal);
  if (!trained) return false;
  const { accuracy: testAccuracy = Number.NaN } = await evaluate(model, mnist.test);
  const source: Source = { ...trained, testAccuracy, testImages: mnist.test.length };
  print(`Accuracy on the ${mnist.test.length} test images: ${percent(testAccuracy)}`);

  print('\n2. Target: optdigits, other writers and another scanner, few labels.');
  const digits = mapInputs(await loadOptdigits(), resize([28, 28]));
  const outcomes: Outcome[] = [];
  let moved: TransferReport | undefined;
  for (const seed of settings.seeds) {
    const { train, test } = fewLabels(digits, settings.labelsPerClass, seed);
    for (const { name, carried, strategy } of ways) {
      if (signal?.aborted) return false;
      const target = digitsModel('optdigits', seed + 100);
      const report = carried ? carryOver(model, target) : undefined;
      if (report && !moved) {
        moved = report;
        print(describeTransfer(report));
      }
      const outcome = await trainTarget(target, train, test, { name, strategy, seed, settings, signal });
      if (!outcome) return false;
      outcomes.push(outcome);
      print(`seed ${seed}, ${name}: ${percent(outcome.accuracy)} of ${test.length} test images`);
      if (name === EXPORTED && seed === settings.seeds[0])
        await exportOnnx(target, join(folder, 'target.onnx'), { samples: test.gather([0, 1, 2]).inputs });
    }
  }

  const result = summary(source, outcomes, settings, (performance.now() - started) / 1000);
  await writeFileDurably(join(folder, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
  await writeFileDurably(join(folder, 'report.html'), reportOf({ result, source, outcomes, moved: moved as TransferReport, settings }));
  await rm(join(folder, 'source'), { recursive: true, force: true });
  print(`\n3. Test accuracy on the target, ${settings.labelsPerClass} labels a class, ${settings.seeds.length} seeds`);
  print(
    textTable(
      [
        { label: 'way' },
        { label: 'last', format: 'percent' },
        { label: 'oracle', format: 'percent' },
        { label: 'points over scratch', format: 'number', digits: 2 },
      ],
      Object.entries(result.target).map(([name, { mean, sd, oracle, overScratch }]) => [name, { mean, sd }, oracle, overScratch]),
    ),
  );
  print('last: the model after the last epoch, which is what one gets. oracle: the best evaluation, chosen by test labels, which nobody has.');
  print(`\nSource: ${percent(testAccuracy)} at ${Math.round(source.imagesPerSecond)} images/s. All of it took ${formatSeconds(result.seconds)}.`);
  print(`Report, model and numbers: ${folder}/{report.html,target.onnx,result.json}`);
  print('\nTry next: fewer labels (labelsPerClass in examples/quickstart/settings.ts), where carrying over matters more.');
  print(
    "Try next: your own images: examples/transfer-digits.ts is 20 lines; put your datasets and layers in, and try the strategies 'gradual' and 'l2-sp'.",
  );
  return true;
}

const percent = (share: number) => formatValue(share, 'percent');
const firsts = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Trains the source, or goes on where an earlier call was stopped. @returns `undefined` when this one was. */
async function trainSource(model: Model, images: Dataset, settings: Settings, folder: string, signal?: AbortSignal) {
  const log = join(folder, 'source', 'log.jsonl');
  const checkpoints = { folder: join(folder, 'source'), every: 500 };
  const { reason } = await finish(
    progress(fit(model, images, { ...sourceFit(settings), checkpoints, log, ...(signal && { signal }) }), { unit: 'images' }),
  );
  return reason === 'stopped' ? undefined : readCurve(log);
}
