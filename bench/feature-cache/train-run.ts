// One training in a process of its own: `train-run.ts CASE FOLDER EPOCHS LIMIT`; prints what it took as JSON. Started by bench.ts.
import { dense, type FeatureCache, type FitOptions, initialisers, loadBackbone, replaceHead, schedules, transfer } from '../../src/index.ts';
import { photos } from '../few-labels/photos.ts';

const [name, folder = '', epochs, limit] = process.argv.slice(2);
const [train, test] = [await photos('train', 64, Number(limit)), await photos('test', 64, Number(limit) * 0.4)];
const backbone = await loadBackbone('efficientnet-lite0');
const model = replaceHead(await backbone.load({ inputShapes: { image: [3, 64, 64] } }), {
  classes: train.classes ?? [],
  head: [dense(10, { name: 'dense', init: initialisers.zeros })],
});
const full = name === 'full';
const caches: Readonly<Record<string, FeatureCache>> = { full: 'auto', none: false, memory: 'auto', disk: { folder } };
const fit: FitOptions = {
  epochs: Number(epochs),
  batchSize: 50,
  optimiser: { name: 'adamw', settings: { lr: full ? 3e-4 : 0.01, weightDecay: 1e-4 } },
  schedule: schedules.cosine(),
  batchNorm: 'frozen',
  validation: test,
  evaluateEvery: Math.ceil(train.length / 50 / 4),
  restoreBest: false,
  featureCache: caches[name as string] ?? 'auto',
};

/** Accuracies by the seconds of training before them: those of the evaluations themselves, and of the test photos' features, are left out. */
const reached: [number, number][] = [];
const [began, evaluated] = [performance.now(), { ms: 0 }];
let last = began;
for await (const event of transfer(model, train, { strategy: full ? 'full' : 'head-only', fit })) {
  const now = performance.now();
  if (event.type === 'evaluation' || (event.type === 'features' && event.source === test.name)) evaluated.ms += now - last;
  if (event.type === 'evaluation') reached.push([(now - began - evaluated.ms) / 1000, event.accuracy as number]);
  last = now;
}
const [seconds, accuracy] = reached.at(-1) as [number, number];
const [to90] = reached.find(([, value]) => value >= 0.9 * accuracy) as [number, number];
console.log(JSON.stringify({ seconds, to90, accuracy, whole: (last - began) / 1000, peakMiB: process.resourceUsage().maxRSS / 1024 }));
