import { expect, test } from 'vitest';
import { tensorOf, toNumbers } from '../core/tensor.ts';
import { runGraph } from '../lower/run.ts';
import { Builder } from './builder.ts';
import { foldConstants } from './fold.ts';
import type { Value } from './graph.ts';
import { prune, specialise } from './rewrite.ts';
import type { Dim } from './types.ts';

/** `[N, 12, L]` and its sizes. */
function started(): { g: Builder; x: Value; sizes: Value; at: (i: number) => Value } {
  const g = new Builder();
  const x = g.input('x', 'float32', ['N', 12, 'L']);
  const sizes = g.op('Shape', [x]);
  return { g, x, sizes, at: (i) => g.gather(sizes, g.scalar(i, 'int64')) };
}

test('sizes pass through what models do with them', () => {
  const { g, sizes, at } = started();
  const cast = (value: Value) => g.op('Cast', [value], { to: 'float32' });
  const known: Record<string, Value> = {
    'all sizes': sizes,
    'one of them': at(0),
    'from the back': g.op('Slice', [sizes, g.ints([-2]), g.ints([3]), g.ints([0])]),
    joined: g.op('Concat', [g.ints([4]), g.unsqueeze(at(2), [0]), g.unsqueeze(at(1), [0])], { axis: 0 }),
    'a half of a known one': g.div(at(1), 2),
    'a half of a name': g.div(at(0), 2),
    'times one': g.mul(at(0), 1),
    'minus itself': g.sub(at(0), at(0)),
    'by itself': g.div(at(2), at(2)),
    'no size is -1': g.equal(sizes, -1),
    'where -1': g.where(g.equal(sizes, -1), g.op('ConstantOfShape', [g.ints([3])], { value: tensorOf('int64', [1]) }), sizes),
    'split off': g.ops('Split', [sizes, g.ints([1, 2])], { axis: 0 }, 2)[1] as Value,
    'scale of attention': g.div(1, g.op('Sqrt', [cast(at(1))])),
    counted: g.op('Range', [g.scalar(0, 'int64'), at(1), g.scalar(5, 'int64')]),
    'product of known ones': g.op('ReduceProd', [g.op('Slice', [sizes, g.ints([1]), g.ints([2])])], { keepdims: 0 }),
    'rows and columns': g.op('Transpose', [g.reshape(g.ints([1, 2, 3, 4, 5, 6]), [2, 3])], { perm: [1, 0] }),
    clipped: g.op('Clip', [sizes, g.scalar(13, 'int64')]),
    'not below 0': g.op('Clip', [sizes, g.scalar(0, 'int64')]),
    repeated: g.op('Tile', [g.ints([1, 2]), g.ints([2])]),
    stretched: g.expand(g.reshape(g.ints([7, 8]), [2, 1]), [2, 2]),
  };
  const shown = Object.entries(known).map(([name, { elements }]) => `${name}: ${elements?.map((element) => element ?? '?').join(' ') ?? 'unknown'}`);
  expect(shown.join('\n')).toMatchInlineSnapshot(`
    "all sizes: N 12 L
    one of them: N
    from the back: 12 L
    joined: 4 L 12
    a half of a known one: 6
    a half of a name: unknown
    times one: N
    minus itself: 0
    by itself: 1
    no size is -1: 0 0 0
    where -1: N 12 L
    split off: 12 L
    scale of attention: 0.28867512941360474
    counted: 0 5 10
    product of known ones: 12
    rows and columns: 1 4 2 5 3 6
    clipped: ? 13 ?
    not below 0: N 12 L
    repeated: 1 2 1 2
    stretched: 7 7 8 8"
  `);
});

