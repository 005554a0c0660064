// Shares between 0 and 1 that tend to the ends or to the middle. Called by mixup and cutmix.
import type { Stream } from '../../core/rng.ts';

/** Draws for one attempt: a normal and two uniforms. */
const ROOM = 64;

/** A number of the distribution Beta(alpha, alpha), alpha above 0: as the share of one of two gamma variates in their sum. */
export function betaShare(random: Stream, alpha: number): number {
  // Logarithms, because gamma variates of a small alpha are too small for a number.
  const [a, b] = [logGamma(random.child('a'), alpha), logGamma(random.child('b'), alpha)];
  return 1 / (1 + Math.exp(b - a));
}

/** Logarithm of a gamma variate, by Marsaglia and Tsang, "A simple method for generating gamma variables" (2000), with their boost for a shape below 1. */
function logGamma(random: Stream, shape: number): number {
  if (shape < 1) {
    const [u = 0] = random.child('boost').uniforms(1);
    return logGamma(random, shape + 1) + Math.log(u + 2 ** -25) / shape;
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  const [normals, uniforms] = [random.child('normal').normals(ROOM), random.child('uniform').uniforms(ROOM)];
  for (let i = 0; i < ROOM; i++) {
    const x = normals[i] as number;
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log((uniforms[i] as number) + 2 ** -25) < x * x * 0.5 + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
  // One attempt in twenty fails at the most, so this is not reached in practice; it is the mode.
  return Math.log(d);
}
