// Rows of one number for each class: ones at labels, and values made into shares. Called by methods of domain adaptation.

/** Ones at the labels, or the rows' weights, `[N, classes]`. */
export function oneHot(labels: ArrayLike<number>, classes: number, weights?: Float64Array): Float64Array {
  const out = new Float64Array(labels.length * classes);
  for (let row = 0; row < labels.length; row++) out[row * classes + (labels[row] as number)] = weights?.[row] ?? 1;
  return out;
}

/** Each row over its sum, in place; the same for all classes where that is 0. */
export function madeShares(values: Float64Array, classes: number): Float64Array {
  for (let at = 0; at < values.length; at += classes) {
    let sum = 0;
    for (let c = at; c < at + classes; c++) sum += values[c] as number;
    for (let c = at; c < at + classes; c++) values[c] = sum > 0 ? (values[c] as number) / sum : 1 / classes;
  }
  return values;
}

/** Of each class over all rows, `[classes]`. */
export function sumsOf(values: Float64Array, classes: number): Float64Array {
  const sums = new Float64Array(classes);
  for (let i = 0; i < values.length; i++) sums[i % classes] = (sums[i % classes] as number) + (values[i] as number);
  return sums;
}
