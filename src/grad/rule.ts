// What a gradient rule is. The families in rules/ hold them; backward.ts alone calls them.
import type { Builder } from '../graph/builder.ts';
import type { Expand } from '../graph/expand/expansion.ts';
import type { Node, Value } from '../graph/graph.ts';
import type { OpName, OpTable } from '../graph/schema/index.ts';
import type { AttrsOf, OpSchema } from '../graph/schema/schema.ts';

/**
 * What a rule may look at. All shapes are concrete: the graph was specialised before.
 * `A` is the record of attributes, defaults filled in.
 */
export interface RuleContext<A> {
  /** Emits nodes behind the forward graph. */
  readonly g: Builder;
  readonly node: Node;
  readonly attrs: A;
  /** The node's inputs, in ONNX's order; indexing a left-out optional input throws, `has` tells. */
  readonly x: Several;
  has(i: number): boolean;
  /** The node's outputs, in ONNX's order. */
  readonly y: Several;
  /** Gradient of the first output. When only others carry a gradient it is zero. */
  readonly dy: Value;
  /** Gradient of each output; `undefined` where none flows. */
  readonly dys: readonly (Value | undefined)[];
  /** Sizes of a value. */
  shape(value: Value): readonly number[];
  /** Numbers of a constant input. @throws GraftError `unsupported-gradient` when input `i` is not constant. */
  constant(i: number): readonly number[];
}

/** A list whose first entries can be destructured without a check; reading a left-out one throws. */
export type Several = readonly [Value, Value, Value, Value, Value, ...Value[]];

/**
 * Emits the gradient of each input, in ONNX's order; `undefined` or a missing entry where there is none.
 * A rule does not sum broadcasts back, cast, accumulate or ask what is needed: backward.ts does.
 * So a gradient may have the broadcast shape of the output.
 */
export type Rule<A = never> = (context: RuleContext<A>) => readonly (Value | undefined)[];

/** The op's outputs do not change with its inputs where the derivative exists: comparisons, Sign, Shape. */
export const ZERO = { zero: true } as const;

/** The op has a gradient that Graft does not give, and why. */
export interface Unsupported {
  readonly unsupported: string;
}
export function unsupported(why: string): Unsupported {
  return { unsupported: why };
}

/** The op stands for simpler nodes, and its gradient is theirs. */
export interface Expanded {
  readonly expand: Expand;
}
export function expanded(expand: Expand): Expanded {
  return { expand };
}

export type RuleEntry = Rule | typeof ZERO | Unsupported | Expanded;

/** Types a rule's attributes by the op's schema: `rule<'Softmax'>(({ attrs }) => ...)`. */
export function rule<K extends OpName>(body: Rule<OpTable[K] extends OpSchema<infer A> ? AttrsOf<A> : never>): RuleEntry {
  return body as Rule;
}
