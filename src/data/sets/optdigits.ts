// UCI optdigits (E. Alpaydin, C. Kaynak, 1998; CC BY 4.0), bundled with the package: see data/optdigits/NOTICE.md. Called by the quickstart.
import { join } from 'node:path';
import type { Dataset } from '../dataset.ts';
import { bundledFolder } from './bundled.ts';
import { readDigits } from './digits.ts';

/**
 * The 1,797 images `[N, 1, 8, 8]` of the test part, 0..1 in steps of 1/16, by 13 writers.
 * @param folder holds `images-idx3-ubyte.gz` and `labels-idx1-ubyte.gz`; default: those that ship with Graft.
 * @throws GraftError `io` when the files are not there; `invalid-data` when one is damaged.
 */
export async function loadOptdigits(folder = bundledFolder('optdigits')): Promise<Dataset> {
  return readDigits({
    name: 'optdigits',
    images: join(folder, 'images-idx3-ubyte.gz'),
    labels: join(folder, 'labels-idx1-ubyte.gz'),
    range: 16,
  });
}
