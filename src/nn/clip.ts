// The norm over all gradients, for clipping and for the log.

/** Euclidean norm of a flat array, summed in float64 by eight partial sums. */
export function globalNorm(values: Float32Array): number {
  const sums = new Float64Array(8);
  const whole = values.length - (values.length % 8);
  for (let i = 0; i < whole; i += 8) {
    for (let k = 0; k < 8; k++) {
      const x = values[i + k] as number;
      sums[k] = (sums[k] as number) + x * x;
    }
  }
  let total = sums.reduce((a, b) => a + b, 0);
  for (let i = whole; i < values.length; i++) total += (values[i] as number) ** 2;
  return Math.sqrt(total);
}
