// The pass that Adam and AdamW share.
import type { Update } from './optimiser.ts';

interface AdamFactors {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Factor of p added to the gradient. */
  readonly l2: number;
  /** Factor of p before the move. */
  readonly shrink: number;
}

/** m and v are the decayed means of g and g^2; p = shrink p - lr (m / c1) / (sqrt(v / c2) + epsilon), with c = 1 - beta^step. */
export function adamStep(p: Float32Array, g: Float32Array, slots: readonly Float32Array[], u: Update, f: AdamFactors): void {
  const [m, v] = slots as [Float32Array, Float32Array];
  const { from, to, scale } = u;
  const { beta1, beta2, epsilon, l2, shrink } = f;
  const rate = u.lr / (1 - beta1 ** u.step);
  const root = Math.sqrt(1 - beta2 ** u.step);
  for (let i = from; i < to; i++) {
    const weight = p[i] as number;
    const gradient = (g[i] as number) * scale + l2 * weight;
    const mean = beta1 * (m[i] as number) + (1 - beta1) * gradient;
    const square = beta2 * (v[i] as number) + (1 - beta2) * gradient * gradient;
    m[i] = mean;
    v[i] = square;
    p[i] = shrink * weight - (rate * mean) / (Math.sqrt(square) / root + epsilon);
  }
}
