// A model's graph -> its layers with a weight: matrix products and convolutions, how their weights lie and what is added to them. Called by adapters.
import type { Node, Value } from '../../graph/graph.ts';
import { attrsOf } from '../../graph/graph.ts';
import { modulePath } from '../../nn/import/ties.ts';
import type { Model } from '../../nn/model.ts';

/** One place that uses a layer: its product, and the node behind which its bias has been added. */
export interface Use {
  readonly product: Node;
  readonly end: Node;
}

/** A layer whose answer is linear in one stored weight. */
export interface Site {
  /** The module's name in the words of the network: `encoder.layer.0.attention.self.query`. */
  readonly name: string;
  readonly kind: 'linear' | 'conv';
  readonly weight: Value;
  /** Whether the weight lies as `[out, in, ...kernel]`, as PyTorch has it, or as `[in, out]`. */
  readonly outFirst: boolean;
  /** Features or channels that come in, of all groups, and that leave. */
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: readonly number[];
  readonly groups: number;
  /** What is added to each output, where it is this layer's alone. */
  readonly bias?: Value;
  readonly uses: readonly Use[];
}

/** Whether each channel is convolved with a kernel of its own. */
export function isDepthwise({ groups, inputs }: Site): boolean {
  return groups > 1 && groups === inputs;
}

/** Layers in the order in which the network uses them. A weight that something else reads too (an embedding's table) makes no site. */
export function sitesOf(model: Model): Site[] {
  const readers = readersOf(model);
  const parameters = model.graph.ofKind('parameter').filter(({ dtype, shape }) => dtype === 'float32' && shape.length >= 2);
  const sites = distinct(parameters.flatMap((weight) => siteOf(weight, readers) ?? []));
  const place = new Map(model.graph.nodes.map((node, i) => [node, i]));
  const at = ({ uses }: Site) => place.get((uses[0] as Use).product) ?? 0;
  return sites.sort((a, b) => at(a) - at(b));
}

type Readers = ReadonlyMap<Value, readonly Node[]>;

function readersOf({ graph }: Model): Readers {
  const readers = new Map<Value, Node[]>();
  for (const node of graph.nodes.filter(({ op }) => op !== 'Shape' && op !== 'Size')) {
    for (const value of node.inputs) if (value) readers.set(value, [...(readers.get(value) ?? []), node]);
  }
  return readers;
}

function siteOf(weight: Value, readers: Readers): Site | undefined {
  const ends = endsOf(weight, false, readers);
  const forms = ends.map(({ node, value, flipped }) => formOf(node, value, flipped));
  const [first] = forms;
  if (!first || forms.some((form) => form?.kind !== first.kind || form.outFirst !== first.outFirst || form.groups !== first.groups)) return undefined;
  const { kind, outFirst, groups } = first;
  const [a, b, ...kernel] = weight.shape as number[];
  const [outputs, inputs] = outFirst ? [a as number, (b as number) * groups] : [b as number, a as number];
  const products = ends.map(({ node }) => node);
  const added = products.map((product) => biasOf(product, outputs, readers));
  const [own] = added;
  const alone = own && added.every((one) => one?.bias === own.bias) && readers.get(own.bias)?.length === products.length;
  const uses = products.map((product, i) => ({ product, end: (alone && added[i]?.node) || product }));
  return {
    name: nameOf(weight, own?.bias, products[0] as Node),
    kind,
    weight,
    outFirst,
    inputs,
    outputs,
    kernel,
    groups,
    ...(alone && { bias: own.bias }),
    uses,
  };
}

/** Nodes that a weight reaches as it is or transposed. */
function endsOf(value: Value, flipped: boolean, readers: Readers): { node: Node; value: Value; flipped: boolean }[] {
  return (readers.get(value) ?? []).flatMap((node) => {
    const [output] = node.outputs;
    const turns = node.op === 'Transpose' && value.shape.length === 2 && (attrsOf(node).perm as number[] | undefined)?.join() !== '0,1';
    if (output && (turns || node.op === 'Identity')) return endsOf(output, turns ? !flipped : flipped, readers);
    return [{ node, value, flipped }];
  });
}

function formOf(node: Node, value: Value, flipped: boolean): Pick<Site, 'kind' | 'outFirst' | 'groups'> | undefined {
  const [x, w] = node.inputs;
  if (node.domain !== '' || w !== value || x === value) return undefined;
  const attrs = attrsOf(node);
  switch (node.op) {
    case 'MatMul':
      return value.shape.length === 2 ? { kind: 'linear', outFirst: flipped, groups: 1 } : undefined;
    case 'Gemm':
      if (attrs.alpha !== 1 || attrs.transA !== 0 || node.inputs[2] === value) return undefined;
      return { kind: 'linear', outFirst: (attrs.transB === 1) !== flipped, groups: 1 };
    case 'Conv':
      return flipped ? undefined : { kind: 'conv', outFirst: true, groups: attrs.group as number };
    default:
      return undefined;
  }
}

/** Whether a value is a parameter with a number for each of `outputs`: a vector, or a row of up to `rank` axes. */
export function isBias({ kind, shape }: Value, outputs: number, rank: number): boolean {
  return (
    kind === 'parameter' && shape.length >= 1 && shape.length <= rank && shape.every((size, i) => size === (i === shape.length - 1 ? outputs : 1))
  );
}

/** What is added to the product for each output, by the node itself or by the one behind it. */
function biasOf(product: Node, outputs: number, readers: Readers): { bias: Value; node: Node } | undefined {
  const [output] = product.outputs;
  const fits = (value: Value | undefined) => value && isBias(value, outputs, product.op === 'Conv' ? 1 : (output?.shape.length ?? 1));
  const [, , own] = product.inputs;
  if (own) return fits(own) ? { bias: own, node: product } : undefined;
  const behind = (output && readers.get(output)) ?? [];
  const [add] = behind;
  if (product.op !== 'MatMul' || behind.length !== 1 || add?.op !== 'Add') return undefined;
  const bias = add.inputs.find(fits);
  return bias && { bias, node: add };
}

/** By the weight's own name, else by its bias's, else by that of the node that uses it: exporters rename what they transpose. */
function nameOf(weight: Value, bias: Value | undefined, node: Node): string {
  const known = [/(.+)\.(?:weight|kernel)$/.exec(pathOf(weight)), /(.+)\.bias$/.exec(bias ? pathOf(bias) : '')].find(
    (match) => match && !match[0].includes('::'),
  );
  return known?.[1] ?? modulePath(node.name) ?? pathOf(weight);
}

function pathOf({ name, id = name }: Value): string {
  return id.replaceAll('/', '.');
}

/** Layers of one name, as are products with several weights of one module, are called by their weights. */
function distinct(sites: readonly Site[]): Site[] {
  const counts = new Map<string, number>();
  for (const { name } of sites) counts.set(name, (counts.get(name) ?? 0) + 1);
  return sites.map((site) => (counts.get(site.name) === 1 ? site : { ...site, name: pathOf(site.weight) }));
}
