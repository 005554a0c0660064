// Einsum as transposes, sums and matrix products, two operands at a time from the left. ONNX Runtime's own kernel does the same with more copies:
// 1.1 to 1.5 times the time on the equations of attention (docs/decisions/0007-expansions.md).
import { fail } from '../../core/errors.ts';
import { sizeOf } from '../../core/tensor.ts';
import type { Builder } from '../builder.ts';
import { readEinsum } from '../einsum-equation.ts';
import type { Value } from '../graph.ts';
import { concrete } from '../types.ts';
import { expansion } from './expansion.ts';

/** A value whose axes have names, no two alike. */
interface Term {
  readonly value: Value;
  readonly labels: readonly string[];
}

export const Einsum = expansion<'Einsum'>(({ g, node, inputs, attrs, shape }) => {
  const operands = inputs as readonly Value[];
  const { inputs: labels, output } = readEinsum(
    attrs.equation,
    operands.map((value) => shape(value).length),
    (why) => fail('internal', `Einsum node \`${node.name}\`: ${why}`),
  );
  const [first, ...others] = operands.map((value, i) => diagonals(g, { value, labels: labels[i] as readonly string[] })) as [Term, ...Term[]];
  let joined = first;
  others.forEach((term, i) => {
    const later = new Set([...output, ...others.slice(i + 1).flatMap((other) => other.labels)]);
    joined = product(g, joined, term, later);
  });
  return [arranged(g, summed(g, joined, new Set(output)), output)];
});

/** Takes the diagonal of axes that share a label: every (n + 1)-th element of the two, joined. */
function diagonals(g: Builder, term: Term): Term {
  const twice = term.labels.find((label, i) => term.labels.indexOf(label) < i);
  if (twice === undefined) return term;
  const [one, two] = [term.labels.indexOf(twice), term.labels.lastIndexOf(twice)];
  const rest = [...term.labels.keys()].filter((axis) => axis !== one && axis !== two);
  const sizes = sizesOf(term);
  const size = sizes[one] as number;
  const outer = rest.map((axis) => sizes[axis] as number);
  const flat = g.reshape(g.transpose(term.value, [...rest, one, two]), [...outer, size * size]);
  const diagonal = g.slice(flat, [0], [size * size], [outer.length], [size + 1]);
  return diagonals(g, { value: diagonal, labels: [...rest.map((axis) => term.labels[axis] as string), twice] });
}

function sizesOf({ value }: Term): readonly number[] {
  return concrete(value.shape, `\`${value.name}\``);
}

/** Sums over the labels that are not `kept`. */
function summed(g: Builder, { value, labels }: Term, kept: ReadonlySet<string>): Term {
  const axes = labels.flatMap((label, axis) => (kept.has(label) ? [] : [axis]));
  return { value: g.sum(value, axes), labels: labels.filter((label) => kept.has(label)) };
}

/** Axes put in the order of `labels`. */
function arranged(g: Builder, term: Term, labels: readonly string[]): Value {
  const perm = labels.map((label) => term.labels.indexOf(label));
  return perm.every((axis, i) => axis === i) ? term.value : g.transpose(term.value, perm);
}

/** The product of two terms, summed over the labels that are not `kept`. */
function product(g: Builder, one: Term, two: Term, kept: ReadonlySet<string>): Term {
  // An axis of size 1 stands for all of the other's, which is what leaving it out says.
  const slim = (term: Term, other: Term): Term => {
    const sizes = sizesOf(term);
    const axes = term.labels.flatMap((label, axis) => {
      const at = other.labels.indexOf(label);
      return at >= 0 && sizes[axis] === 1 && sizesOf(other)[at] !== 1 ? [axis] : [];
    });
    return { value: g.squeeze(term.value, axes), labels: term.labels.filter((_, axis) => !axes.includes(axis)) };
  };
  const [slimOne, slimTwo] = [slim(one, two), slim(two, one)];
  const a = summed(g, slimOne, new Set([...kept, ...slimTwo.labels]));
  const b = summed(g, slimTwo, new Set([...kept, ...slimOne.labels]));
  const shared = (label: string) => a.labels.includes(label) && b.labels.includes(label);
  const batch = a.labels.filter((label) => shared(label) && kept.has(label));
  const inner = a.labels.filter((label) => shared(label) && !kept.has(label));
  const rows = a.labels.filter((label) => !shared(label));
  const columns = b.labels.filter((label) => !shared(label));
  const sizes = new Map([
    ...a.labels.map((label, i) => [label, sizesOf(a)[i]] as const),
    ...b.labels.map((label, i) => [label, sizesOf(b)[i]] as const),
  ]);
  const extent = (labels: readonly string[]) => labels.map((label) => sizes.get(label) as number);
  const labels = [...batch, ...rows, ...columns];
  if (inner.length === 0) {
    const left = g.reshape(arranged(g, a, [...batch, ...rows]), [...extent(batch), ...extent(rows), ...columns.map(() => 1)]);
    const right = g.reshape(arranged(g, b, [...batch, ...columns]), [...extent(batch), ...rows.map(() => 1), ...extent(columns)]);
    return { value: g.mul(left, right), labels };
  }
  /** One axis for each group but the batch's, which matrix products take as they are. */
  const grouped = (value: Value, ...groups: readonly (readonly string[])[]) =>
    groups.every((group) => group.length === 1) ? value : g.reshape(value, [...extent(batch), ...groups.map((group) => sizeOf(extent(group)))]);
  const left = grouped(arranged(g, a, [...batch, ...rows, ...inner]), rows, inner);
  const right = grouped(arranged(g, b, [...batch, ...inner, ...columns]), inner, columns);
  const value = g.matMul(left, right);
  return { value: rows.length === 1 && columns.length === 1 ? value : g.reshape(value, extent(labels)), labels };
}
