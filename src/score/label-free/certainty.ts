// How sure and how balanced predictions are: probabilities in, one number out. No label is looked at. Called where an adapted model is chosen.

/** Mean entropy of rows of probabilities `[N, classes]`, in nats: low where a model is sure, which one that collapsed is too. */
export function meanEntropy(probabilities: ArrayLike<number>, classes: number): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) sum -= timesLog(probabilities[i] as number);
  return sum / Math.max(1, probabilities.length / classes);
}

/** Entropy of the mean of the rows minus their mean entropy: sure of each, balanced over all (Krause et al. 2010, Discriminative clustering, equation 1). */
export function mutualInformation(probabilities: ArrayLike<number>, classes: number): number {
  const length = probabilities.length / classes;
  const mean = new Float64Array(classes);
  for (let i = 0; i < probabilities.length; i++) mean[i % classes] = (mean[i % classes] as number) + (probabilities[i] as number) / length;
  return mean.reduce((sum, p) => sum - timesLog(p), 0) - meanEntropy(probabilities, classes);
}

/**
 * Soft neighbourhood density: mean entropy of how alike each row's probabilities are to all others', greater where rows lie in dense groups.
 * Saito et al. 2021, Tune it the right way (arXiv:2108.10860), equations 1 to 3.
 * @param temperature divides the similarities; the paper's 0.05.
 */
export function neighbourhoodDensity(probabilities: ArrayLike<number>, classes: number, temperature = 0.05): number {
  const length = probabilities.length / classes;
  const units = unitRows(probabilities, classes);
  let total = 0;
  const weights = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    let whole = 0;
    for (let j = 0; j < length; j++) {
      let cosine = 0;
      for (let c = 0; c < classes; c++) cosine += (units[i * classes + c] as number) * (units[j * classes + c] as number);
      const weight = i === j ? 0 : Math.exp((cosine - 1) / temperature);
      weights[j] = weight;
      whole += weight;
    }
    if (whole > 0) for (let j = 0; j < length; j++) total -= timesLog((weights[j] as number) / whole);
  }
  return total / Math.max(1, length);
}

function unitRows(values: ArrayLike<number>, width: number): Float64Array {
  const out = Float64Array.from(values);
  for (let at = 0; at < out.length; at += width) {
    let squares = 0;
    for (let c = at; c < at + width; c++) squares += (out[c] as number) ** 2;
    for (let c = at; c < at + width; c++) out[c] = (out[c] as number) / Math.max(1e-12, Math.sqrt(squares));
  }
  return out;
}

function timesLog(p: number): number {
  return p > 0 ? p * Math.log(p) : 0;
}
