// Named tensors as views into one contiguous array, so that updates, norms and checkpoints are single loops. Held by the engine.
import { fail } from '../core/errors.ts';
import { jointArrays } from '../core/kernel/kernel.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';

export interface Slot {
  readonly id: string;
  readonly dims: readonly number[];
}

/** The places of named tensors in a flat array: `from` (inclusive) to `to` (exclusive). */
export interface Place extends Slot {
  readonly from: number;
  readonly to: number;
}

/** Lays tensors out one after another, in the order given. */
export function layOut(slots: readonly Slot[]): readonly Place[] {
  let from = 0;
  return slots.map(({ id, dims }) => {
    const place = { id, dims, from, to: from + sizeOf(dims) };
    from = place.to;
    return place;
  });
}

/** A flat array with the layout's length, and the view of each tensor in it. */
export class FlatStore {
  readonly places: readonly Place[];
  readonly values: Float32Array<ArrayBuffer>;
  readonly #views: ReadonlyMap<string, Tensor<'float32'>>;

  constructor(places: readonly Place[], values = new Float32Array(lengthOf(places))) {
    this.places = places;
    this.values = values;
    this.#views = new Map(places.map(({ id, dims, from, to }) => [id, tensor('float32', dims, this.values.subarray(from, to))]));
  }

  /** `count` stores of one layout, filled with zeros, in memory that optimisers work on in place. */
  static joint(places: readonly Place[], count: number): FlatStore[] {
    return jointArrays(count, lengthOf(places)).map((values) => new FlatStore(places, values));
  }

  /** The tensor called `id`, sharing this store's memory. */
  view(id: string): Tensor<'float32'> {
    return this.#views.get(id) ?? fail('internal', `The store holds no tensor \`${id}\`.`);
  }
}

function lengthOf(places: readonly Place[]): number {
  return places.at(-1)?.to ?? 0;
}
