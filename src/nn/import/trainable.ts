// Which stored tensors of a model made elsewhere are parameters, and which are constants and why. Called by `modelOf`.
import { sizeOf } from '../../core/tensor.ts';
import type { RuleEntry } from '../../grad/rule.ts';
import { rules } from '../../grad/rules/index.ts';
import type { Graph, Node, Value } from '../../graph/graph.ts';
import type { Barrier, ConstantInfo } from './record.ts';

/** Names, or patterns of names, of tensors. */
export type Names = readonly (string | RegExp)[];

export interface Classified {
  readonly parameters: ReadonlySet<Value>;
  readonly constants: readonly ConstantInfo[];
  /** Ops that no gradient passes, with the node. */
  readonly barriers: readonly Barrier[];
}

/** Inputs that say how an op works rather than what it works on. */
const SETTINGS: Readonly<Record<string, readonly number[]>> = {
  Clip: [1, 2],
  Dropout: [1, 2],
  Pad: [2],
  Resize: [1, 2],
  OneHot: [2],
  Range: [0, 1, 2],
  QuantizeLinear: [1, 2],
  DequantizeLinear: [1, 2],
};

/** Tables that networks register as buffers under these names: files do not tell them from parameters. */
const TABLES =
  /(?:^|[./_])(?:attn_mask|causal_mask|mask|position_ids|inv_freq|rel_pos_idx|relative_position_index|relative_coords_table|freqs?(?:_cis)?|anchors?|rel_indices|relative_coordinates_log|(?:height|width)_lookup|k_bias|embed_scale|final_logits_bias|lifted_tensor_\d+|parametrizations\.\w+\.\d+\._[uv])$/;

/** What single numbers are called that networks learn: by their place in a module, or as a scale of it. Exporters number those of formulas. */
const LEARNT = /^[A-Za-z_]\w*(?:\.\w+)+$|_(?:scale|gain)$/;

/** Whether a name, without what a file adds to it, is among `names`. A pattern's flags `g` and `y` would make `test` go on where it left off. */
export function isNamed(name: string, names: Names): boolean {
  return names.some((wanted) => (typeof wanted === 'string' ? wanted === name : name.search(wanted) >= 0));
}

/**
 * Parameters are the declared ones that reach `output` through ops that pass a gradient on to them. Single numbers of formulas, tables by their usual names,
 * and what is named in `constants` are not; what is named in `parameters` is, whatever it looks like.
 */
export function classify(
  graph: Graph,
  output: Value,
  { parameters = [], constants = [] }: { parameters?: Names; constants?: Names } = {},
): Classified {
  const live = new Set<Value>([output]);
  const settings = new Set<Value>();
  const barriers: Barrier[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((value) => value && live.has(value))) continue;
    const why = barrier(node);
    if (why !== undefined && !isZero(node)) barriers.push({ op: node.op, node: node.name, why });
    node.inputs.forEach((value, i) => {
      if (!value) return;
      if (SETTINGS[node.op]?.includes(i)) settings.add(value);
      else if (why === undefined) live.add(value);
    });
  }
  const taken = new Set<Value>();
  const found: ConstantInfo[] = [];
  for (const value of graph.ofKind('parameter')) {
    const why = isNamed(value.name, parameters) ? undefined : reason(value, live, settings, constants);
    if (why === undefined) taken.add(value);
    else found.push({ name: value.name, shape: value.shape as number[], why });
  }
  return { parameters: taken, constants: found, barriers: barriers.reverse() };
}

function reason(value: Value, live: ReadonlySet<Value>, settings: ReadonlySet<Value>, constants: Names): string | undefined {
  if (isNamed(value.name, constants)) return 'you named it a constant';
  if (!live.has(value)) return settings.has(value) ? 'it sets how an op works' : 'no path that passes gradients leads from it to the output';
  if (sizeOf(value.shape as number[]) === 1 && !LEARNT.test(value.name)) return 'it is a single number';
  if (sizeOf(value.shape as number[]) === 0) return 'it is empty';
  if (TABLES.test(value.name)) return 'by its name it is a table that networks keep as a buffer';
  return undefined;
}

/** Whether there is nothing to pass: comparisons, sizes, indices. */
function isZero({ domain, op }: Node): boolean {
  const entry = entryOf(domain, op);
  return entry !== undefined && 'zero' in entry;
}

function entryOf(domain: string, op: string): RuleEntry | undefined {
  return domain === '' && Object.hasOwn(rules, op) ? (rules as Readonly<Record<string, RuleEntry>>)[op] : undefined;
}

/** Why no gradient passes a node; `undefined` where one does. */
function barrier({ domain, op }: Node): string | undefined {
  const entry = entryOf(domain, op);
  if (entry === undefined) return 'Graft has no gradient of it';
  if ('zero' in entry) return 'its gradient is zero';
  return 'unsupported' in entry ? entry.unsupported : undefined;
}
