// What an expansion is: an op as the simpler nodes it stands for. The files beside this one hold one op each. Gradients differentiate the expansion
// (grad/rules/), training steps put it in place of the op where that runs faster, lowerings where a device lacks the op's kernel (lower/).
import type { Builder } from '../builder.ts';
import type { Node, Value } from '../graph.ts';
import type { OpName, OpTable } from '../schema/index.ts';
import type { AttrsOf, OpSchema } from '../schema/schema.ts';

/** What an expansion may look at. All shapes are concrete. */
export interface ExpandContext<A> {
  readonly g: Builder;
  readonly node: Node;
  readonly attrs: A;
  /** The node's inputs; `undefined` where an optional one is left out. */
  readonly inputs: readonly (Value | undefined)[];
  shape(value: Value): readonly number[];
  /** Numbers of a constant input. @throws GraftError when input `i` is not constant. */
  constant(i: number): readonly number[];
}

/** Emits nodes that compute what the op does; returns the values of its outputs, `undefined` for those that it does not give. */
export type Expand<A = never> = (context: ExpandContext<A>) => readonly (Value | undefined)[];

/** Types an expansion's attributes by the op's schema. */
export function expansion<K extends OpName>(body: Expand<OpTable[K] extends OpSchema<infer A> ? AttrsOf<A> : never>): Expand {
  return body as Expand;
}
