// Gradients of looking up and putting by index: each is the other's, and elements that were looked up several times get the sum.
import { fail } from '../../core/errors.ts';
import { normaliseAxis } from '../../graph/types.ts';
import { addAtIndices, addRuns, runsOf } from '../gather-adjoint.ts';
import { type RuleContext, rule } from '../rule.ts';

/** Beyond so many stretches, a look-up by constants is treated like any other. */
const MOST_RUNS = 4;

export const Gather = rule<'Gather'>(({ g, node, x: [data, indices], dy, attrs, shape, constant }) => {
  const sizes = shape(data);
  const axis = normaliseAxis(attrs.axis, sizes.length, node.op);
  const size = sizes[axis] as number;
  if (indices.kind === 'constant') {
    const runs = runsOf(constant(1).map((index) => (index < 0 ? index + size : index)));
    const taken = sizes.with(axis, constant(1).length);
    if (runs.length > 0 && runs.length <= MOST_RUNS) return [addRuns(g, g.reshape(dy, taken), runs, axis, size)];
  }
  return [addAtIndices(g, dy, indices, axis, sizes)];
});

export const GatherElements = rule<'GatherElements'>(({ g, x: [data, indices], dy, attrs, shape }) => {
  const zeros = g.expand(g.scalar(0, data.dtype), shape(data));
  return [g.op('ScatterElements', [zeros, indices, dy], { axis: attrs.axis, reduction: 'add' })];
});

/** By way of Gather along one joined axis: ScatterND's additions are not exact on the CPU, see `addAtIndices`. */
export const GatherND = rule<'GatherND'>(({ g, node, x: [data, indices], dy, attrs, shape }) => {
  if (attrs.batch_dims !== 0)
    fail('unsupported-gradient', `GatherND node \`${node.name}\`: \`batch_dims\` (=${attrs.batch_dims}) has a gradient only when 0.`);
  const sizes = shape(data);
  const depth = shape(indices).at(-1) as number;
  const [joined, rest] = [sizes.slice(0, depth), sizes.slice(depth)];
  // Negative indices count from the back of their own axis, so they are wrapped before the axes are joined.
  const sizesOf = g.ints(joined);
  const counted = g.where(g.less(indices, 0), g.add(indices, sizesOf), indices);
  const strides = g.ints(joined.map((_, i) => joined.slice(i + 1).reduce((product, size) => product * size, 1)));
  const flat = g.sum(g.mul(counted, strides), [-1]);
  const rows = joined.reduce((product, size) => product * size, 1);
  return [g.reshape(addAtIndices(g, dy, flat, 0, [rows, ...rest]), sizes)];
});

export const ScatterElements = rule<'ScatterElements'>((c) => {
  const { g, x, dy, attrs } = c;
  const { axis } = attrs;
  const [, indices, updates] = x;
  const cleared = (zeros: typeof dy) => g.op('ScatterElements', [dy, indices, zeros], { axis });
  return [replaced(c, () => cleared(g.expand(g.scalar(0, dy.dtype), c.shape(updates)))), undefined, g.op('GatherElements', [dy, indices], { axis })];
});

export const ScatterND = rule<'ScatterND'>((c) => {
  const { g, x, dy } = c;
  const [, indices, updates] = x;
  const cleared = () => g.op('ScatterND', [dy, indices, g.expand(g.scalar(0, dy.dtype), c.shape(updates))]);
  return [replaced(c, cleared), undefined, g.op('GatherND', [dy, indices])];
});

/** The gradient of the data: all of dy where updates were added, dy without the places that were overwritten (no two alike) otherwise. */
function replaced({ node, attrs, dy }: RuleContext<{ readonly reduction: string }>, cleared: () => typeof dy): typeof dy {
  if (attrs.reduction === 'add') return dy;
  if (attrs.reduction === 'none') return cleared();
  return fail(
    'unsupported-gradient',
    `${node.op} node \`${node.name}\`: \`reduction\` "${attrs.reduction}" has no gradient here; "none" and "add" have.`,
  );
}
