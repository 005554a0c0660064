// Reverse-mode differentiation: appends the gradient of one value to its graph, as nodes. The only caller of the rules.
import { isFloat } from '../core/dtype.ts';
import { fail } from '../core/errors.ts';
import { sizeOf, tensorOf } from '../core/tensor.ts';
import type { Builder } from '../graph/builder.ts';
import { numbersIn } from '../graph/elements.ts';
import { attrsOf, type Node, type Value } from '../graph/graph.ts';
import { broadcastShapes, concrete, formatShape } from '../graph/types.ts';
import type { Expanded, Rule, RuleContext, RuleEntry, Several } from './rule.ts';
import { rules } from './rules/index.ts';

/** Where a gradient starts. */
export interface BackwardOptions {
  /** Gradient of the result with respect to `of`, of its shape; ones when left out. */
  readonly seed?: Value;
}

/**
 * Appends nodes that compute d(sum of `of`) / d`wrt` and returns the gradient of each `wrt`, of its shape and type.
 * A value that `of` does not depend on (differentiably) is left out of the result.
 * The gradient is graph like any other: call again on it for second derivatives.
 * All shapes must be concrete (see `specialise`).
 * @throws GraftError `unsupported-gradient` when an op on a path has no rule; it names the node, the path and what to freeze.
 */
export function backward(g: Builder, of: Value, wrt: readonly Value[], options: BackwardOptions = {}): Map<Value, Value> {
  if (!isFloat(of.dtype)) fail('invalid-dtype', `Cannot differentiate \`${of.name}\`: it is ${of.dtype}, not floating-point.`);
  const forward = [...g.nodes];
  const active = reachableFrom(forward, wrt);
  const parts = new Map<Value, Value[]>();
  if (active.has(of)) parts.set(of, [options.seed ?? ones(g, of)]);

  /** Sum of the parts of a value's gradient, made once. */
  const total = (value: Value): Value | undefined => {
    const list = parts.get(value);
    if (!list?.length) return undefined;
    const sum = list.reduce((a, b) => g.add(a, b));
    parts.set(value, [sum]);
    return sum;
  };

  const add = (value: Value, part: Value) => parts.set(value, [...(parts.get(value) ?? []), part]);

  const differentiate = (nodes: readonly Node[]): void => {
    for (const node of nodes.toReversed()) {
      const reached = node.outputs.some((value) => value && parts.has(value));
      const wanted = node.inputs.some((value) => value && active.has(value));
      if (!reached || !wanted) continue;
      g.scope(`grad/${node.name}`, () => {
        const dys = node.outputs.map((value) => value && total(value));
        // Where there is nothing to differentiate, rules need not know what ops make of no elements at all.
        const nothing = dys.every((dy) => !dy || isEmpty(dy));
        const [still, settled] = [new Set<Value>(), new Set<Value>()];
        for (const x of node.inputs) if (x && active.has(x)) (nothing || isEmpty(x) ? settled : still).add(x);
        for (const x of settled) add(x, zerosLike(g, x));
        if (still.size === 0) return;
        const entry = entryOf(node, () => explain(g, node, forward, of, wrt));
        if (typeof entry !== 'function') {
          const { values, nodes: inner } = expand(g, node, entry);
          for (const value of reachableFrom(inner, [...active])) active.add(value);
          dys.forEach((dy, i) => {
            if (dy) add(values[i] ?? fail('unsupported-gradient', `No gradient passes output ${i} of ${node.op} node \`${node.name}\`.`), dy);
          });
          differentiate(inner);
          return;
        }
        const dxs = entry(context(g, node, dys) as RuleContext<never>);
        node.inputs.forEach((x, i) => {
          const dx = dxs[i];
          if (x && dx && still.has(x)) add(x, g.cast(sumTo(g, dx, x), x.dtype));
        });
      });
    }
  };
  differentiate(forward);
  const result = new Map<Value, Value>();
  for (const value of wrt) {
    const gradient = g.scope('grad', () => total(value));
    if (gradient) result.set(value, gradient);
  }
  return result;
}

/** Floating-point values that depend on `wrt`, those among them. */
export function reachableFrom(nodes: readonly Node[], wrt: readonly Value[]): Set<Value> {
  const active = new Set(wrt);
  for (const node of nodes) {
    if (!node.inputs.some((value) => value && active.has(value))) continue;
    for (const value of node.outputs) if (value && isFloat(value.dtype)) active.add(value);
  }
  return active;
}

const none: Rule = () => [];

/** How to differentiate a node. @throws GraftError `unsupported-gradient` when it cannot be. */
function entryOf({ op }: Node, explanation: () => string): Rule | Expanded {
  const entry = (rules as Readonly<Record<string, RuleEntry>>)[op];
  if (entry === undefined) return fail('unsupported-gradient', `There is no gradient for the op ${op}. ${explanation()}`);
  if ('zero' in entry) return none;
  if ('unsupported' in entry) return fail('unsupported-gradient', `${op} cannot be differentiated: ${entry.unsupported} ${explanation()}`);
  return entry;
}

