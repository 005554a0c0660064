// A rehearsal of the adaptation on the source alone, where all labels are known: those of its rows that are least like the target are adapted to those that are
// most like it. Tells which methods and which validators suit the data. Called by the plan of adaptation.
import { fail } from '../../core/errors.ts';
import { evenly } from '../../core/evenly.ts';
import { stream } from '../../core/rng.ts';
import type { Tensor } from '../../core/tensor.ts';
import { clustersOf } from '../../methods/domains/pieces/clusters.ts';
import type { Domains, LabelledRows } from '../../methods/domains/pieces/domain-method.ts';
import { takeLabelled } from '../../methods/domains/pieces/known.ts';
import { domainOdds } from '../../methods/domains/pieces/mismatch.ts';
import { type Neighbours, nearestRows } from '../../methods/domains/pieces/neighbours.ts';
import { unitRows } from '../../methods/domains/pieces/products.ts';
import type { SourceOdds } from '../../methods/domains/pieces/shift.ts';
import type { ValidatorRows } from '../../methods/domains/pieces/validators.ts';
import { densityRatios } from '../../score/label-free/importance-weighted.ts';

/** Rows of the source by how like the target they are: each class has as many on both sides, but where the classes are to be as frequent as in the target. */
export interface Halves {
  readonly unlike: Int32Array;
  readonly like: Int32Array;
  /** Whether the classes are as frequent as they seem to be in the target: that is the difference between the domains. */
  readonly shifted: boolean;
  /** Whether anything else tells the domains apart. */
  readonly apart: boolean;
}

/** One half of the source as a target whose labels are known. */
export interface Rehearsal {
  readonly domains: Domains;
  readonly labels: Int32Array;
  readonly neighbours: () => Promise<Neighbours>;
}

/** Nearest rows that methods and validators may ask for. */
export const NEIGHBOURS = 20;

/** Rows that a rehearsal's target must have left to be made as frequent as the target's classes. */
const FEWEST_LIKE = 20;

/** Rows of the target below which nothing can be said of how they lie. */
const FEWEST = 5;

/** @param what whose rows they are, to begin the message with, and how they are called there. */
export function requireEnough(what: string, rows: number, called = 'examples'): void {
  if (rows < FEWEST)
    fail(
      'invalid-data',
      `${what} has ${rows} ${rows === 1 ? called.replace(/s$/, '') : called}; adaptation looks at how they lie to each other: give ${FEWEST} or more.`,
    );
}

/** @param labels of the source's rows, each in 0..classes-1; @param odds and shares as `sourceOdds` has them. */
export function halvesOf(labels: Int32Array, classes: number, { odds, shares, apart }: SourceOdds): Halves {
  const unlike: number[] = [];
  const like: number[][] = [];
  for (let c = 0; c < classes; c++) {
    const own = Array.from(labels.keys()).filter((row) => labels[row] === c);
    own.sort((a, b) => (odds[a] as number) - (odds[b] as number) || a - b);
    const half = Math.ceil(own.length / 2);
    unlike.push(...own.slice(0, half));
    like.push(own.slice(half));
  }
  const frequent = shares && asFrequent(like, shares).flat();
  const target = frequent && frequent.length >= FEWEST_LIKE ? frequent : like.flat();
  // With one row of each class there is nothing to divide.
  return { unlike: Int32Array.from(unlike), like: Int32Array.from(target.length > 0 ? target : unlike), shifted: shares !== undefined, apart };
}

/** So many rows of each class that these are as frequent as the shares say, evenly taken: as many as there are of the one that is scarcest for its share. */
function asFrequent(like: readonly (readonly number[])[], shares: Float64Array): number[][] {
  const whole = Math.min(...like.flatMap((rows, c) => (rows.length > 0 ? [rows.length / (shares[c] as number)] : [])));
  return like.map((rows, c) => Array.from(evenly(rows.length, Math.round(whole * (shares[c] as number))), (place) => rows[place] as number));
}

export function rehearsalOf(source: LabelledRows, classes: number, { unlike, like }: Halves): Rehearsal {
  const { features: target, labels } = takeLabelled(source, like);
  let found: Promise<Neighbours> | undefined;
  return {
    domains: { source: takeLabelled(source, unlike), target, classes },
    labels,
    neighbours: () => (found ??= nearestRows(target, NEIGHBOURS)),
  };
}

/** How many times likelier each row of the rehearsal's target is in the target itself than there. @param target `[M, D]`, in the same units. */
export async function ratiosOf({ domains }: Rehearsal, target: Tensor<'float32'>, signal: AbortSignal | undefined): Promise<Float64Array> {
  const [odds] = await domainOdds(domains.target, target, signal);
  return densityRatios(odds, odds.length, target.dims[0] as number);
}

/** What validators look at of a target. @param target `[M, D]`. */
export async function validatorRowsOf(
  target: Tensor<'float32'>,
  classes: number,
  { rows: nearest }: Neighbours,
  seed: number,
): Promise<ValidatorRows> {
  const partners = stream(seed, 'partners').permutation(target.dims[0] as number);
  return { rows: unitRows(target), classes, nearest, clusters: await clustersOf(target, classes, seed), partners };
}
