import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tensorOf, toNumbers } from '../core/tensor.ts';
import { runGraph } from '../lower/run.ts';
import { Builder } from './builder.ts';
import type { Value } from './graph.ts';
import { prune, rewrite, specialise } from './rewrite.ts';
import { formatShape } from './types.ts';

const parameter = (g: Builder, name: string, ...dims: number[]) => {
  const size = dims.reduce((a, b) => a * b, 1);
  return g.parameter(
    name,
    tensorOf(
      'float32',
      Array.from({ length: size }, (_, i) => Math.sin(i + name.length)),
      dims,
    ),
  );
};

/** Shapes of all results, in order. */
const shapes = (g: Builder) => g.ofKind('result').map(({ node, shape }) => `${node?.op} ${formatShape(shape)}`);

/** Normalised rows, flattened, through a dense layer. */
function convolutional(): Builder {
  const g = new Builder('cnn');
  const x = g.input('x', 'float32', ['N', 3, 4, 4]);
  const mask = g.random('mask', ['N', 48], { distribution: 'dropout', rate: 0.5 });
  const vectors = ['scale', 'bias', 'mean', 'variance'].map((name) => g.parameter(name, tensorOf('float32', [1, 1, 1])));
  const conv = g.op('Conv', [x, parameter(g, 'kernel', 3, 3, 3, 3)], { pads: [1, 1, 1, 1] });
  const flat = g.op('Flatten', [g.relu(g.op('BatchNormalization', [conv, ...vectors]))]);
  g.output('logits', g.op('Gemm', [g.mul(flat, mask), parameter(g, 'weight', 5, 48), parameter(g, 'offset', 5)], { transB: 1 }));
  return g;
}

/** Self-attention's moves: heads split off, turned to the front, multiplied, and joined again. */
function attention(): Builder {
  const g = new Builder('attention');
  const x = g.input('x', 'float32', ['N', 'L', 8]);
  const heads = g.transpose(g.reshape(x, [0, 0, 2, 4]), [0, 2, 1, 3]);
  const weights = g.softmax(g.matMul(heads, g.transpose(heads, [0, 1, 3, 2])));
  const joined = g.reshape(g.transpose(g.matMul(weights, heads), [0, 2, 1, 3]), [0, 0, 8]);
  g.output('y', g.reshape(joined, [-1, 8]));
  return g;
}

describe('specialise', () => {
  test('binds the batch through a CNN', () => {
    expect(shapes(convolutional())).toMatchInlineSnapshot(`
      [
        "Conv [N, 3, 4, 4]",
        "BatchNormalization [N, 3, 4, 4]",
        "Relu [N, 3, 4, 4]",
        "Flatten [N, 48]",
        "Mul [N, 48]",
        "Gemm [N, 5]",
      ]
    `);
    const { graph, map } = specialise(convolutional(), { N: 2 });
    expect(shapes(graph)).toMatchInlineSnapshot(`
      [
        "Conv [2, 3, 4, 4]",
        "BatchNormalization [2, 3, 4, 4]",
        "Relu [2, 3, 4, 4]",
        "Flatten [2, 48]",
        "Mul [2, 48]",
        "Gemm [2, 5]",
      ]
    `);
    expect(graph.value('mask').shape).toEqual([2, 48]);
    expect(() => map(convolutional().value('x'))).toThrow('`x` is not in the rewritten graph.');
  });

  test('binds batch and length through attention', () => {
    expect(shapes(attention())).toMatchInlineSnapshot(`
      [
        "Reshape [N, L, 2, 4]",
        "Transpose [N, 2, L, 4]",
        "Transpose [N, 2, 4, L]",
        "MatMul [N, 2, L, L]",
        "Softmax [N, 2, L, L]",
        "MatMul [N, 2, L, 4]",
        "Transpose [N, L, 2, 4]",
        "Reshape [N, L, 8]",
        "Reshape [Reshape_4.0, 8]",
      ]
    `);
    expect(shapes(specialise(attention(), { N: 2, L: 5 }).graph)).toMatchInlineSnapshot(`
      [
        "Reshape [2, 5, 2, 4]",
        "Transpose [2, 2, 5, 4]",
        "Transpose [2, 2, 4, 5]",
        "MatMul [2, 2, 5, 5]",
        "Softmax [2, 2, 5, 5]",
        "MatMul [2, 2, 5, 4]",
        "Transpose [2, 5, 2, 4]",
        "Reshape [2, 5, 8]",
        "Reshape [10, 8]",
      ]
    `);
  });

  test('leaves names that it is not told', () => {
    expect(specialise(attention(), { L: 5 }).graph.outputs.get('y')?.node?.inputs[0]?.shape).toEqual(['N', 5, 8]);
  });

  test('finds sizes that cannot be', () => {
    const g = new Builder();
    g.reshape(g.input('x', 'float32', ['N', 3]), [2, 6]);
    expect(shapes(specialise(g, { N: 4 }).graph)).toEqual(['Reshape [2, 6]']);
    expect(() => specialise(g, { N: 5 })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Reshape node \`Reshape\`: [5, 3] has 15 elements, which do not fill [2, 6].]`,
    );
  });
});

