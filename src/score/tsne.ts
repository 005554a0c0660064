// t-SNE: points come in, a map in two dimensions that keeps neighbours together leaves. Called for maps of features.
import { setImmediate as turn } from 'node:timers/promises';
import { fail } from '../core/errors.ts';
import { defineOptions, type GivenOptions, resolveOptions } from '../core/options.ts';
import { stream } from '../core/rng.ts';
import { principalComponents } from './pca.ts';
import { requirePoints, squaredDistance } from './points.ts';

/** How a map is made. */
const TSNE_OPTIONS = defineOptions({
  perplexity: {
    default: 30,
    range: { min: 1 },
    unit: 'neighbours',
    help: 'About how many neighbours each point keeps near; at most a third of the points, which is also the default where that is less.',
  },
  iterations: {
    default: 750,
    integer: true,
    range: { min: 1 },
    help: 'Steps of gradient descent; a third of them, at most 250, draw clusters together first.',
  },
});

/** Options of {@link tsne}. */
export interface TsneOptions extends GivenOptions<typeof TSNE_OPTIONS> {
  /** Stops between two steps. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each step. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

/** What {@link tsne} gives. */
export interface Tsne {
  /** `[N, 2]`, around 0. Distances between clusters mean little. */
  readonly places: Float64Array;
  /** Kullback-Leibler divergence of the map from the points, in nats: what was made small. */
  readonly divergence: number;
  /** The one that was used. */
  readonly perplexity: number;
}

/** Time grows with the square of the number of points. */
export const MOST_POINTS = 2000;
const LEAST_POINTS = 4;

/** Early exaggeration and learning rate: Belkina et al., Nature Communications 10:5415 (2019). */
const EXAGGERATION = 12;
const LONGEST_EARLY = 250;
/** Standard deviation of the start: Kobak and Berens, Nature Communications 10:5416 (2019). Noise of a hundredth of it parts equal points. */
const START = 1e-4;
const NOISE = START / 100;
/** Rows of distances between two looks at the event loop. */
const ROWS_AT_A_TIME = 8;
const MOST_HALVINGS = 60;
const CLOSE_ENTROPY = 1e-5;

/**
 * Exact t-SNE (Van der Maaten and Hinton, JMLR 9, 2008), started from the first two principal components; the same points give the same map.
 * Twenty to thirty seconds for 2,000 points of 1,280 columns on one core; the event loop gets its turn after each step.
 * @param points `[N, columns]`, N in 4..2,000.
 * @throws GraftError `invalid-argument` for too few or too many points, or a perplexity above (N - 1) / 3; `not-finite`; `aborted` by the signal.
 */
export async function tsne(points: Float32Array, columns: number, options: TsneOptions = {}): Promise<Tsne> {
  const { signal, onProgress, ...given } = options;
  const { perplexity: wanted, iterations } = resolveOptions(TSNE_OPTIONS, given, 't-SNE');
  const rows = requirePoints(points, columns);
  if (rows < LEAST_POINTS || rows > MOST_POINTS) {
    const remedy = rows < LEAST_POINTS ? 'show so few by their principal components' : 'draw a sample';
    fail('invalid-argument', `t-SNE takes ${LEAST_POINTS} to ${MOST_POINTS} points, not ${rows}; ${remedy}.`);
  }
  const most = (rows - 1) / 3;
  if (given.perplexity !== undefined && wanted > most)
    fail(
      'invalid-argument',
      `t-SNE: \`perplexity\` (=${wanted}) must be at most a third of the other points; for ${rows} points at most ${most.toFixed(1)}.`,
    );
  const perplexity = Math.min(wanted, most);

  const affinities = await jointProbabilities(points, columns, rows, perplexity, signal);
  const map = startingMap(points, columns, rows);
  const descend = descent(map, affinities, Math.max(rows / EXAGGERATION / 4, 50));
  const early = Math.min(LONGEST_EARLY, Math.floor(iterations / 3));
  for (let done = 0; done < iterations; done++) {
    refuseAborted(signal);
    if (done < early) descend(EXAGGERATION, 0.5);
    else descend(1, 0.8);
    onProgress?.(done + 1, iterations);
    await turn();
  }
  const places = Float64Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? map.x : map.y)[i >> 1] as number);
  return { places, divergence: divergence(map, affinities), perplexity };
}

/** Coordinates of all points. */
interface Plane {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** `p_ij` for each pair i < j in turn: equation 1 made symmetric, `(p_j|i + p_i|j) / 2N`. */
async function jointProbabilities(
  points: Float32Array,
  columns: number,
  rows: number,
  perplexity: number,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const square = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    if (i % ROWS_AT_A_TIME === 0) {
      refuseAborted(signal);
      await turn();
    }
    for (let j = i + 1; j < rows; j++) {
      const distance = squaredDistance(points, columns, i, j);
      square[i * rows + j] = distance;
      square[j * rows + i] = distance;
    }
    toProbabilities(square.subarray(i * rows, (i + 1) * rows), i, Math.log(perplexity));
  }
  const pairs = new Float64Array((rows * (rows - 1)) / 2);
  let at = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = i + 1; j < rows; j++) pairs[at++] = ((square[i * rows + j] as number) + (square[j * rows + i] as number)) / (2 * rows);
  }
  return pairs;
}

