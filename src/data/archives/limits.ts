// What entries of archives may unpack to. Called by those that list archives.
import { fail } from '../../core/errors.ts';

/** Whatever their size on disk, archives may unpack to so many bytes. */
const MOST_BYTES = 2 ** 28;
/** Beyond that, to so many times their size: pictures hardly shrink at all. */
const MOST_TIMES = 200;

/**
 * Refuses bombs: archives that say of themselves that they unpack to what no honest one of their size does.
 * @throws GraftError `invalid-data`
 */
export function requireHonestSize(archive: string, packed: number, unpacked: number): void {
  if (unpacked <= Math.max(MOST_BYTES, packed * MOST_TIMES)) return;
  fail(
    'invalid-data',
    `"${archive}" unpacks to ${unpacked} bytes, more than ${MOST_TIMES} times its size; unpack it yourself if it is what you expect.`,
  );
}
