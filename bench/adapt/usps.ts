// USPS from its files. Called by the benchmarks of digits.
import { join } from 'node:path';
import { readDigits } from '../../src/data/sets/digits.ts';
import type { Dataset } from '../../src/index.ts';
import { dataFolder } from '../few-labels/photos.ts';

/** 7,291 or 2,007 images `[1, 16, 16]`, 0 to 1. */
export async function uspsDigits(part: 'train' | 'test'): Promise<Dataset> {
  const path = (what: string) => join(dataFolder('usps'), `${part}-${what}-ubyte.gz`);
  return readDigits({ name: `USPS ${part}`, images: path('images-idx3'), labels: path('labels-idx1'), range: 255 });
}
