// What a picture looks like -> its mirror image and parts of it, which copies may show. Called by the search for near copies.
import type { Looks } from './looks.ts';
import type { Hash } from './near-hashes.ts';
import { alongRows, greyOf, hashesOf, wavesOf } from './perceptual-hash.ts';
import { SIDE } from './thumbnail.ts';

/** What is cut off a picture on the left, on the right, above and below, in parts of its sides. */
type Cuts = readonly [left: number, right: number, top: number, bottom: number];

/** A part of a picture, or of its mirror image. */
export interface View {
  readonly mirrored: boolean;
  readonly cuts: Cuts;
}

/** What is cut off at an edge: no cut of up to a tenth is further than 0.03 from one. */
const CUTS = [0.025, 0.08];
const SPANS = CUTS.flatMap((before) => CUTS.map((after) => ({ before, after, waves: wavesOf([before, 1 - after]) })));
const WHOLE = wavesOf([0, 1]);
/** The most that is cut off where edges are moved, and the least that they are moved by. */
const MOST_CUT = 0.12;
const FINEST = 0.005;
/** Parts that differ more than this before their edges are moved, and after, are of different pictures. */
const [FAR, NEAR] = [0.6, 0.4];
/** So do the contrasts of red, green and blue where the colours are others. */
const OTHER_COLOURS = 0.2;
/** Levels between neighbouring cells that count as a clear edge. */
const CLEAR_EDGE = 12;

/** Calls `visit` with each view but the whole picture as it is, and its hash: 33 views. */
export function eachView({ small }: Looks, visit: (hash: Hash, view: View) => void): void {
  const grey = greyOf(small);
  visit(hashesOf(alongRows(grey, WHOLE), WHOLE).mirrored, { mirrored: true, cuts: [0, 0, 0, 0] });
  for (const columns of SPANS) {
    const along = alongRows(grey, columns.waves);
    for (const rows of SPANS) {
      const { plain, mirrored } = hashesOf(along, rows.waves);
      visit(plain, { mirrored: false, cuts: [columns.before, columns.after, rows.before, rows.after] });
      // The first edge of a mirror image is the last of the picture.
      visit(mirrored, { mirrored: true, cuts: [columns.after, columns.before, rows.before, rows.after] });
    }
  }
}

/**
 * By how much a view of a picture differs from another picture, with the view's edges moved to where that is least: first by the brightness of 8 x 8 cells, then by
 * the edges between 16 x 16, so that things on a white ground are told apart by what is in them, not by their outlines alone.
 * @returns sqrt(2 - 2 r) with r the cosine of the edges in both: 0 where they show the same; nothing where the view is far from the other picture.
 */
export function viewDifference({ grey, inner }: Looks, { mirrored, cuts }: View, other: Looks): number | undefined {
  if (apart(inner, other.inner) > OTHER_COLOURS) return undefined;
  const shown = mirrored ? mirror(grey) : grey;
  const aim = centred(cellsIn(other.grey, [0, 0, 0, 0], 8));
  const brightness = (at: Cuts) => apart(centred(cellsIn(shown, at, 8)), aim);
  if (brightness(cuts) > FAR) return undefined;
  const near = nearest(brightness, cuts, [0.02, 0.01]);
  if (near.least > NEAR) return undefined;
  const finer = edgesOf(cellsIn(other.grey, [0, 0, 0, 0], 16));
  return nearest((at) => apart(edgesOf(cellsIn(shown, at, 16)), finer), near.cuts, [0.01, FINEST]).least;
}

/** Moves one edge after the other, in smaller and smaller steps, while that brings less. */
function nearest(measure: (cuts: Cuts) => number, start: Cuts, steps: readonly number[]): { readonly cuts: Cuts; readonly least: number } {
  let cuts = start;
  let least = measure(cuts);
  for (const step of steps) {
    for (let better = true; better; ) {
      better = false;
      for (const edge of cuts.keys()) {
        for (const move of [-step, step]) {
          const moved = cuts.with(edge, Math.min(MOST_CUT, Math.max(0, (cuts[edge] as number) + move))) as unknown as Cuts;
          const own = measure(moved);
          if (own < least) [least, cuts, better] = [own, moved, true];
        }
      }
    }
  }
  return { cuts, least };
}

