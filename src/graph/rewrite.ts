// Graph to graph: copy with changes, bind symbolic sizes, drop what nothing needs. Every pass and lowering is a `rewrite`.
import { fail } from '../core/errors.ts';
import { Builder } from './builder.ts';
import type { Graph, Node, Value } from './graph.ts';
import { schemaOf } from './schema/index.ts';
import type { Dim, Shape } from './types.ts';

export interface RewriteContext {
  /** The new graph. */
  readonly g: Builder;
  readonly node: Node;
  /** The node's inputs in the new graph. */
  readonly inputs: readonly (Value | undefined)[];
  /** Any value of the old graph that was already copied. */
  map(value: Value): Value;
}

/** Values of the new graph for the node's outputs, in order, those that nothing reads may be left out; or `undefined` to copy the node as it is. */
export type Replace = (context: RewriteContext) => readonly (Value | undefined)[] | undefined;

export interface RewriteOptions {
  /** Stand-in for a declared value (input, parameter ...); `undefined` copies it. */
  declare?: (g: Builder, value: Value) => Value | undefined;
  /** Whether to keep a node; the default keeps all. */
  keep?: (node: Node) => boolean;
  /** Whether to leave a declared value out; no node that is kept may use it. */
  drop?: (value: Value) => boolean;
}

/** A new graph, and where each value of the old one went. */
export interface Rewritten {
  readonly graph: Builder;
  /** The new graph's value for one of the old graph's. @throws GraftError when it was dropped. */
  map(value: Value): Value;
}

/** Applies passes one after another. */
export function inTurn(graph: Graph, passes: readonly ((graph: Graph) => Rewritten)[]): Rewritten {
  const done: Rewritten[] = [];
  for (const pass of passes) done.push(pass(done.at(-1)?.graph ?? graph));
  const last = done.at(-1) ?? fail('internal', 'No pass was given.');
  return { graph: last.graph, map: (value) => done.reduce((at, { map }) => map(at), value) };
}

/** Copies `graph` in order, letting `replace` put other nodes in place of any. Names are kept where nodes are copied. */
export function rewrite(graph: Graph, replace: Replace, options: RewriteOptions = {}): Rewritten {
  const g = new Builder(graph.name, graph.opsets);
  g.reserve(graph);
  for (const [key, value] of graph.metadata) g.metadata.set(key, value);
  const mapped = new Map<Value, Value>();
  const map = (value: Value): Value => mapped.get(value) ?? fail('internal', lost(value));

  for (const value of graph.values.values()) {
    if (value.kind === 'result' || options.drop?.(value)) continue;
    mapped.set(value, options.declare?.(g, value) ?? declare(g, value));
  }
  for (const node of graph.nodes) {
    if (options.keep && !options.keep(node)) continue;
    const inputs = node.inputs.map((value) => value && map(value));
    const replaced = replace({ g, node, inputs, map }) ?? copyNode(g, node, inputs).outputs;
    node.outputs.forEach((old, i) => {
      const given = replaced[i];
      if (old && given) mapped.set(old, given);
    });
  }
  for (const [name, value] of graph.outputs) g.output(name, map(value));
  return { graph: g, map };
}

function lost({ name, node }: Value): string {
  const origin = node ? ` The replacement of ${node.op} node \`${node.name}\` does not give it.` : '';
  return `\`${name}\` is not in the rewritten graph.${origin}`;
}

function declare(g: Builder, value: Value): Value {
  const { name, dtype, shape, data } = value;
  switch (value.kind) {
    case 'input':
      return g.input(name, dtype, shape);
    case 'random':
      return g.random(name, shape, value.random ?? fail('internal', `Random value \`${name}\` has no distribution.`));
    case 'parameter':
      return g.parameter(name, data ?? fail('internal', `Parameter \`${name}\` has no data.`), value.id);
    case 'buffer':
      return g.buffer(name, data ?? fail('internal', `Buffer \`${name}\` has no data.`), value.id);
    case 'constant':
      return g.constant(data ?? fail('internal', `Constant \`${name}\` has no data.`), name);
    case 'result':
      return fail('internal', `\`${name}\` is a result.`);
  }
}

/** Appends a copy of `node` to `g`, its outputs' types inferred anew. */
export function copyNode(g: Builder, node: Node, inputs: readonly (Value | undefined)[]): Node {
  return g.append(node.op, inputs, node.attrs, {
    domain: node.domain,
    name: node.name,
    outputs: node.outputs.map((value) => value?.name ?? ''),
    ...(node.attrTypes && { attrTypes: node.attrTypes }),
    ...(schemaOf(node.domain, node.op) === undefined && {
      types: node.outputs.map((value) => ({ dtype: value?.dtype ?? 'float32', shape: value?.shape ?? [] })),
    }),
  });
}

/** Binds symbolic sizes of the inputs: `specialise(graph, { N: 32 })`. All other shapes follow. */
export function specialise(graph: Graph, sizes: Readonly<Record<string, number>>): Rewritten {
  const bind = (shape: Shape): Dim[] => shape.map((dim) => (typeof dim === 'string' ? (sizes[dim] ?? dim) : dim));
  return rewrite(graph, () => undefined, {
    declare: (g, value) => {
      if (value.kind === 'input') return g.input(value.name, value.dtype, bind(value.shape));
      if (value.kind === 'random' && value.random) return g.random(value.name, bind(value.shape), value.random);
      return undefined;
    },
  });
}

/** Drops nodes and constants that no graph output needs. Inputs stay declared; parameters and buffers too, unless `state` is to go. */
export function prune(graph: Graph, { state = false }: { readonly state?: boolean } = {}): Rewritten {
  const needed = new Set<Value | undefined>(graph.outputs.values());
  for (const node of graph.nodes.toReversed()) {
    if (node.outputs.some((value) => needed.has(value) && value)) for (const value of node.inputs) needed.add(value);
  }
  return rewrite(graph, () => undefined, {
    keep: (node) => node.outputs.some((value) => value && needed.has(value)),
    drop: (value) => (value.kind === 'constant' || (state && (value.kind === 'parameter' || value.kind === 'buffer'))) && !needed.has(value),
  });
}
