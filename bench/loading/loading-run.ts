// One case in a process of its own: `loading-run.ts full|head SOURCE THREADS`; trains EfficientNet-Lite0 at 224x224 and answers as timed/serve-steps.ts says.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { photoLoader } from '../../src/data/loading/photo-loader.ts';
import { dataset, type ExampleSource, loadBackbone, photoSource, replaceHead, tensor } from '../../src/index.ts';
import { groupNames } from '../../src/methods/strategy/strategy.ts';
import { dataFolder } from '../few-labels/photos.ts';
import { serveFit } from '../timed/serve-steps.ts';

const [mode, kind, threads] = process.argv.slice(2);
const BATCH = 16;
/** So many tensors are preloaded; the others read the same photos, evenly spread over all. */
const COUNT = 256;
/** Times that all of them are in the source of which no example comes twice: more than are asked for. */
const COPIES = 32;

const root = dataFolder('office-caltech10');
const files = (readdirSync(root, { recursive: true }) as string[]).filter((file) => file.endsWith('.jpg')).sort();
const chosen = Array.from({ length: COUNT }, (_, i) => files[Math.floor((i * files.length) / COUNT)] as string);
const classOf = (file: string) => file.split('/').at(-2) as string;
const classes = [...new Set(chosen.map(classOf))].sort();
const labels = chosen.map((file) => classes.indexOf(classOf(file)));
const photos = chosen.map((file) => join(root, file));

const backbone = await loadBackbone('efficientnet-lite0');
if (backbone.kind !== 'image') throw new Error('The backbone must read photos.');
const { input, preprocess } = backbone;
const model = replaceHead(await backbone.load(), { classes });

const sources: Readonly<Record<string, () => ExampleSource | Promise<ExampleSource>>> = {
  preloaded: async () => {
    const inputs = new Float32Array(COUNT * 3 * 224 * 224);
    for (const [i, photo] of photos.entries()) inputs.set((await preprocess([photo])).data, i * 3 * 224 * 224);
    return dataset({ name: 'preloaded', inputs: tensor('float32', [COUNT, 3, 224, 224], inputs), labels, classes });
  },
  reader: () => photoSource({ name: 'reader', photos, labels, classes, read: preprocess }),
  loader: () => photoLoader({ name: 'loader', photos, labels, classes, input }),
  augmented: () => photoLoader({ name: 'augmented', photos, labels, classes, input, augment: { crop: {}, flip: {} } }),
  first: () => {
    const often = <T>(list: readonly T[]): T[] => Array.from({ length: COPIES }, () => list).flat();
    return photoLoader({ name: 'first', photos: often(photos), labels: often(labels), classes, input, augment: { crop: {}, flip: {} } });
  },
  strong: () => photoLoader({ name: 'strong', photos, labels, classes, input, augment: { crop: {}, flip: {}, randAugment: {}, erasing: {} } }),
};
const source = await sources[kind as string]?.();
if (!source) throw new Error(`There is no source \`${kind}\`; there are ${Object.keys(sources).join(', ')}.`);
const head = mode === 'head';
await serveFit(model, source, {
  batchSize: BATCH,
  threads: Number(threads),
  optimiser: { name: 'adam', settings: { lr: 1e-4 } },
  freeze: head ? groupNames(model, 'shared') : [],
  batchNorm: head ? 'frozen' : 'train',
});
process.exit(0);
