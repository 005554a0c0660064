// Batches of two domains: for each labelled row of the source one of the target, without a label, beside it. Read by `fit` when it trains a paired model.
import { fail } from '../../../core/errors.ts';
import { stream } from '../../../core/rng.ts';
import { tensorOf } from '../../../core/tensor.ts';
import type { ExampleSource, Pass } from '../../../data/dataset.ts';
import type { Value } from '../../../graph/graph.ts';
import type { Model } from '../../../nn/model.ts';
import { inputsOf } from '../../../nn/sizes.ts';
import { firstBad } from '../../../train/bad-value.ts';
import { spacing, TARGET_ROWS } from './known-labels.ts';
import type { NetworkDomains } from './network-method.ts';
import { inputAsItIs, targetInput } from './paired-model.ts';

/** Name of the input that takes the share of training that is done, `[1]`. */
export const PROGRESS = 'progress';

/** The model with that input, as a value of its graph. */
export function withProgress(model: Model): { readonly model: Model; readonly progress: Value } {
  const progress = model.graph.input(PROGRESS, 'float32', [1]);
  return { model: { ...model, extras: [...(model.extras ?? []), progress] }, progress };
}

/** How {@link pairedSource} pairs. */
export interface Pairing {
  readonly seed: number;
  /** Names of the inputs that take the target's rows, by those of the network's own. */
  readonly named?: (name: string) => string;
}

/**
 * As long as the source. The target's rows come in random orders without end, all of them once before any comes again: source row i of epoch e is joined by
 * number `e * length + i` of that row of orders, so what a batch holds follows from the seed, the epoch and its rows alone. Where labels of some are known, these
 * rows have an order of their own, and come more often.
 * Where the target's rows vary by chance, they do in each batch anew: a small target comes several times for each epoch of the source.
 * @param network takes the inputs of a target row.
 * @param paired takes both; and, where it has inputs for it, the target's rows as they are, which rows they are, and the share of training that is done.
 * @throws GraftError `invalid-data`, on reading, for a target row that holds NaN or infinity.
 */
export function pairedSource(
  { source, target, known }: Pick<NetworkDomains, 'source' | 'target' | 'known'>,
  network: Model,
  paired: Model,
  { seed, named = targetInput }: Pairing,
): ExampleSource {
  const asked = (name: string) => paired.extras?.some((value) => value.name === name);
  const rowAt = targetOrder(target.length, known?.rows, seed);
  const partners = (indices: ArrayLike<number>, pass?: Pass) => Int32Array.from(indices, (i) => rowAt((pass?.epoch ?? 0) * source.length + i));
  const chance = (indices: ArrayLike<number>, pass?: Pass) =>
    pass && target.varies ? { ...pass, epoch: pass.epoch * source.length + (indices[0] as number) } : pass;
  const bothAsked = asked(inputAsItIs(network.input.name));
  const read = async (rows: Int32Array, pass: Pass | undefined, as: (name: string) => string) => {
    const examples = await target.gather(rows, pass);
    const bad = firstBad(examples);
    if (bad) fail('invalid-data', `\`${target.name}\`: ${bad.what} in example ${rows[bad.example]}. Repair or leave out that example.`);
    return Object.fromEntries(inputsOf(network, examples).map(([{ name }, given]) => [as(name), given] as const));
  };
  return {
    ...source,
    varies: true,
    gather: async (indices, pass) => {
      const rows = partners(indices, pass);
      const [own, changed, plain] = await Promise.all([
        source.gather(indices, pass),
        read(rows, chance(indices, pass), named),
        bothAsked ? read(rows, undefined, inputAsItIs) : {},
      ]);
      const done = asked(PROGRESS) && { [PROGRESS]: tensorOf('float32', [pass?.progress ?? 0], [1]) };
      const which = asked(TARGET_ROWS) && { [TARGET_ROWS]: tensorOf('int64', Array.from(rows)) };
      return { ...own, extras: { ...own.extras, ...changed, ...plain, ...done, ...which } };
    },
    prefetch: (indices, pass) => {
      source.prefetch?.(indices, pass);
      const rows = partners(indices, pass);
      target.prefetch?.(rows, chance(indices, pass));
      if (bothAsked) target.prefetch?.(rows);
    },
  };
}

/** Which row of the target comes at a place. */
function targetOrder(length: number, known: Int32Array | undefined, seed: number): (place: number) => number {
  if (!known) return endless(length, seed, 'target order');
  const labelled = new Set(known);
  const others = Int32Array.from({ length }, (_, row) => row).filter((row) => !labelled.has(row));
  const every = spacing(known.length, length);
  const [first, rest] = [endless(known.length, seed, 'known order'), endless(others.length, seed, 'target order')];
  const rowAt = (place: number) => (place % every === 0 ? known[first(place / every)] : others[rest(place - Math.ceil(place / every))]);
  return (place) => rowAt(place) as number;
}

/** Orders kept at a time: a batch may reach into several where the target is small. */
const KEPT = 64;

function endless(length: number, seed: number, name: string): (place: number) => number {
  const orders = new Map<number, Int32Array>();
  return (place) => {
    const cycle = Math.floor(place / length);
    const known = orders.get(cycle);
    const order = known ?? stream(seed, name, cycle).permutation(length);
    if (!known) {
      if (orders.size >= KEPT) orders.delete(orders.keys().next().value as number);
      orders.set(cycle, order);
    }
    return order[place % length] as number;
  };
}
