// The quick start's course: source model, target models, table, report, result. Called by quickstart.ts, and by a test with smaller settings.
import { join } from 'node:path';
import {
  carryOver,
  describeTransfer,
  evaluate,
  exportOnnx,
  fewLabels,
  formatCount,
  formatRate,
  formatSeconds,
  formatValue,
  loadMnist,
  loadOptdigits,
  mapInputs,
  resize,
  subset,
  type TransferReport,
  textTable,
  writeFileDurably,
} from 'graft-ml';
import { forget, keep, keyOf, readKept } from './kept.ts';
import { reportOf } from './report.ts';
import { type Outcome, type Source, summary } from './result.ts';
import { digitsModel, EXPORTED, fullSettings, type Settings, ways } from './settings.ts';
import { trainSource } from './source.ts';
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
  const stopped = (what: string) => {
    print(`\nStopped. ${what}; run the same again to go on from here.`);
    return false;
  };
  print('\n1. Source: a CNN learns MNIST.');
  const mnist = await loadMnist();
  const images = settings.sourceImages < mnist.train.length ? subset(mnist.train, firsts(settings.sourceImages)) : mnist.train;
  const model = digitsModel('mnist', 1);
  const trained = await trainSource(model, images, { folder, settings, print, signal });
  if (!trained) return stopped('The source model is not finished');
  const { accuracy: testAccuracy = Number.NaN } = await evaluate(model, mnist.test);
  const source: Source = { ...trained, testAccuracy, testImages: mnist.test.length };
  print(`Accuracy on the ${formatCount(mnist.test.length)} test images: ${percent(testAccuracy)}`);

  print('\n2. Target: optdigits, other writers and another scanner, few labels.');
  const digits = mapInputs(await loadOptdigits(), resize([28, 28]));
  const outcomes: Outcome[] = [];
  let moved: TransferReport | undefined;
  let before = trained.before;
  const rest = () => stopped(`The source model and ${outcomes.length} of ${settings.seeds.length * ways.length} target models are finished`);
  for (const seed of settings.seeds) {
    const { train, test } = fewLabels(digits, settings.labelsPerClass, seed);
    for (const way of ways) {
      const { name, carried, strategy } = way;
      if (signal?.aborted) return rest();
      const target = digitsModel('optdigits', seed + 100);
      const report = carried ? carryOver(model, target) : undefined;
      if (report && !moved) {
        moved = report;
        print(describeTransfer(report));
      }
      const key = keyOf(model, way, settings, seed);
      const kept = await readKept(folder, name, seed, key);
      if (kept) {
        before += kept.seconds;
        outcomes.push(kept);
        print(`seed ${seed}, ${name}: ${percent(kept.accuracy)} of ${formatCount(test.length)} test images, kept from before`);
        continue;
      }
      const outcome = await trainTarget(target, train, test, { name, strategy, seed, settings, signal });
      if (!outcome) return rest();
      outcomes.push(outcome);
      print(`seed ${seed}, ${name}: ${percent(outcome.accuracy)} of ${formatCount(test.length)} test images`);
      if (name === EXPORTED && seed === settings.seeds[0])
        await exportOnnx(target, join(folder, 'target.onnx'), { samples: test.gather([0, 1, 2]).inputs });
      await keep(folder, outcome, key);
    }
  }

  const result = summary(source, outcomes, settings, before + (performance.now() - started) / 1000);
  await writeFileDurably(join(folder, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
  await writeFileDurably(join(folder, 'report.html'), reportOf({ result, source, outcomes, moved: moved as TransferReport, settings }));
  await forget(folder);
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
  print(`\nSource: ${percent(testAccuracy)} at ${formatRate(source.imagesPerSecond, 'images')}. All of it took ${formatSeconds(result.seconds)}.`);
  print(`Report, model and numbers: ${folder}/{report.html,target.onnx,result.json}`);
  print(`The source model stays in ${folder}/source: what you try next begins with it.`);
  print('\nTry next: fewer labels (labelsPerClass in examples/quickstart/settings.ts), where carrying over matters more.');
  print(
    "Try next: your own images: examples/transfer-digits.ts is 20 lines; put your datasets and layers in, and try the strategies 'gradual' and 'l2-sp'.",
  );
  print('Your own data, in one command: npx graft fit photos/, npx graft fit reviews.csv --label stars. npx graft --help says more.');
  return true;
}

const percent = (share: number) => formatValue(share, 'percent');
const firsts = (count: number) => Array.from({ length: count }, (_, i) => i);