/** Squared distances of point `own` in place to the probabilities of equation 1, whose width is found by halving until the entropy is the wanted one. */
function toProbabilities(row: Float64Array, own: number, entropy: number): void {
  // Differences to the nearest give the same probabilities and never all vanish.
  row[own] = Number.POSITIVE_INFINITY;
  const nearest = row.reduce((least, value) => Math.min(least, value));
  row[own] = nearest;
  let mean = 0;
  for (let j = 0; j < row.length; j++) {
    row[j] = (row[j] as number) - nearest;
    mean += (row[j] as number) / row.length;
  }
  let [sharpness, low, high] = [1 / (mean || 1), 0, Number.POSITIVE_INFINITY];
  let sum = 0;
  for (let halving = 0; halving < MOST_HALVINGS; halving++) {
    // The point itself counts once, with difference 0.
    sum = -1;
    let weighted = 0;
    for (let j = 0; j < row.length; j++) {
      const difference = row[j] as number;
      const weight = Math.exp(-difference * sharpness);
      sum += weight;
      weighted += difference * weight;
    }
    const excess = Math.log(sum) + (sharpness * weighted) / sum - entropy;
    if (Math.abs(excess) < CLOSE_ENTROPY) break;
    if (excess > 0) low = sharpness;
    else high = sharpness;
    sharpness = high === Number.POSITIVE_INFINITY ? low * 2 : (low + high) / 2;
  }
  for (let j = 0; j < row.length; j++) row[j] = Math.exp(-(row[j] as number) * sharpness) / sum;
  row[own] = 0;
}

function startingMap(points: Float32Array, columns: number, rows: number): Plane {
  const { places, variances } = principalComponents(points, columns, Math.min(2, columns));
  const scale = START / (Math.sqrt(variances[0] as number) || 1);
  const noise = stream(0, 't-sne').normals(2 * rows);
  const axis = (c: number) => {
    const along = (row: number) => (c < variances.length ? (places[row * variances.length + c] as number) : 0);
    return Float64Array.from({ length: rows }, (_, row) => along(row) * scale + (noise[c * rows + row] as number) * NOISE);
  };
  return { x: axis(0), y: axis(1) };
}

/** One step of gradient descent on the map: equation 5, with momentum and a gain for each coordinate (section 3.4). */
function descent({ x, y }: Plane, affinities: Float64Array, rate: number): (exaggeration: number, momentum: number) => void {
  const n = x.length;
  const fresh = () => ({ pull: new Float64Array(n), push: new Float64Array(n), speed: new Float64Array(n), gain: new Float64Array(n).fill(1) });
  const [h, v] = [fresh(), fresh()];

  return (exaggeration, momentum) => {
    const sum = forces();
    for (const [axis, { pull, push, speed, gain }] of [[x, h] as const, [y, v] as const]) {
      let mean = 0;
      for (let i = 0; i < n; i++) {
        const slope = 4 * (exaggeration * (pull[i] as number) - (push[i] as number) / sum);
        const before = speed[i] as number;
        const factor = Math.sign(slope) === Math.sign(before) ? Math.max(0.01, (gain[i] as number) * 0.8) : (gain[i] as number) + 0.2;
        gain[i] = factor;
        speed[i] = momentum * before - rate * factor * slope;
        axis[i] = (axis[i] as number) + (speed[i] as number);
        mean += (axis[i] as number) / n;
      }
      for (let i = 0; i < n; i++) axis[i] = (axis[i] as number) - mean;
    }
  };

  /** What draws each point to its neighbours, and what drives it from all others, times the returned sum over all pairs. */
  function forces(): number {
    const [pullX, pullY, pushX, pushY] = [h.pull, v.pull, h.push, v.push];
    for (const force of [pullX, pullY, pushX, pushY]) force.fill(0);
    // One declaration for each: numbers that begin in a list stay slow.
    let sum = 0;
    let at = 0;
    for (let i = 0; i < n; i++) {
      const xi = x[i] as number;
      const yi = y[i] as number;
      let drawnX = 0;
      let drawnY = 0;
      let drivenX = 0;
      let drivenY = 0;
      for (let j = i + 1; j < n; j++) {
        const dx = xi - (x[j] as number);
        const dy = yi - (y[j] as number);
        const near = 1 / (1 + dx * dx + dy * dy);
        const drawn = (affinities[at++] as number) * near;
        const driven = near * near;
        sum += near;
        drawnX += drawn * dx;
        drawnY += drawn * dy;
        drivenX += driven * dx;
        drivenY += driven * dy;
        pullX[j] = (pullX[j] as number) - drawn * dx;
        pullY[j] = (pullY[j] as number) - drawn * dy;
        pushX[j] = (pushX[j] as number) - driven * dx;
        pushY[j] = (pushY[j] as number) - driven * dy;
      }
      pullX[i] = (pullX[i] as number) + drawnX;
      pullY[i] = (pullY[i] as number) + drawnY;
      pushX[i] = (pushX[i] as number) + drivenX;
      pushY[i] = (pushY[i] as number) + drivenY;
    }
    return 2 * sum;
  }
}

/** `sum_ij p_ij ln (p_ij / q_ij)`, equation 2 over joint probabilities. */
function divergence({ x, y }: Plane, affinities: Float64Array): number {
  let [cost, sum, at] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = i + 1; j < x.length; j++) {
      const p = affinities[at++] as number;
      const apart = 1 + ((x[i] as number) - (x[j] as number)) ** 2 + ((y[i] as number) - (y[j] as number)) ** 2;
      sum += 2 / apart;
      if (p > 0) cost += 2 * p * Math.log(p * apart);
    }
  }
  return cost + Math.log(sum);
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) fail('aborted', 't-SNE was stopped before its map was done.');
}
