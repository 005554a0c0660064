// Gradients of looking up and putting by index: each is the other's, and elements that were looked up several times get the sum.
import { fail } from '../../core/errors.ts';
import type { Value } from '../../graph/graph.ts';
import { joinedIndices } from '../../graph/joined-indices.ts';
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
export const GatherND = rule<'GatherND'>(({ g, x: [data, indices], dy, attrs, shape }) => {
  const joined = joinedIndices(g, indices, shape(data), attrs.batch_dims);
  return [g.reshape(addAtIndices(g, dy, joined.indices, 0, [joined.rows, ...joined.rest]), shape(data))];
});

/** The two moves of a scatter's indices: taking what stands at them, and putting values there. */
interface Places {
  readonly take: (from: Value) => Value;
  readonly put: (into: Value, values: Value, reduction: string) => Value;
}
type Scatter = RuleContext<{ readonly reduction: string }>;

export const ScatterElements = rule<'ScatterElements'>((c) => {
  const { g, attrs } = c;
  const [, indices] = c.x;
  return scattered(c, {
    take: (from) => g.op('GatherElements', [from, indices], { axis: attrs.axis }),
    put: (into, values, reduction) => g.op('ScatterElements', [into, indices, values], { axis: attrs.axis, reduction }),
  });
});

export const ScatterND = rule<'ScatterND'>((c) => {
  const { g } = c;
  const [, indices] = c.x;
  const put = (into: Value, values: Value, reduction: string) => g.op('ScatterND', [into, indices, values], { reduction });
  const take = (from: Value) => g.op('GatherND', [from, indices]);
  return scattered(c, { take, put });
});

function scattered(c: Scatter, places: Places): readonly (Value | undefined)[] {
  const { g, node, attrs, dy, shape } = c;
  const [, , updates] = c.x;
  switch (attrs.reduction) {
    case 'add':
      return [dy, undefined, places.take(dy)];
    case 'none':
      // Places that were overwritten (no two updates go to one) have lost their data.
      return [places.put(dy, g.expand(g.scalar(0, dy.dtype), shape(updates)), 'none'), undefined, places.take(dy)];
    case 'mul':
      return multiplied(c, places);
    case 'max':
    case 'min':
      return extreme(c, places);
    default:
      return fail(
        'invalid-argument',
        `${node.op} node \`${node.name}\` has no \`reduction\` "${attrs.reduction}"; it has none, add, mul, max and min.`,
      );
  }
}

/** What equals the result shares its gradient equally: data and updates alike. */
function extreme({ g, x, y: [y], dy }: Scatter, { take, put }: Places): readonly (Value | undefined)[] {
  const [data, , updates] = x;
  const kept = g.mask(g.equal(data, y), y.dtype);
  const hit = g.mask(g.equal(updates, take(y)), y.dtype);
  const share = g.div(dy, put(kept, hit, 'add'));
  return [g.mul(share, kept), undefined, g.mul(take(share), hit)];
}

/** The product of the other factors of each place, as ReduceProd's gradient finds it: with zeros replaced by ones, and 0 where another factor is 0. */
function multiplied({ g, x, dy }: Scatter, { take, put }: Places): readonly (Value | undefined)[] {
  const [data, , updates] = x;
  const zero = (value: Value) => g.mask(g.equal(value, 0), value.dtype);
  const [dataZero, updateZero] = [zero(data), zero(updates)];
  const [dataFilled, updateFilled] = [g.add(data, dataZero), g.add(updates, updateZero)];
  const product = put(dataFilled, updateFilled, 'mul');
  const zeros = put(dataZero, updateZero, 'add');
  const alone = (own: Value, all: Value) => g.mask(g.equal(own, all), dy.dtype);
  const slope = g.mul(dy, product);
  return [
    g.mul(g.div(slope, dataFilled), alone(dataZero, zeros)),
    undefined,
    g.mul(g.div(take(slope), updateFilled), alone(updateZero, take(zeros))),
  ];
}
