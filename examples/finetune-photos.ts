// Fine-tunes EfficientNet-Lite0 on ten photos a class: `npm run example -- examples/finetune-photos.ts`.
// With GRAFT_DATA naming the reference data, on CIFAR-10; else on pieces of the two photos beside this file.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as graft from '../src/index.ts';

interface Photos {
  readonly train: graft.ExampleSource;
  readonly test: graft.ExampleSource;
}

/** The first photos of each class folder, read as they are asked for. */
async function cifar10(root: string, read: graft.ImageReader, perClass: number, tested: number): Promise<Photos> {
  const classes = readdirSync(join(root, 'train')).sort();
  const of = (part: string, count: number): Promise<graft.ExampleSource> => {
    const lists = classes.map((name) =>
      readdirSync(join(root, part, name))
        .sort()
        .slice(0, count),
    );
    const photos = lists.flatMap((files, label) => files.map((file) => join(root, part, classes[label] as string, file)));
    const labels = Int32Array.from(lists.flatMap((files, label) => files.map(() => label)));
    return graft.photoSource({ name: part, photos, labels, classes, read });
  };
  return { train: await of('train', perClass), test: await of('test', tested) };
}

/** Pieces of each photo: those of its left half to learn from, those of its right half for testing. */
async function pieces(input: graft.ImageInput, size: number, perClass: number): Promise<Photos> {
  const classes = ['cat', 'coffee'];
  const [height, width] = [2 * size, 4 * size];
  const read = graft.imageReader({ ...input, resize: { size: [height, width] }, crop: [height, width] });
  const { data } = await read(classes.map((name) => fileURLToPath(new URL(`./photos/${name}.jpg`, import.meta.url))));
  const of = (name: string, half: 0 | 1): graft.Dataset => {
    const values = new Float32Array(classes.length * perClass * 3 * size * size);
    let to = 0;
    for (let photo = 0; photo < classes.length; photo++) {
      for (let i = 0; i < perClass; i++) {
        const [top, left] = [Math.floor(size * ((0.61 * i) % 1)), 2 * size * half + Math.floor(size * ((0.37 * i) % 1))];
        for (let row = 0; row < 3 * size; row++) {
          const from = ((photo * 3 + Math.floor(row / size)) * height + top + (row % size)) * width + left;
          values.set(data.subarray(from, from + size), to);
          to += size;
        }
      }
    }
    const labels = Int32Array.from({ length: classes.length * perClass }, (_, i) => Math.floor(i / perClass));
    return graft.dataset({ name, inputs: graft.tensor('float32', [labels.length, 3, size, size], values), labels, classes });
  };
  return { train: of('left halves', 0), test: of('right halves', 1) };
}

/** Trains and returns the accuracy on the photos held back. */
export async function run({ perClass = 10, tested = 50, size = 96, epochs = 6, out = 'runs/photos.onnx' } = {}): Promise<number> {
  const backbone = await graft.loadBackbone('efficientnet-lite0');
  if (backbone.kind !== 'image') throw new Error('This backbone does not read images.');
  // Small photos need no large input: a network that ends in a global pool takes any.
  const input: graft.ImageInput = { ...backbone.input, resize: { size: [size, size] }, crop: [size, size] };
  const cifar = join(process.env.GRAFT_DATA ?? '', 'cifar10');
  const photos = existsSync(cifar) ? cifar10(cifar, graft.imageReader(input), perClass, tested) : pieces(input, size, perClass);
  const { train, test } = await photos;
  const model = graft.replaceHead(
    await backbone.load({ inputShapes: { [backbone.input.name]: [3, size, size] }, preprocessing: { steps: graft.imageSteps(input) } }),
    { classes: train.classes ?? [] },
  );
  const optimiser = { name: 'adamw', settings: { lr: 0.01 } } as const;
  const fit: graft.FitOptions = { epochs, batchSize: 10, batchNorm: 'frozen', optimiser, schedule: graft.schedules.cosine() };
  await graft.finish(graft.progress(graft.transfer(model, train, { strategy: 'lp-ft', options: { lrFactor: 0.01 }, fit }), { unit: 'photos' }));
  const { accuracy = 0 } = await graft.evaluate(model, test);
  // The file is checked on photos: weights of 16 bits need not hold on noise.
  const samples = await test.gather([0, test.length - 1]);
  const { path, bytes } = await graft.exportOnnx(model, out, { weights: 'float16', samples });
  console.log(`accuracy on ${test.length} photos: ${(100 * accuracy).toFixed(1)} %; ${path}, ${(bytes / 1e6).toFixed(1)} MB`);
  return accuracy;
}

if (process.argv[1] === import.meta.filename) await run();
