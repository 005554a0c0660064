// What a lowering is: for each composite op, the nodes that compute it on one kind of device. The folders beside this file hold them.
import type { Value } from '../graph/graph.ts';
import type { RewriteContext } from '../graph/rewrite.ts';
import type { graftOps } from '../graph/schema/index.ts';
import type { AttrsOf, OpSchema } from '../graph/schema/schema.ts';

/** What a lowering may look at; like a rewrite, with the attributes' defaults filled in. */
export interface LowerContext<A> extends RewriteContext {
  readonly attrs: A;
  /** The node's inputs in the new graph; a left-out optional one is `undefined` at run time. */
  readonly x: readonly [Value, Value, Value, Value, ...Value[]];
  shape(value: Value): readonly number[];
  /** Values that several lowered nodes of one graph share, by a key of their own. */
  readonly shared: Map<string, Value>;
}

export type Lower<A = never> = (context: LowerContext<A>) => readonly Value[];

/** How one kind of device computes each composite op. */
export type Lowering = Readonly<Record<keyof typeof graftOps, Lower>>;

/** Types a lowering's attributes by the op's schema. */
export function lowerOp<K extends keyof typeof graftOps>(body: Lower<(typeof graftOps)[K] extends OpSchema<infer A> ? AttrsOf<A> : never>): Lower {
  return body as Lower;
}
