// Whether flat arrays hold NaN or infinity, at the speed of the machine's vectors. Called by the engine after every update.
import { defineKernel } from '../core/kernel/kernel.ts';

/** x - x is 0, but NaN where x is NaN or infinite, and a sum keeps a NaN: four quarters of an array become one that tells of them all. */
const quarter = defineKernel({
  // The last, because it may lie where `a` does, and arrays that were brought over are put back in this order.
  arrays: ['a', 'b', 'c', 'd', 'into'],
  scalars: [],
  body: ({ a, b, c, d }, _, { add, sub }) => ({ into: add(add(sub(a, a), sub(b, b)), add(sub(c, c), sub(d, d))) }),
});

/** What is shorter is looked at element by element. */
const SHORT = 64;

/** Whether all values of `arrays`, up to four, are finite. `scratch` is at least as long as each, in one memory with them best, and is overwritten. */
export function allFinite(arrays: readonly Float32Array[], scratch: Float32Array): boolean {
  let used = 0;
  for (const array of arrays) {
    const part = array.length < SHORT ? 0 : Math.floor(array.length / 4);
    const at = (i: number) => array.subarray(i * part, (i + 1) * part);
    quarter({ into: scratch.subarray(used, used + part), a: at(0), b: at(1), c: at(2), d: at(3) }, {}, 0, part);
    used += part;
    for (let i = 4 * part; i < array.length; i++) if (!Number.isFinite(array[i])) return false;
  }
  return used === 0 || allFinite([scratch.subarray(0, used)], scratch);
}

/** The first value that is not finite, and how many there are; `undefined` where there is none. */
export function notFiniteIn(values: Float32Array): { readonly value: number; readonly count: number } | undefined {
  const bad = values.filter((value) => !Number.isFinite(value));
  return bad.length === 0 ? undefined : { value: bad[0] as number, count: bad.length };
}
