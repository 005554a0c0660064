// CIFAR-10 photos from a folder of classes -> normalised tensors, and files of them that the PyTorch side reads.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Dataset, dataset, tensor } from '../../src/index.ts';

/** Of every channel; EfficientNet-Lite0 was trained with them. */
const [MEAN, DEVIATION] = [0.5, 0.5];

/** Folder of the reference data. @throws Error saying what is missing. */
export function dataFolder(name: string): string {
  const root = process.env.GRAFT_DATA ?? '../shared/data';
  const folder = join(root, name);
  if (existsSync(folder)) return folder;
  throw new Error(`${folder} is not there: name the folder that holds \`${name}\` as GRAFT_DATA.`);
}

/** The photos of one part, each class in the order of its file names; at most `limit` of each. */
export async function photos(part: 'train' | 'test', size: number, limit = Number.POSITIVE_INFINITY): Promise<Dataset> {
  const root = join(dataFolder('cifar10'), part);
  const classes = readdirSync(root).sort();
  const files = classes.flatMap((name, label) =>
    readdirSync(join(root, name))
      .sort()
      .slice(0, limit)
      .map((file) => ({ label, path: join(root, name, file) })),
  );
  const area = size * size;
  const inputs = new Float32Array(files.length * 3 * area);
  for (const [i, { path }] of files.entries()) {
    const pixels = await sharp(readFileSync(path)).resize(size, size, { kernel: 'cubic' }).removeAlpha().toColourspace('srgb').raw().toBuffer();
    for (let at = 0; at < 3 * area; at++) {
      const [channel, place] = [at % 3, Math.floor(at / 3)];
      inputs[(i * 3 + channel) * area + place] = ((pixels[at] as number) / 255 - MEAN) / DEVIATION;
    }
  }
  const labels = Int32Array.from(files, ({ label }) => label);
  return dataset({ name: `cifar10 ${part}`, inputs: tensor('float32', [files.length, 3, size, size], inputs), labels, classes });
}

/** Writes a dataset as raw numbers: `<name>.inputs`, `<name>.labels`. */
export function writeRaw(folder: string, name: string, { inputs, labels }: Dataset): void {
  writeFileSync(join(folder, `${name}.inputs`), inputs.data as Float32Array);
  writeFileSync(join(folder, `${name}.labels`), labels as Int32Array);
}

/** Reads what {@link writeRaw} wrote. */
export function readRaw(folder: string, name: string, size: number, classes: readonly string[]): Dataset {
  const own = (file: string) => {
    const bytes = readFileSync(join(folder, `${name}.${file}`));
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  };
  const labels = new Int32Array(own('labels'));
  const inputs = tensor('float32', [labels.length, 3, size, size], new Float32Array(own('inputs')));
  return dataset({ name, inputs, labels, classes });
}