test('shapes are typed by computed sizes, with and without names', () => {
  const { g, x, at } = started();
  const row = (value: Value) => g.unsqueeze(value, [0]);
  const heads = g.op('Reshape', [x, g.op('Concat', [row(at(0)), g.ints([3, -1]), row(at(2))], { axis: 0 })]);
  const half = g.op('Slice', [x, g.ints([0]), row(g.div(at(2), 2)), g.ints([2])]);
  const whole = g.op('Slice', [x, g.ints([0]), row(at(2)), g.ints([2])]);
  const mask = g.op('Expand', [
    g.input('mask', 'float32', ['N', 1, 1, 'L']),
    g.op('Concat', [row(at(0)), g.ints([1]), row(at(2)), row(at(2))], { axis: 0 }),
  ]);
  const tiled = g.op('Tile', [g.input('token', 'float32', [1, 5]), g.op('Concat', [row(at(0)), g.ints([1])], { axis: 0 })]);
  const zeros = g.op('ConstantOfShape', [g.op('Shape', [x])]);
  const results = { heads, half, whole, mask, tiled, zeros };
  for (const [name, value] of Object.entries(results)) g.output(name, value);
  const shapes = (of: (name: string) => readonly Dim[] | undefined) =>
    Object.keys(results)
      .map((name) => `${name}: ${of(name)?.join(' ')}`)
      .join('\n');
  expect(shapes((name) => results[name as keyof typeof results].shape)).toMatchInlineSnapshot(`
    "heads: N 3 4 L
    half: N 12 Slice.2
    whole: N 12 L
    mask: N 1 L L
    tiled: N 5
    zeros: N 12 L"
  `);
  const { graph } = specialise(g, { N: 2, L: 6 });
  expect(shapes((name) => graph.outputs.get(name)?.shape)).toMatchInlineSnapshot(`
    "heads: 2 3 4 6
    half: 2 12 3
    whole: 2 12 6
    mask: 2 1 6 6
    tiled: 2 5
    zeros: 2 12 6"
  `);
});

test('nothing is told of elements that are only known when the graph runs', async () => {
  const g = new Builder();
  const x = g.input('x', 'float32', ['N', 4]);
  const compared = ['Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'Equal'] as const;
  for (const at of [-1, 0]) {
    for (const op of compared) {
      g.output(`${op} ${at}`, g.cast(g.op(op, [x, g.scalar(at)]), 'float32'));
      g.output(`${at} ${op}`, g.cast(g.op(op, [g.scalar(at), x]), 'float32'));
    }
    g.output(`Max ${at}`, g.op('Max', [x, g.scalar(at)]));
    g.output(`Max of three ${at}`, g.op('Max', [x, g.scalar(at), g.scalar(0.5)]));
    g.output(`Min ${at}`, g.op('Min', [g.scalar(at), x]));
  }
  g.output('times zero', g.mul(x, 0));
  const sized = specialise(g, { N: 2 }).graph;
  const feeds = { x: tensorOf('float32', [-2, -1, -0.5, 0, 0.5, 1, 2, 3], [2, 4]) };
  expect(await runGraph(foldConstants(sized).graph, feeds)).toEqual(await runGraph(sized, feeds));
  expect(foldConstants(sized).graph.nodes.length).toBe(sized.nodes.length);
});

test('folding leaves no shape arithmetic once sizes are bound', () => {
  const { g, x, sizes, at } = started();
  const root = g.op('Sqrt', [g.op('Cast', [at(1)], { to: 'float32' })]);
  g.output('y', g.div(g.op('Reshape', [x, g.op('Concat', [g.unsqueeze(at(0), [0]), g.ints([-1])], { axis: 0 })]), root));
  g.output('sizes', sizes);
  const folded = prune(foldConstants(specialise(g, { N: 2, L: 6 }).graph).graph).graph;
  expect(folded.nodes.map(({ op }) => op)).toEqual(['Reshape', 'Div']);
  const output = folded.outputs.get('sizes');
  expect(output?.kind === 'constant' && output.data && toNumbers(output.data)).toEqual([2, 12, 6]);
  expect(folded.nodes[1]?.inputs[1]?.data?.data).toEqual(Float32Array.of(Math.sqrt(12)));
});
