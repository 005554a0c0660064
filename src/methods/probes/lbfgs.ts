// The minimum of a smooth function of many numbers: value and gradient come in as asked for, the best point leaves. Called by linear probes.

/** Value and gradient at a point; the gradient may be overwritten by the next call. */
export type Smooth = (point: Float64Array) => Promise<{ readonly value: number; readonly gradient: Float64Array }>;

/** When {@link minimise} stops. */
export interface MinimiseOptions {
  /** Steps at most; default 200. */
  readonly iterations?: number;
  /** Ends when no entry of the gradient is larger; default 1e-5. */
  readonly tolerance?: number;
  /** Told after each step. */
  readonly onStep?: (step: number, value: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Asked after each step; it ends at the best point so far where that is enough. */
  readonly enough?: (() => boolean) | undefined;
}

/** Where {@link minimise} ended. */
export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether the gradient became as small as asked for; where rounding stops the descent before, it did not. */
  readonly converged: boolean;
}

/** Pairs of steps and changes of the gradient that are remembered. */
const MEMORY = 10;
/** Of the weak Wolfe conditions: enough descent, and a slope that has become flatter. */
const [DESCENT, CURVATURE] = [1e-4, 0.9];
/** Evaluations along one direction; more only chase rounding. */
const MOST_TRIALS = 25;

/**
 * L-BFGS (Liu & Nocedal 1989, algorithm 2.1) with the bisecting line search for the weak Wolfe conditions (Lewis & Overton 2013, algorithm 2.6).
 * An aborted signal ends it at the best point so far.
 */
export async function minimise(f: Smooth, start: Float64Array, options: MinimiseOptions = {}): Promise<Minimum> {
  const { iterations = 200, tolerance = 1e-5, onStep = () => undefined, signal, enough = () => false } = options;
  let point: Float64Array = start.slice();
  let { value, gradient }: { value: number; gradient: Float64Array } = await copied(f, point);
  const pairs: { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[] = [];
  for (let step = 0; step < iterations; step++) {
    if (largest(gradient) <= tolerance) return { point, value, iterations: step, converged: true };
    if (signal?.aborted) return { point, value, iterations: step, converged: false };
    const direction = descent(gradient, pairs);
    const slope = dot(direction, gradient);
    // The first direction has no scale: a step of length 1 at most.
    const first = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    const next = await along(f, { point, value, direction, slope, first });
    if (!next) return { point, value, iterations: step, converged: false };
    const s = difference(next.point, point);
    const y = difference(next.gradient, gradient);
    const sy = dot(s, y);
    if (sy > 1e-12 * dot(y, y)) pairs.push({ s, y, rho: 1 / sy });
    if (pairs.length > MEMORY) pairs.shift();
    ({ point, value, gradient } = next);
    onStep(step + 1, value);
    if (enough()) return { point, value, iterations: step + 1, converged: largest(gradient) <= tolerance };
  }
  return { point, value, iterations, converged: largest(gradient) <= tolerance };
}

interface Ray {
  readonly point: Float64Array;
  readonly value: number;
  readonly direction: Float64Array;
  readonly slope: number;
  readonly first: number;
}

/** A point along the ray that is lower, and where the slope is flatter; nothing where rounding hides the descent. */
async function along(f: Smooth, { point, value, direction, slope, first }: Ray) {
  let [low, high, t] = [0, Number.POSITIVE_INFINITY, first];
  let best: { point: Float64Array; value: number; gradient: Float64Array } | undefined;
  for (let trial = 0; trial < MOST_TRIALS; trial++) {
    const at = point.map((x, i) => x + t * (direction[i] as number));
    const there = { point: at, ...(await copied(f, at)) };
    // A value that is not finite is too far.
    if (!(there.value <= value + DESCENT * t * slope)) high = t;
    else {
      if (!best || there.value < best.value) best = there;
      if (dot(there.gradient, direction) >= CURVATURE * slope) return there;
      low = t;
    }
    t = high < Number.POSITIVE_INFINITY ? (low + high) / 2 : 2 * low;
  }
  return best;
}

/** Minus the gradient times the inverse of what the pairs say of the curvature: the two loops. */
function descent(gradient: Float64Array, pairs: readonly { s: Float64Array; y: Float64Array; rho: number }[]): Float64Array {
  const q = gradient.map((value) => -value);
  const alphas = pairs.map(() => 0);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y, rho } = pairs[i] as (typeof pairs)[number];
    const alpha = rho * dot(s, q);
    alphas[i] = alpha;
    addScaled(q, y, -alpha);
  }
  const newest = pairs.at(-1);
  if (newest) {
    const scale = 1 / (newest.rho * dot(newest.y, newest.y));
    for (let i = 0; i < q.length; i++) q[i] = (q[i] as number) * scale;
  }
  pairs.forEach(({ s, y, rho }, i) => {
    addScaled(q, s, (alphas[i] as number) - rho * dot(y, q));
  });
  return q;
}

async function copied(f: Smooth, point: Float64Array): Promise<{ value: number; gradient: Float64Array }> {
  const { value, gradient } = await f(point);
  return { value, gradient: gradient.slice() };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(to: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + factor * (values[i] as number);
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - (b[i] as number));
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
