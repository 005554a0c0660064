// What a lowering is: for each composite op, the nodes that compute it on one kind of device. The folders beside this file hold them.
import type { Expand } from '../graph/expand/expansion.ts';
import type { Node, Value } from '../graph/graph.ts';
import type { RewriteContext } from '../graph/rewrite.ts';
import type { graftOps, OpName, OpTable } from '../graph/schema/index.ts';
import type { AttrsOf, OpSchema } from '../graph/schema/schema.ts';

/** What a lowering may look at; like a rewrite, with the attributes' defaults filled in. */
export interface LowerContext<A> extends RewriteContext {
  readonly attrs: A;
  /** The node's inputs in the new graph; a left-out optional one is `undefined` at run time. */
  readonly x: readonly [Value, Value, Value, Value, ...Value[]];
  shape(value: Value): readonly number[];
  /** Nodes of the old graph that read the node's first input, itself among them. */
  readonly siblings: readonly Node[];
  /** Whether the graph gives the node's output `i`. */
  isResult(i: number): boolean;
  /** Values that several lowered nodes of one graph share, by a key of their own. */
  readonly shared: Map<string, Value>;
}

/** The values of a node's outputs; `undefined` leaves a standard op as it is. */
export type Lower<A = never> = (context: LowerContext<A>) => readonly Value[] | undefined;

/** How one kind of device computes each composite op, and those standard ones that it computes otherwise next to their gradient. */
export type Lowering = Readonly<Record<keyof typeof graftOps, Lower> & Partial<Record<OpName, Lower>>>;

/** Types a lowering's attributes by the op's schema. */
export function lowerOp<K extends OpName>(body: Lower<OpTable[K] extends OpSchema<infer A> ? AttrsOf<A> : never>): Lower {
  return body as Lower;
}

/** The lowering of an op that is computed as what it stands for. */
export function byExpansion(expand: Expand): Lower {
  return ((context) => expand({ ...context, constant: () => [] } as never)) as Lower;
}
