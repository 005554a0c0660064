// Activation checkpointing: the backward pass computes parts of the forward pass again instead of keeping what they gave (Chen et al. 2016).
// In: a graph with its gradient, before it is lowered. Called where a training step is built.
import { dtypes, isFloat } from '../core/dtype.ts';
import { sizeOf } from '../core/tensor.ts';
import type { Builder } from '../graph/builder.ts';
import type { Graph, Node, Value } from '../graph/graph.ts';
import { copyNode, type Rewritten, rewrite } from '../graph/rewrite.ts';
import { schemaOf } from '../graph/schema/index.ts';
import { cutsOf } from './cuts.ts';

/** Ops whose result lies in their input's memory. */
const VIEWS = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

/** Ops that would draw other numbers the second time. */
const DRAWN = new Set(['RandomNormal', 'RandomUniform', 'RandomNormalLike', 'RandomUniformLike', 'Bernoulli', 'Multinomial', 'Dropout']);

/** Values of less than this share of all that is kept are not worth computing again. */
const SMALL = 1 / 2048;

function bytesOf({ dtype, shape }: Value): number {
  return sizeOf(shape as readonly number[]) * dtypes[dtype].bytes;
}

/** What is known of a graph with its gradient before any of it is computed again. */
interface Survey {
  /** Nodes of the forward pass that depend on a step's inputs, in order. */
  readonly forward: readonly Node[];
  /** Where in `forward` a value is computed. */
  readonly places: ReadonlyMap<Value, number>;
  readonly gradient: readonly Node[];
}

function isForward({ outputs }: Node, forward: ReadonlySet<string>): boolean {
  return outputs.some((value) => value && forward.has(value.name));
}

function isFed({ kind }: Value): boolean {
  return kind === 'input' || kind === 'random';
}

function survey(graph: Graph, forward: ReadonlySet<string>): Survey {
  const places = new Map<Value, number>();
  const [first, gradient]: [Node[], Node[]] = [[], []];
  for (const node of graph.nodes) {
    if (!isForward(node, forward)) {
      gradient.push(node);
      continue;
    }
    const fed = node.inputs.some((value) => value && (isFed(value) || places.has(value)));
    if (!fed && !DRAWN.has(node.op)) continue;
    for (const value of node.outputs) if (value) places.set(value, first.length);
    first.push(node);
  }
  return { forward: first, places, gradient };
}

/** Where the forward pass is cut. */
interface Segments {
  /** The number of the segment in which a value is computed. */
  of(value: Value): number | undefined;
  readonly last: number;
  /** What is not computed again: what a cut keeps, what is small, what is drawn. */
  readonly kept: ReadonlySet<Value>;
  /** For each segment, the place behind its last node. */
  readonly ends: readonly number[];
}

function segments({ forward, places, gradient }: Survey): Segments {
  const memory = (value: Value): Value => {
    const { node } = value;
    const source = node && VIEWS.has(node.op) ? node.inputs[0] : undefined;
    return source && places.has(source) ? memory(source) : value;
  };
  const needed = new Set(gradient.flatMap(({ inputs }) => inputs.flatMap((value) => (value && places.has(value) ? [memory(value)] : []))));
  const bytes = forward.map(({ outputs }) => outputs.reduce((sum, value) => sum + (value && needed.has(value) ? bytesOf(value) : 0), 0));
  const least = SMALL * bytes.reduce((a, b) => a + b, 0);
  const lastUse = new Map<Value, number>();
  for (const [i, { inputs }] of forward.entries()) for (const value of inputs) if (value && places.has(value)) lastUse.set(memory(value), i);
  const crossing = Array<number>(forward.length + 1).fill(0);
  for (const [value, last] of lastUse) {
    for (let at = (places.get(value) as number) + 1; at <= last; at++) crossing[at] = (crossing[at] as number) + bytesOf(value);
  }
  const cuts = cutsOf({ kept: bytes.map((each) => (each < least ? 0 : each)), crossing });
  const segmentOf = forward.map((_, i) => cuts.findLastIndex((at) => at <= i));
  const kept = new Set<Value>();
  for (const [value, place] of places) {
    const owner = memory(value);
    const crosses = segmentOf[lastUse.get(owner) ?? place] !== segmentOf[places.get(owner) as number];
    if (crosses || bytesOf(value) <= least || DRAWN.has(value.node?.op ?? '')) kept.add(value);
  }
  return {
    of: (value) => {
      const place = places.get(value);
      return place === undefined ? undefined : segmentOf[place];
    },
    last: cuts.length - 1,
    kept,
    ends: cuts.map((_, i) => cuts[i + 1] ?? forward.length),
  };
}

