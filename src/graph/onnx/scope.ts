// What the names of a file mean where a node stands: values, opsets, attributes of the call. One scope for the graph, one for each branch of an If and
// each call of a function. Made and asked by the reader of nodes.
import { fail } from '../../core/errors.ts';
import type { Graph, Value } from '../graph.ts';
import type { AttributeProto } from './onnx_pb.ts';

/** A sequence of tensors of known length. */
export interface Sequence {
  readonly items: readonly Value[];
}

/** The names that a list of nodes sees. */
export interface Scope {
  /** What a name means; `null` is an input that a call left out, a string says why there is no value. */
  readonly values: Map<string, Value | Sequence | string | null>;
  /** Opset by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  /** Attributes that a function was called with, which its nodes may refer to. */
  readonly attributes: ReadonlyMap<string, AttributeProto>;
  /** Put before the names of what is made here; `''` outside functions. */
  readonly prefix: string;
  /** Names of the results that a call or branch gives to its surroundings, where these have another. */
  readonly given: ReadonlyMap<string, string>;
  /** How many functions and branches are around. */
  readonly depth: number;
  /** The scope around a branch, whose values it sees. */
  readonly outer?: Scope;
}

/** Functions and branches may lie within each other this deep. */
const MOST_DEPTH = 64;

/** A scope within `outer`. @throws GraftError `invalid-model` when they lie too deep within each other, as where a function calls itself. */
export function within(outer: Scope, place: string, changes: Partial<Scope>): Scope {
  const { opsets, attributes, prefix, depth } = outer;
  if (depth >= MOST_DEPTH) {
    fail('invalid-model', `${place}: functions and branches lie more than ${MOST_DEPTH} deep within each other. Does a function call itself?`);
  }
  return { values: new Map(), opsets, attributes, prefix, given: new Map(), depth: depth + 1, ...changes };
}

/** The value called `name`; `undefined` where a call left it out. @throws GraftError `invalid-model` when there is none. */
export function inputNamed(scope: Scope, name: string, place: string): Value | undefined {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const found = at.values.get(name);
    if (typeof found === 'string') return fail('unsupported-op', `${place} uses \`${name}\`, ${found}`);
    if (found && 'items' in found) {
      return fail(
        'unsupported-op',
        `${place} uses \`${name}\`, a sequence of tensors; Graft follows those to SequenceAt and ConcatFromSequence only.`,
      );
    }
    if (found !== undefined) return found ?? undefined;
  }
  return undefinedName(name, place);
}

/** The sequence called `name`. @throws GraftError `unsupported-op` when its items are not known. */
export function sequenceNamed(scope: Scope, name: string, place: string): readonly Value[] {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const found = at.values.get(name);
    if (found === undefined) continue;
    if (found && typeof found === 'object' && 'items' in found) return found.items;
    return fail('unsupported-op', `${place}: \`${name}\` is no sequence whose items are known.`);
  }
  return undefinedName(name, place);
}

function undefinedName(name: string, place: string): never {
  return fail(
    'invalid-model',
    `${place} uses \`${name}\`, which nothing before it defines. Nodes must be in topological order, which a graph with a cycle has none of.`,
  );
}

/** The value called `name`. @throws GraftError `invalid-model` when there is none. */
export function valueNamed(scope: Scope, name: string, place: string): Value {
  return inputNamed(scope, name, place) ?? fail('invalid-model', `${place} uses \`${name}\`, which the call of the function leaves out.`);
}

/** Gives `name` its meaning. @throws GraftError `invalid-model` when it has one. */
export function define(scope: Scope, name: string, value: Value | Sequence | string | null, place: string): void {
  if (scope.values.has(name)) fail('invalid-model', `${place} defines \`${name}\`, which is defined already. Names of values are unique.`);
  scope.values.set(name, value);
}

/** What the graph calls the value that is `name` here, given what it calls others. */
export function graphName(scope: Scope, name: string, g: Graph): string {
  const own = scope.given.get(name) ?? scope.prefix + name;
  return g.values.has(own) ? g.fresh(own) : own;
}
