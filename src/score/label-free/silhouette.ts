// How far the predicted classes lie apart in the features: rows of length 1 and classes in, one number out. Called where an adapted model is chosen.

/**
 * Mean of `(b - a) / max(a, b)`, with a row's distance a from the mean of its own class and b from the nearest of the others': the simplified silhouette of
 * Hruschka, de Castro & Campello 2004, after Rousseeuw 1987. 0 where one class is predicted alone.
 * @param rows `[N, width]`.
 * @param predicted classes `[N]`.
 */
export function simplifiedSilhouette(rows: Float32Array, width: number, predicted: ArrayLike<number>, classes: number): number {
  const length = predicted.length;
  const centres = new Float64Array(classes * width);
  const counts = new Float64Array(classes);
  for (let i = 0; i < length; i++) {
    const own = predicted[i] as number;
    counts[own] = (counts[own] as number) + 1;
    for (let d = 0; d < width; d++) centres[own * width + d] = (centres[own * width + d] as number) + (rows[i * width + d] as number);
  }
  for (let i = 0; i < centres.length; i++) centres[i] = (centres[i] as number) / Math.max(1, counts[Math.floor(i / width)] as number);
  if (counts.filter((count) => count > 0).length < 2) return 0;
  let sum = 0;
  for (let i = 0; i < length; i++) {
    let [a, b] = [0, Number.POSITIVE_INFINITY];
    for (let c = 0; c < classes; c++) {
      if (counts[c] === 0) continue;
      let squares = 0;
      for (let d = 0; d < width; d++) squares += ((rows[i * width + d] as number) - (centres[c * width + d] as number)) ** 2;
      const distance = Math.sqrt(squares);
      if (c === predicted[i]) a = distance;
      else b = Math.min(b, distance);
    }
    sum += (b - a) / Math.max(a, b, 1e-12);
  }
  return sum / Math.max(1, length);
}
