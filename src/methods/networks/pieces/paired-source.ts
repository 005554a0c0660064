// Batches of two domains: for each labelled row of the source one of the target, without a label, beside it. Read by `fit` when it trains a paired model.
import { fail } from '../../../core/errors.ts';
import { stream } from '../../../core/rng.ts';
import { tensorOf } from '../../../core/tensor.ts';
import type { ExampleSource, Pass } from '../../../data/dataset.ts';
import type { Value } from '../../../graph/graph.ts';
import type { Model } from '../../../nn/model.ts';
import { inputsOf } from '../../../nn/sizes.ts';
import { firstBad } from '../../../train/bad-value.ts';
import { inputAsItIs, targetInput } from './paired-model.ts';

/** Name of the input that takes the share of training that is done, `[1]`. */
export const PROGRESS = 'progress';

/** The model with that input, as a value of its graph. */
export function withProgress(model: Model): { readonly model: Model; readonly progress: Value } {
  const progress = model.graph.input(PROGRESS, 'float32', [1]);
  return { model: { ...model, extras: [...(model.extras ?? []), progress] }, progress };
}

/**
 * As long as the source. The target's rows come in random orders without end, all of them once before any comes again: source row i of epoch e is joined by
 * number `e * length + i` of that row of orders, so what a batch holds follows from the seed, the epoch and its rows alone.
 * Where the target's rows vary by chance, they do in each batch anew: a small target comes several times for each epoch of the source.
 * @param network takes the inputs of a target row.
 * @param paired takes both; and, where it has inputs for it, the target's rows as they are, and the share of training that is done.
 * @throws GraftError `invalid-data`, on reading, for a target row that holds NaN or infinity.
 */
export function pairedSource(source: ExampleSource, target: ExampleSource, network: Model, paired: Model, seed: number): ExampleSource {
  const asked = (name: string) => paired.extras?.some((value) => value.name === name);
  const rowAt = endless(target.length, seed);
  const partners = (indices: ArrayLike<number>, pass?: Pass) => Int32Array.from(indices, (i) => rowAt((pass?.epoch ?? 0) * source.length + i));
  const chance = (indices: ArrayLike<number>, pass?: Pass) =>
    pass && target.varies ? { ...pass, epoch: pass.epoch * source.length + (indices[0] as number) } : pass;
  const bothAsked = asked(inputAsItIs(network.input.name));
  const read = async (rows: Int32Array, pass: Pass | undefined, named: (name: string) => string) => {
    const examples = await target.gather(rows, pass);
    const bad = firstBad(examples);
    if (bad) fail('invalid-data', `\`${target.name}\`: ${bad.what} in example ${rows[bad.example]}. Repair or leave out that example.`);
    return Object.fromEntries(inputsOf(network, examples).map(([{ name }, given]) => [named(name), given] as const));
  };
  return {
    ...source,
    varies: true,
    gather: async (indices, pass) => {
      const rows = partners(indices, pass);
      const [own, changed, plain] = await Promise.all([
        source.gather(indices, pass),
        read(rows, chance(indices, pass), targetInput),
        bothAsked ? read(rows, undefined, inputAsItIs) : {},
      ]);
      const done = asked(PROGRESS) && { [PROGRESS]: tensorOf('float32', [pass?.progress ?? 0], [1]) };
      return { ...own, extras: { ...own.extras, ...changed, ...plain, ...done } };
    },
    prefetch: (indices, pass) => {
      source.prefetch?.(indices, pass);
      const rows = partners(indices, pass);
      target.prefetch?.(rows, chance(indices, pass));
      if (bothAsked) target.prefetch?.(rows);
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
