// Lengths and distances of vectors of numbers. Used by the comparisons of the zoo.

/** Euclidean length. */
export const norm = (x: readonly number[]): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));

/** Euclidean distance from `y`. */
export const distance = (x: readonly number[], y: readonly number[]): number => norm(y.map((value, i) => (x[i] ?? Number.NaN) - value));