describe('prune', () => {
  test('drops nodes and constants that no output needs, and keeps what is declared', () => {
    const g = new Builder();
    const x = g.input('x', 'float32', [2]);
    parameter(g, 'unused', 2);
    g.add(g.relu(x), 7);
    g.output('y', g.mul(x, 3));
    const { graph, map } = prune(g);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Mul']);
    expect([...graph.values.keys()]).toEqual(['x', 'unused', 'scalar_3', 'Mul_1']);
    expect(map(x)).toBe(graph.value('x'));
  });

  test('keeps a node for any one of its outputs', () => {
    const g = new Builder();
    const [, second] = g.ops('Split', [g.input('x', 'float32', [4])], { num_outputs: 2 }, 2);
    g.output('y', second as Value);
    expect(prune(g).graph.nodes.map(({ op }) => op)).toEqual(['Split']);
  });
});

describe('rewrite', () => {
  test('keeps names, kinds, ids, attributes, opsets and metadata', () => {
    const g = convolutional();
    g.metadata.set('labels', 'a,b');
    const { graph } = rewrite(g, () => undefined);
    const strip = ({ values, nodes, opsets, metadata, outputs }: Builder) => ({
      values: new Map([...values.values()].map(({ node, ...rest }) => [rest.name, { ...rest, node: node?.name }])),
      nodes: nodes.map(({ inputs, outputs: made, ...rest }) => ({ ...rest, inputs: inputs.map((v) => v?.name), made: made.map((v) => v?.name) })),
      opsets,
      metadata,
      outputs: [...outputs].map(([name, value]) => [name, value.name]),
    });
    expect(strip(graph)).toEqual(strip(g));
  });

  test('names the node whose replacement is incomplete', () => {
    expect(() => rewrite(convolutional(), ({ node }) => (node.op === 'Relu' ? [] : undefined))).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: \`Relu_1\` is not in the rewritten graph. The replacement of Relu node \`Relu\` does not give it.]`,
    );
  });

  const unary = ['relu', 'tanh', 'neg', 'abs', 'sigmoid'] as const;
  const binary = ['add', 'sub', 'mul', 'max', 'matMul'] as const;
  const step = fc.tuple(fc.constantFrom(...unary, ...binary), fc.nat(), fc.nat());
  const programs = fc.sample(fc.array(step, { minLength: 1, maxLength: 12 }), { numRuns: 15, seed: 7 });

  test.each(programs.map((program, i) => [i, program] as const))('and prune keep what a random graph computes (%i)', async (_, program) => {
    const g = new Builder();
    const values: Value[] = [parameter(g, 'a', 3, 3), parameter(g, 'bb', 3, 3)];
    for (const [op, i, j] of program) {
      const [x, y] = [values[i % values.length], values[j % values.length]] as [Value, Value];
      values.push((binary as readonly string[]).includes(op) ? g[op as 'add'](x, y) : g[op as 'relu'](x));
    }
    g.output('y', values.at(-1) as Value);
    // Doubled negation is the identity exactly.
    const doubled = rewrite(g, ({ g: to, node, inputs }) => {
      if (node.op !== 'Neg' && node.op !== 'Relu') return undefined;
      return [to.neg(to.neg(to.op(node.op, inputs)))];
    });
    const [before, after] = [await runGraph(g), await runGraph(prune(doubled.graph).graph)];
    expect(toNumbers(after.y as never)).toEqual(toNumbers(before.y as never));
  });
});
