// How much more often rows of one class have a feature than those of the others: presence of features and labels in, a weight for each feature out. Called by
// linear models on words, in training and in adaptation.

/** Rows of features that a row has or has not. */
export interface CountedRows {
  /** Features there are. */
  readonly width: number;
  /** Class of each row, `[N]`. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** Tells each feature that a row has. */
  had(row: number, tell: (feature: number) => void): void;
}

/** How weights go by the ratios. */
export interface RatioOptions {
  /** Added to how many rows of a class have a feature, above 0; default 1. */
  readonly smoothing?: number;
  /** From 0, all weigh the same, to 1, by the ratios alone; default 0.5. */
  readonly interpolation?: number;
}

/**
 * Weights with mean 1, `[D]`: of `|ln (p_c / q_c)|`, where p is the feature's share of all features that rows of class c have, q that of the others, meant over the
 * classes. Wang & Manning 2012, Baselines and bigrams, section 2: there the ratios are the features themselves; their sizes are what words weigh, the
 * signs are the model's to find.
 */
export function logCountRatioWeights(
  { width, labels, classes, had }: CountedRows,
  { smoothing = 1, interpolation = 0.5 }: RatioOptions = {},
): Float32Array {
  const counts = new Float64Array(classes * width).fill(smoothing);
  labels.forEach((label, row) => {
    const own = label * width;
    had(row, (feature) => {
      counts[own + feature] = (counts[own + feature] as number) + 1;
    });
  });
  const all = new Float64Array(width);
  const totals = new Float64Array(classes);
  counts.forEach((count, i) => {
    all[i % width] = (all[i % width] as number) + count;
    const c = Math.floor(i / width);
    totals[c] = (totals[c] as number) + count;
  });
  const total = totals.reduce((sum, own) => sum + own, 0);
  const ratios = new Float64Array(width);
  counts.forEach((count, i) => {
    const [c, d] = [Math.floor(i / width), i % width];
    const p = count / (totals[c] as number);
    const q = ((all[d] as number) - count) / (total - (totals[c] as number));
    ratios[d] = (ratios[d] as number) + Math.abs(Math.log(p / q)) / classes;
  });
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / width;
  return Float32Array.from(ratios, (ratio) => 1 - interpolation + interpolation * (mean > 0 ? ratio / mean : 1));
}
