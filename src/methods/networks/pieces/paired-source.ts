// Batches of two domains: for each labelled row of the source one of the target, without a label, beside it. Read by `fit` when it trains a paired model.
import { fail } from '../../../core/errors.ts';
import { stream } from '../../../core/rng.ts';
import { tensorOf } from '../../../core/tensor.ts';
import type { ExampleSource, Pass } from '../../../data/dataset.ts';
import type { Model } from '../../../nn/model.ts';
import { inputsOf } from '../../../nn/sizes.ts';
import { firstBad } from '../../../train/bad-value.ts';
import { targetInput } from './paired-model.ts';

/** Name of the input that takes the share of training that is done, `[1]`. */
export const PROGRESS = 'progress';

/**
 * As long as the source. The target's rows come in random orders without end, all of them once before any comes again: source row i of epoch e is joined by
 * number `e * length + i` of that row of orders, so what a batch holds follows from the seed, the epoch and its rows alone.
 * @param network takes the inputs of a target row.
 * @param paired takes both; and, where it has an input for it, the share of training that is done.
 * @throws GraftError `invalid-data`, on reading, for a target row that holds NaN or infinity.
 */
export function pairedSource(source: ExampleSource, target: ExampleSource, network: Model, paired: Model, seed: number): ExampleSource {
  const asked = paired.extras?.some(({ name }) => name === PROGRESS);
  const rowAt = endless(target.length, seed);
  const partners = (indices: ArrayLike<number>, pass?: Pass) => Int32Array.from(indices, (i) => rowAt((pass?.epoch ?? 0) * source.length + i));
  return {
    ...source,
    varies: true,
    gather: async (indices, pass) => {
      const rows = partners(indices, pass);
      const [own, others] = await Promise.all([source.gather(indices, pass), target.gather(rows, pass)]);
      const bad = firstBad(others);
      if (bad) fail('invalid-data', `\`${target.name}\`: ${bad.what} in example ${rows[bad.example]}. Repair or leave out that example.`);
      const theirs = inputsOf(network, others).map(([{ name }, given]) => [targetInput(name), given] as const);
      const done = asked && { [PROGRESS]: tensorOf('float32', [pass?.progress ?? 0], [1]) };
      return { ...own, extras: { ...own.extras, ...Object.fromEntries(theirs), ...done } };
    },
    prefetch: (indices, pass) => {
      source.prefetch?.(indices, pass);
      target.prefetch?.(partners(indices, pass), pass);
    },
  };
}

/** Orders kept at a time: a batch may reach into several where the target is small. */
const KEPT = 64;

function endless(length: number, seed: number): (place: number) => number {
  const orders = new Map<number, Int32Array>();
  return (place) => {
    const cycle = Math.floor(place / length);
    const known = orders.get(cycle);
    const order = known ?? stream(seed, 'target order', cycle).permutation(length);
    if (!known) {
      if (orders.size >= KEPT) orders.delete(orders.keys().next().value as number);
      orders.set(cycle, order);
    }
    return order[place % length] as number;
  };
}
