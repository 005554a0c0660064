// Which layers of a transformer make keys, values and the inside of its feed-forward parts, by how they are connected. Called by (IA)3.
import type { Graph, Node, Value } from '../../graph/graph.ts';
import type { Site } from './sites.ts';

/** What lies between a projection and the product of the scores: heads are split, queries scaled, masks added. */
const PASSING = new Set(
  'Add Cast Clip Concat Div Dropout Expand Flatten Gather Identity LayerNormalization Mul Reshape Slice Split Squeeze Sub Sum Transpose Unsqueeze Where Max Min'.split(
    ' ',
  ),
);
const ACTIVATIONS = new Set('Relu Gelu Erf Sigmoid Tanh Elu Selu HardSwish HardSigmoid Mish Softplus LeakyRelu PRelu QuickGelu Swish'.split(' '));

export interface Roles {
  /** Make keys and values of attention, or all of it at once. */
  readonly keysAndValues: ReadonlySet<Site>;
  /** Read what an activation leaves of another layer's answer, which is wider than theirs. */
  readonly feedForward: ReadonlySet<Site>;
}

/** Both are empty where there is no attention. */
export function rolesOf(graph: Graph, sites: readonly Site[]): Roles {
  const ends = new Map(sites.flatMap((site) => site.uses.flatMap(({ product, end }) => [product, end].map((node) => [node, site] as const))));
  const readers = new Map<Value, Node[]>();
  for (const node of graph.nodes) for (const value of node.inputs) if (value) readers.set(value, [...(readers.get(value) ?? []), node]);
  const keysAndValues = new Set<Site>();
  const take = (value: Value | undefined) => {
    for (const { site } of value ? layersBehind(value, ends, PASSING) : []) keysAndValues.add(site);
  };
  for (const node of graph.nodes) {
    if (node.op === 'Attention') for (const value of node.inputs.slice(1, 3)) take(value);
    if (node.op !== 'Softmax') continue;
    const [scores, heard] = [productBefore(node, ends), productBehind(node, readers, ends)];
    if (!scores || !heard) continue;
    take(scores.inputs[1]);
    take(heard.node.inputs[heard.at === 0 ? 1 : 0]);
  }
  const feedForward = new Set<Site>();
  if (keysAndValues.size > 0) {
    for (const site of sites.filter(({ kind, inputs, outputs }) => kind === 'linear' && inputs > outputs)) {
      const read = site.uses.flatMap(({ product }) => (product.inputs[0] ? [product.inputs[0]] : []));
      const found = read.flatMap((value) => layersBehind(value, ends, new Set([...PASSING, ...ACTIVATIONS, 'Pow'])));
      if (found.some(({ site: before, activated }) => activated && before !== site && before.outputs % site.inputs === 0)) feedForward.add(site);
    }
  }
  return { keysAndValues, feedForward };
}

/** The first layers on the way back from a value, and whether an activation lies between. */
function layersBehind(value: Value, ends: ReadonlyMap<Node, Site>, passing: ReadonlySet<string>): { site: Site; activated: boolean }[] {
  const found = new Map<Site, boolean>();
  const seen = new Set<Node>();
  const open: { value: Value; activated: boolean }[] = [{ value, activated: false }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node } = next.value;
    if (!node || seen.has(node)) continue;
    seen.add(node);
    const site = ends.get(node);
    if (site) {
      found.set(site, next.activated || found.get(site) === true);
      continue;
    }
    if (!passing.has(node.op)) continue;
    const activated = next.activated || ACTIVATIONS.has(node.op);
    for (const input of node.inputs) if (input) open.push({ value: input, activated });
  }
  return Array.from(found, ([site, activated]) => ({ site, activated }));
}

/** The product of queries and keys that a softmax reads: of two values that are computed. */
function productBefore(softmax: Node, ends: ReadonlyMap<Node, Site>): Node | undefined {
  const open = softmax.inputs.flatMap((value) => (value?.node ? [value.node] : []));
  const seen = new Set<Node>();
  for (let node = open.pop(); node; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (isProduct(node) && !ends.has(node)) return node;
    if (PASSING.has(node.op)) for (const value of node.inputs) if (value?.node) open.push(value.node);
  }
  return undefined;
}

/** The product of scores and values, and which of its sides the scores are. */
function productBehind(
  softmax: Node,
  readers: ReadonlyMap<Value, readonly Node[]>,
  ends: ReadonlyMap<Node, Site>,
): { node: Node; at: number } | undefined {
  const open = softmax.outputs.flatMap((value) => (value ? [value] : []));
  const seen = new Set<Value>();
  for (let value = open.pop(); value; value = open.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    for (const node of readers.get(value) ?? []) {
      if (isProduct(node) && !ends.has(node)) return { node, at: node.inputs.indexOf(value) };
      if (PASSING.has(node.op)) open.push(...node.outputs.flatMap((output) => (output ? [output] : [])));
    }
  }
  return undefined;
}

function isProduct({ op, inputs }: Node): boolean {
  return (op === 'MatMul' || op === 'Einsum') && inputs.filter((value) => value?.node).length === 2;
}
