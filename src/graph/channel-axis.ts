// A graph -> which axis of each value counts its channels, by the nodes that made it. Called where channels are pooled over places or weighed.
import { numbersIn } from './elements.ts';
import { attrsOf, type Graph, type Node, type Value } from './graph.ts';
import type { Dim, Shape } from './types.ts';

/** What a rule sees of one output of a node. */
interface At {
  readonly node: Node;
  readonly rank: number;
  readonly output: Value;
  /** The axis that an input counts its channels by; `undefined` where no node told it. */
  axisOf(input: number): number | undefined;
  /** Whether an input is stored or computed from what is stored alone, as weights are. */
  stored(input: number): boolean;
}

type Rule = (at: At) => number | undefined;

/**
 * The axis of a value of `graph` that counts its channels: what the nodes before it say. Convolutions and batch norm have channels at axis 1, products with a
 * weight, look-ups and recurrent nodes at the last one; transposes and reshapes move it where they move it, most others keep it. Sizes are never guessed
 * from. Where nothing tells, tokens `[N, L, D]` are taken to have channels last, and all else to have them at axis 1, as ONNX has images.
 */
export function channelAxes(graph: Graph): (value: Value) => number {
  const known = new Map<Value, number>();
  const live = new Set<Value | undefined>(graph.ofKind('input'));
  for (const node of graph.nodes) {
    const { inputs, outputs } = node;
    if (!inputs.some((value) => live.has(value))) continue;
    for (const output of outputs) {
      if (!output) continue;
      live.add(output);
      const axis = ruleOf(node)({
        node,
        rank: output.shape.length,
        output,
        axisOf: (i) => known.get(inputs[i] as Value),
        stored: (i) => !live.has(inputs[i]),
      });
      if (axis !== undefined && axis >= 0 && axis < output.shape.length) known.set(output, axis);
    }
  }
  return (value) => known.get(value) ?? (value.shape.length === 3 ? 2 : 1);
}

function ruleOf({ domain, op }: Node): Rule {
  return (domain === '' && Object.hasOwn(RULES, op) ? RULES[op] : undefined) ?? kept;
}

/** Of the first input of the output's rank that tells: others are broadcast to it. */
const kept: Rule = ({ node, rank, axisOf }) =>
  node.inputs.map((value, i) => (value?.shape.length === rank ? axisOf(i) : undefined)).find((axis) => axis !== undefined);

const first: Rule = () => 1;
const last: Rule = ({ rank }) => rank - 1;
const unknown: Rule = () => undefined;
const keptOrFirst: Rule = (at) => kept(at) ?? 1;

const normalised: Rule = (at) => {
  const { axis = -1 } = attrsOf(at.node) as { axis?: number };
  return kept(at) ?? (axis === -1 || axis === at.rank - 1 ? at.rank - 1 : undefined);
};

/** A weight at the right makes channels of what it sums over, the last axis; where that counts places, as in a mixer of tokens, channels stay. */
const product: Rule = ({ node, rank, axisOf, stored }) => {
  if (stored(0)) return rank - 2;
  const own = axisOf(0);
  const summed = (node.inputs[0]?.shape.length ?? 0) - 1;
  return stored(1) && own !== undefined && own !== summed ? own + rank - 1 - summed : rank - 1;
};

const turned: Rule = ({ node, rank, axisOf }) => {
  const from = axisOf(0);
  const perm = (attrsOf(node).perm as readonly number[] | undefined) ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  return from === undefined ? undefined : perm.indexOf(from);
};

/** Elements keep their order: an axis stays where all up to it or all from it on have the sizes that they had. */
const reshaped: Rule = ({ node, output, axisOf }) => {
  const from = axisOf(0);
  const [before, after] = [node.inputs[0]?.shape ?? [], output.shape];
  if (from === undefined) return undefined;
  if (same(before.slice(0, from + 1), after.slice(0, from + 1))) return from;
  const rest = before.slice(from);
  return same(rest, after.slice(-rest.length)) ? after.length - rest.length : undefined;
};

const same = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size: Dim, i) => size === b[i]);

/** A look-up in a table gives its rows; one in features keeps their channels, unless they are what is looked up. */
const gathered: Rule = ({ node, rank, axisOf, stored }) => {
  if (stored(0)) return rank - 1;
  const from = axisOf(0);
  const data = node.inputs[0]?.shape.length ?? 0;
  const { axis = 0 } = attrsOf(node) as { axis?: number };
  const at = axis < 0 ? axis + data : axis;
  if (from === undefined || (from === at && rank !== data)) return undefined;
  return from > at ? from + rank - data : from;
};

const reduced: Rule = ({ node, rank, axisOf }) => {
  const from = axisOf(0);
  const data = node.inputs[0]?.shape.length ?? 0;
  if (from === undefined || rank === data) return from;
  const axes = numbersIn(node.inputs[1])?.map((axis) => (axis < 0 ? axis + data : axis));
  return axes === undefined || axes.includes(from) ? undefined : from - axes.filter((axis) => axis < from).length;
};

function all(rule: Rule, ...ops: readonly string[]): [string, Rule][] {
  return ops.map((op) => [op, rule]);
}

const RULES: Readonly<Record<string, Rule>> = Object.fromEntries([
  ...all(first, 'Conv', 'ConvTranspose', 'DeformConv', 'BatchNormalization', 'InstanceNormalization', 'GroupNormalization', 'Col2Im', 'RoiAlign'),
  ...all(keptOrFirst, 'MaxPool', 'AveragePool', 'LpPool', 'GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool', 'MaxUnpool', 'LRN'),
  ...all(keptOrFirst, 'DepthToSpace', 'SpaceToDepth', 'GridSample'),
  ...all(normalised, 'LayerNormalization', 'RMSNormalization'),
  ...all(last, 'Gemm', 'LSTM', 'GRU', 'RNN', 'Attention'),
  ...all(reshaped, 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'),
  ...all(reduced, 'ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceSumSquare', 'ReduceL1', 'ReduceL2'),
  ...all(reduced, 'ReduceLogSum', 'ReduceLogSumExp'),
  ...all(unknown, 'Einsum', 'Shape', 'GatherND', 'GatherElements'),
  ['MatMul', product],
  ['Transpose', turned],
  ['Gather', gathered],
]);