/** Emits what a node stands for: the nodes, and the values of its outputs. */
function expand(g: Builder, node: Node, { expand: body }: Expanded): { values: readonly (Value | undefined)[]; nodes: readonly Node[] } {
  const first = g.nodes.length;
  const { attrs, shape, constant } = context(g, node, []);
  const values = body({ g, node, attrs: attrs as never, inputs: node.inputs, shape, constant });
  return { values, nodes: g.nodes.slice(first) };
}

function context(g: Builder, node: Node, dys: readonly (Value | undefined)[]): RuleContext<unknown> {
  let dy = dys[0];
  return {
    g,
    node,
    attrs: attrsOf(node),
    x: present(node, node.inputs, 'input'),
    has: (i) => node.inputs[i] !== undefined,
    y: present(node, node.outputs, 'output'),
    get dy() {
      dy ??= zerosLike(g, node.outputs[0] ?? fail('internal', `${node.op} node \`${node.name}\` has no first output.`));
      return dy;
    },
    dys,
    shape: (value) => concrete(value.shape, `\`${value.name}\``),
    constant: (i) => {
      const value = node.inputs[i];
      return (
        numbersIn(value) ??
        fail('unsupported-gradient', `Gradient of ${node.op} node \`${node.name}\`: input ${i} (\`${value?.name}\`) must be a constant.`)
      );
    },
  };
}

/** A view of a list in which reading a missing entry is an error that names the node. */
function present(node: Node, values: readonly (Value | undefined)[], what: string): Several {
  return new Proxy(values, {
    get(target, key, receiver) {
      const value = Reflect.get(target, key, receiver);
      if (value === undefined && typeof key === 'string' && /^\d+$/.test(key) && Number(key) < target.length) {
        fail('unsupported-gradient', `Gradient of ${node.op} node \`${node.name}\` needs its ${what} ${key}, which is left out.`);
      }
      return value;
    },
  }) as unknown as Several;
}

function ones(g: Builder, like: Value): Value {
  const one = g.scalar(1, like.dtype);
  return like.shape.length === 0 ? one : g.expand(one, concrete(like.shape, `\`${like.name}\``));
}

function zerosLike(g: Builder, like: Value): Value {
  const sizes = concrete(like.shape, `\`${like.name}\``);
  return isEmpty(like) ? g.constant(tensorOf(like.dtype, [], sizes)) : g.expand(g.scalar(0, like.dtype), sizes);
}

function isEmpty({ shape }: Value): boolean {
  return shape.includes(0);
}

/** Sums a gradient of broadcast shape back to the shape of `x`, the inverse of ONNX's broadcasting. */
export function sumTo(g: Builder, dx: Value, x: Value): Value {
  const from = concrete(dx.shape, `Gradient \`${dx.name}\``);
  const to = concrete(x.shape, `\`${x.name}\``);
  if (formatShape(from) === formatShape(to)) return dx;
  const wide = concrete(broadcastShapes(from, to, `gradient of \`${x.name}\``), 'gradient');
  const full = formatShape(wide) === formatShape(from) ? dx : g.expand(dx, wide);
  const lead = wide.length - to.length;
  const axes = wide.flatMap((size, i) => (i < lead || (to[i - lead] === 1 && size !== 1) ? [i] : []));
  const summed = axes.length ? g.sum(full, axes, true) : full;
  if (lead === 0) return summed;
  if (sizeOf(to) === 1 && to.length === 0) return g.reshape(summed, []);
  return g.squeeze(
    summed,
    Array.from({ length: lead }, (_, i) => i),
  );
}

/** For a missing rule: where the node stands and which `wrt` to freeze so that no gradient has to pass it. */
function explain(g: Builder, node: Node, nodes: readonly Node[], of: Value, wrt: readonly Value[]): string {
  const upstream = new Set<Value>(node.inputs.filter((value) => value !== undefined));
  for (const other of nodes.slice(0, nodes.indexOf(node)).toReversed()) {
    if (other.outputs.some((value) => value && upstream.has(value))) for (const value of other.inputs) if (value) upstream.add(value);
  }
  const freeze = wrt.filter((value) => upstream.has(value)).map((value) => `\`${value.name}\``);
  return [
    `It stands at node \`${node.name}\` (${node.domain || 'ai.onnx'} opset ${g.opsets.get(node.domain)}), on the path ${pathTo(node, nodes, of)}.`,
    `To train the rest, freeze what lies before it: ${freeze.join(', ') || 'none'}.`,
  ].join(' ');
}

function pathTo(node: Node, nodes: readonly Node[], of: Value): string {
  const path = [node.op];
  let value = node.outputs[0];
  for (const next of nodes.slice(nodes.indexOf(node) + 1)) {
    if (value === of) break;
    if (!value || !next.inputs.includes(value)) continue;
    path.push(next.op);
    value = next.outputs[0];
  }
  const shown = path.length > 8 ? [...path.slice(0, 4), '...', ...path.slice(-3)] : path;
  return `${shown.join(' > ')} > \`${of.name}\``;
}
