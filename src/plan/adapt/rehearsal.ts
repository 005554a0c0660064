// A rehearsal of the adaptation on the source alone, where all labels are known: those of its rows that are least like the target are adapted to those that are
// most like it. Tells which methods and which validators suit the data. Called by the plan of adaptation.
import { fail } from '../../core/errors.ts';
import { stream } from '../../core/rng.ts';
import type { Tensor } from '../../core/tensor.ts';
import { clustersOf } from '../../methods/domains/pieces/clusters.ts';
import type { Domains, LabelledRows } from '../../methods/domains/pieces/domain-method.ts';
import { takeLabelled } from '../../methods/domains/pieces/known.ts';
import { domainOdds } from '../../methods/domains/pieces/mismatch.ts';
import { type Neighbours, nearestRows } from '../../methods/domains/pieces/neighbours.ts';
import { unitRows } from '../../methods/domains/pieces/products.ts';
import type { ValidatorRows } from '../../methods/domains/pieces/validators.ts';
import { densityRatios } from '../../score/label-free/importance-weighted.ts';

/** Rows of the source by how like the target they are: each class has as many on both sides. */
export interface Halves {
  readonly unlike: Int32Array;
  readonly like: Int32Array;
}

/** One half of the source as a target whose labels are known. */
export interface Rehearsal {
  readonly domains: Domains;
  readonly labels: Int32Array;
  readonly neighbours: () => Promise<Neighbours>;
}

/** Nearest rows that methods and validators may ask for. */
export const NEIGHBOURS = 20;

/** Rows of the target below which nothing can be said of how they lie. */
const FEWEST = 5;

/** @param what whose rows they are, to begin the message with, and how they are called there. */
export function requireEnough(what: string, rows: number, called = 'examples'): void {
  if (rows < FEWEST) fail('invalid-data', `${what} has ${rows} ${called}; adaptation looks at how they lie to each other: give ${FEWEST} or more.`);
}

/** @param source `[N, D]`; @param target `[M, D]`, in the same units. */
export async function halvesOf(
  source: Tensor<'float32'>,
  labels: Int32Array,
  classes: number,
  target: Tensor<'float32'>,
  signal: AbortSignal | undefined,
): Promise<Halves> {
  const [odds] = await domainOdds(source, target, signal);
  const [unlike, like]: [number[], number[]] = [[], []];
  for (let c = 0; c < classes; c++) {
    const own = Array.from(labels.keys()).filter((row) => labels[row] === c);
    own.sort((a, b) => (odds[a] as number) - (odds[b] as number) || a - b);
    const half = Math.ceil(own.length / 2);
    unlike.push(...own.slice(0, half));
    like.push(...own.slice(half));
  }
  // With one row of each class there is nothing to divide.
  return { unlike: Int32Array.from(unlike), like: Int32Array.from(like.length > 0 ? like : unlike) };
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