/**
 * Cuts the forward pass where little passes from one part to the next, keeps that, and lets the gradient of each part but the last compute the rest
 * again, from what the cut before it kept, once the gradient of what follows is there. The results are the same; running statistics are updated once.
 * @param graph pruned, of known sizes.
 * @param forward names of the values that were there before it was differentiated.
 */
export function recomputed(graph: Graph, forward: ReadonlySet<string>): Rewritten {
  const known = survey(graph, forward);
  const parts = segments(known);
  const latest = latestPlaces(graph, known);
  /** Of each segment, what must be there before it is computed again; set as the first node that reads it comes by. */
  const awaited = new Map<number, Value | undefined>();
  const again = new Map<Value, Value>();
  const ties = new Map<string, Value>();
  const emitted: Value[] = [];

  const tokenOf = (segment: number): Value | undefined => {
    if (!awaited.has(segment)) {
      const end = parts.ends[segment] as number;
      awaited.set(
        segment,
        emitted.findLast((value) => (latest.get(value) ?? -1) >= end),
      );
    }
    return awaited.get(segment);
  };

  /** What stands for a value of the forward pass in the gradient, or within its segment when that is computed again. */
  const recall = (g: Builder, value: Value, segment: number, map: (value: Value) => Value): Value => {
    const token = tokenOf(segment);
    if (!token) return map(value);
    const done = again.get(value);
    if (done) return done;
    if (parts.of(value) !== segment || parts.kept.has(value)) {
      // Tied to the segment that reads it, so that each waits for its own gradient.
      const key = `${segment} ${value.name}`;
      const tied = ties.get(key) ?? g.scope('again', () => g.op('Await', [map(value), map(token)]));
      ties.set(key, tied);
      return tied;
    }
    const node = value.node as Node;
    const inputs = node.inputs.map((input) => input && (known.places.has(input) || isFed(input) ? recall(g, input, segment, map) : map(input)));
    const copy = duplicate(g, node, inputs);
    node.outputs.forEach((output, i) => {
      if (output) again.set(output, copy.outputs[i] as Value);
    });
    return again.get(value) as Value;
  };

  return rewrite(graph, ({ g, node, inputs, map }) => {
    if (isForward(node, forward)) return undefined;
    const own = node.inputs.map((value, i) => {
      const segment = value && parts.of(value);
      if (!value || segment === undefined || segment === parts.last || parts.kept.has(value)) return inputs[i];
      return recall(g, value, segment, map);
    });
    for (const value of node.outputs) if (value && isFloat(value.dtype) && bytesOf(value) > 0) emitted.push(value);
    return copyNode(g, node, own).outputs;
  });
}

/** For each value of the gradient, the last place of the forward pass that it depends on. */
function latestPlaces(graph: Graph, { places }: Survey): ReadonlyMap<Value, number> {
  const latest = new Map<Value, number>(places);
  for (const { inputs, outputs } of graph.nodes) {
    const place = inputs.reduce((most, value) => Math.max(most, (value && latest.get(value)) ?? -1), -1);
    for (const value of outputs) if (value && !places.has(value)) latest.set(value, place);
  }
  return latest;
}

/** A second node like `node`, under a name of its own. */
function duplicate(g: Builder, node: Node, inputs: readonly (Value | undefined)[]): Node {
  return g.scope('again', () =>
    g.append(node.op, inputs, node.attrs, {
      domain: node.domain,
      name: g.fresh(node.name),
      outputs: node.outputs.map((value) => (value ? g.fresh(value.name) : '')),
      ...(node.attrTypes && { attrTypes: node.attrTypes }),
      ...(schemaOf(node.domain, node.op) === undefined && {
        types: node.outputs.map((value) => ({ dtype: value?.dtype ?? 'float32', shape: value?.shape ?? [] })),
      }),
    }),
  );
}
