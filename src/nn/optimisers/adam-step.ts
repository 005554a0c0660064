// The pass that Adam and AdamW share.
import { defineKernel } from '../../core/kernel/kernel.ts';
import { LEAST, type Update } from './optimiser.ts';

interface AdamFactors {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Factor of p added to the gradient. */
  readonly l2: number;
  /** Factor of p before the move. */
  readonly shrink: number;
}

/** Gradients below this count as 0, so that their squares are normal numbers (see LEAST); epsilon is ten orders of magnitude larger. */
const SMALL = 2 ** -58;

const kernel = defineKernel({
  arrays: ['p', 'g', 'm', 'v'],
  scalars: ['scale', 'l2', 'beta1', 'rest1', 'beta2', 'rest2', 'rate', 'epsilon', 'shrink', 'small', 'least'],
  body: (
    { p, g, m, v },
    { scale, l2, beta1, rest1, beta2, rest2, rate, epsilon, shrink, small, least },
    { add, sub, mul, div, sqrt, flush, keep },
  ) => {
    const gradient = keep(flush(add(mul(g, scale), mul(p, l2)), small));
    const mean = keep(flush(add(mul(m, beta1), mul(gradient, rest1)), least));
    const square = keep(flush(add(mul(v, beta2), mul(mul(gradient, gradient), rest2)), least));
    return { m: mean, v: square, p: sub(mul(p, shrink), div(mul(mean, rate), add(sqrt(square), epsilon))) };
  },
});

/**
 * m and v are the decayed means of g and g^2; p = shrink p - lr (m / c1) / (sqrt(v / c2) + epsilon), with c = 1 - beta^step. The root of c2 is
 * taken into the learning rate and into epsilon.
 */
export function adamStep(p: Float32Array, g: Float32Array, slots: readonly Float32Array[], u: Update, f: AdamFactors): boolean {
  const [m, v] = slots as [Float32Array, Float32Array];
  const { beta1, beta2, epsilon, l2, shrink } = f;
  const root = Math.sqrt(1 - beta2 ** u.step);
  const rate = (u.lr / (1 - beta1 ** u.step)) * root;
  const scalars = {
    scale: u.scale,
    l2,
    beta1,
    rest1: 1 - beta1,
    beta2,
    rest2: 1 - beta2,
    rate,
    epsilon: epsilon * root,
    shrink,
    small: SMALL,
    least: LEAST,
  };
  return kernel({ p, g, m, v }, scalars, u.from, u.to);
}
