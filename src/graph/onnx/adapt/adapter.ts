// What an adapter is: it puts nodes that Graft knows in place of one that a file has, of an older opset or another domain. The tables are in index.ts;
// the reader of nodes calls them.
import type { Tensor } from '../../../core/tensor.ts';
import type { Builder } from '../../builder.ts';
import type { Value } from '../../graph.ts';
import type { Attrs } from '../../types.ts';

/** A node of a file, as an adapter sees it. */
export interface FileNode {
  /** The graph that is being read; what an adapter makes besides the last node gets names below the file's node. */
  readonly g: Builder;
  readonly op: string;
  /** Opset of the node's domain. */
  readonly opset: number;
  /** Its inputs in the graph; `undefined` where one is left out. */
  readonly inputs: readonly (Value | undefined)[];
  /** As the file gives them; only attributes of Graft's schema are of the kind that it says. */
  readonly attrs: Attrs;
  /** How many outputs it declares. */
  readonly outputs: number;
  /** Whether quantised weights become floats. */
  readonly dequantise: boolean;
  /** Whether anything may use output `i`. */
  wanted(i: number): boolean;
  /** Input `i`. @throws GraftError when it is missing. */
  input(i: number): Value;
  /** Numbers of input `i`, where they are known. */
  numbers(i: number): readonly number[] | undefined;
  /** The attribute, or `fallback` where the file has none. @throws GraftError when it is of another kind. */
  int(name: string, fallback?: number): number;
  float(name: string, fallback?: number): number;
  string(name: string, fallback?: string): string;
  ints(name: string, fallback?: readonly number[]): readonly number[];
  floats(name: string, fallback?: readonly number[]): readonly number[];
  /** The outputs of a node that takes the place of the file's and gives its outputs their names; the first `outputs` of them. */
  emit(op: string, inputs: readonly (Value | undefined)[], attrs?: Attrs, outputs?: number): readonly (Value | undefined)[];
  /** Declares a tensor under the name of output 0, as if the file stored it there. */
  stored(data: Tensor): Value;
  /** Throws `unsupported-op`, naming op, node and opset. */
  refuse(message: string): never;
}

/** Values of the file's outputs, in order, the rest left out; or `undefined` to take the node as it stands. */
export type Adapter = (node: FileNode) => readonly (Value | undefined)[] | undefined;

/** Adapters of one domain by the exact name of the op. */
export type Adapters = Readonly<Record<string, Adapter>>;

/** The attributes but those named. */
export function without(attrs: Attrs, ...names: readonly string[]): Attrs {
  return Object.fromEntries(Object.entries(attrs).filter(([name]) => !names.includes(name)));
}

/** Refuses the op wherever it stands. */
export const refused =
  (why: string): Adapter =>
  (node) =>
    node.refuse(why);