/** The mean levels in `count` x `count` cells of what is left of `[SIDE, SIDE]`. */
function cellsIn(grey: Uint8Array, [left, right, top, bottom]: Cuts, count: number): Float64Array {
  const [across, down] = [cellsAlong(left, right, count), cellsAlong(top, bottom, count)];
  const narrow = new Float64Array(SIDE * count);
  for (let y = 0; y < SIDE; y++) {
    for (let cell = 0; cell < count; cell++) {
      let sum = 0;
      for (let k = 0, x = across.starts[cell] as number; k < across.taps; k++, x++)
        sum += (across.weights[cell * across.taps + k] as number) * (grey[y * SIDE + x] as number);
      narrow[y * count + cell] = sum;
    }
  }
  const cells = new Float64Array(count * count);
  for (let cell = 0; cell < count; cell++) {
    for (let k = 0, y = down.starts[cell] as number; k < down.taps; k++, y++) {
      const weight = down.weights[cell * down.taps + k] as number;
      for (let x = 0; x < count; x++) cells[cell * count + x] = (cells[cell * count + x] as number) + weight * (narrow[y * count + x] as number);
    }
  }
  return cells;
}

/** Which pixels of an axis the cells of a part of it cover, and how much of each cell is of each pixel: `taps` for each. */
interface AxisCells {
  readonly starts: Int32Array;
  readonly taps: number;
  readonly weights: Float64Array;
}

const known = new Map<number, AxisCells>();

function cellsAlong(before: number, after: number, count: number): AxisCells {
  const [first, last] = [Math.round(before / FINEST), Math.round(after / FINEST)];
  const key = (first * 2 ** 8 + last) * 2 ** 8 + count;
  const found = known.get(key);
  if (found) return found;
  const from = first * FINEST * SIDE;
  const width = (SIDE - from - last * FINEST * SIDE) / count;
  const taps = Math.ceil(width) + 1;
  const starts = Int32Array.from({ length: count }, (_, cell) => Math.min(SIDE - taps, Math.floor(from + cell * width)));
  const weights = Float64Array.from({ length: count * taps }, (_, i) => {
    const cell = Math.floor(i / taps);
    const [start, pixel] = [from + cell * width, (starts[cell] as number) + (i % taps)];
    return Math.max(0, Math.min(start + width, pixel + 1) - Math.max(start, pixel)) / width;
  });
  const cells = { starts, taps, weights };
  known.set(key, cells);
  return cells;
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** The differences of neighbours along rows and columns, from -1 to 1; without the outermost cells, into which a frame may reach. */
function edgesOf(cells: Float64Array): Float64Array {
  const side = Math.sqrt(cells.length);
  const edges = new Float64Array(2 * (side - 3) ** 2);
  let at = 0;
  for (let y = 1; y < side - 2; y++) {
    for (let x = 1; x < side - 2; x++) {
      const own = cells[y * side + x] as number;
      for (const next of [y * side + x + 1, (y + 1) * side + x]) {
        const step = (cells[next] as number) - own;
        edges[at++] = step / Math.sqrt(step * step + CLEAR_EDGE * CLEAR_EDGE);
      }
    }
  }
  return edges;
}

/** sqrt(2 - 2 r), with r the cosine of two lists. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [products, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    products += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return Math.sqrt(Math.max(0, 2 - (2 * products) / (Math.sqrt(squaresA * squaresB) || 1)));
}

function mirror(grey: Uint8Array): Uint8Array {
  const mirrored = grey.slice();
  for (let y = 0; y < SIDE; y++) mirrored.subarray(y * SIDE, (y + 1) * SIDE).reverse();
  return mirrored;
}
