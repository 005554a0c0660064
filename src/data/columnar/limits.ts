// How much a file of columns may unpack to, so that a small hostile one fills neither memory nor time. Called by the readers of Parquet and Arrow files.
import { fail } from '../../core/errors.ts';

/** Bytes that any packed piece may become. */
const BYTES = 2 ** 28;
/** Values that any file may hold. */
const VALUES = 2 ** 26;
/** Beyond that, a piece may grow to so many times its size: more than real data does. */
const RATIO = 200;

/** Bytes that `packed` bytes may unpack to. */
export function mostUnpacked(packed: number): number {
  return Math.max(BYTES, packed * RATIO);
}

/** Counts what a file gives; `spend` fails when it is more than a file of that size can hold. */
export interface Budget {
  /** @throws GraftError `invalid-data` naming the file. */
  values(count: number): void;
  /** As `values`, for bytes that are unpacked at one time: `startOver` forgets those before. */
  bytes(count: number): void;
  startOver(): void;
}

/** @param size of the file on disk, in bytes. */
export function budgetOf(path: string, size: number): Budget {
  let [values, bytes] = [0, 0];
  const [mostValues, mostBytes] = [Math.max(VALUES, size * RATIO), mostUnpacked(size)];
  const check = (claimed: number, most: number, noun: string) => {
    if (!(claimed <= most))
      fail(
        'invalid-data',
        `"${path}" claims ${claimed} ${noun}, more than a file of ${size} bytes can mean; it is damaged, or made to fill the memory.`,
      );
  };
  return {
    values(count) {
      values += count;
      check(values, mostValues, 'values');
    },
    bytes(count) {
      bytes += count;
      check(bytes, mostBytes, 'unpacked bytes');
    },
    startOver() {
      bytes = 0;
    },
  };
}
