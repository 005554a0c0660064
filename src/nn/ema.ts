// Exponential moving average of parameters.

/**
 * average = d average + (1 - d) p in place, with d = min(decay, (1 + updates) / (10 + updates)): the warm-up lets the average
 * leave the initial values behind at the pace the run is long.
 */
export function updateEma(average: Float32Array, p: Float32Array, decay: number, updates: number): void {
  const d = Math.min(decay, (1 + updates) / (10 + updates));
  for (let i = 0; i < p.length; i++) average[i] = d * (average[i] as number) + (1 - d) * (p[i] as number);
}
