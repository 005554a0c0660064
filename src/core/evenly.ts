// Some of many, as far apart as they can be: what is looked at where all would take too long. Called by validators and reports.

/** `most` indices of `length`, or all where there are fewer, in order. */
export function evenly(length: number, most: number): Int32Array {
  const count = Math.min(length, most);
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}
