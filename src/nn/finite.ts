// NaN and infinity in flat arrays, for messages. Called by the engine where something is not finite.

/** The first value that is not finite, and how many there are; `undefined` where there is none. */
export function notFiniteIn(values: Float32Array): { readonly value: number; readonly count: number } | undefined {
  const bad = values.filter((value) => !Number.isFinite(value));
  return bad.length === 0 ? undefined : { value: bad[0] as number, count: bad.length };
}
