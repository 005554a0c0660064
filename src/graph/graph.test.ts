import { describe, expect, test } from 'vitest';
import { tensorOf } from '../core/tensor.ts';
import { Builder } from './builder.ts';
import { attrsOf, Graph } from './graph.ts';

const data = (...values: number[]) => tensorOf('float32', values);

describe('names', () => {
  const build = () => {
    const g = new Builder();
    const x = g.input('Relu', 'float32', ['N', 2]);
    g.scope('block', () => g.relu(g.relu(x)));
    g.scope('block', () => g.scope('inner', () => g.relu(x)));
    g.relu(g.add(x, 1));
    return g;
  };

  test('are unique, carry their scope, and number what repeats', () => {
    expect(build().nodes.map(({ name, outputs }) => `${name} -> ${outputs[0]?.name}`)).toMatchInlineSnapshot(`
      [
        "block/Relu -> block/Relu_1",
        "block/Relu_2 -> block/Relu_3",
        "block/inner/Relu -> block/inner/Relu_1",
        "Add -> Add_1",
        "Relu_1 -> Relu_2",
      ]
    `);
  });

  test('are the same each time', () => {
    expect([...build().values.keys()]).toEqual([...build().values.keys()]);
  });

  test('avoid those that were given', () => {
    const g = new Graph();
    g.input('x_1', 'float32', []);
    expect([g.fresh('x'), g.fresh('x'), g.fresh('x')]).toEqual(['x', 'x_2', 'x_3']);
  });

  test('avoid those of nodes, and a node gets a number where its name is taken', () => {
    const g = new Builder();
    const x = g.input('x', 'float32', [2]);
    const named = (name: string) => g.append('Relu', [x], {}, { name, outputs: [`y${g.nodes.length}`] }).name;
    expect([named('loss/Mul'), named('loss/Mul'), g.scope('loss', () => g.fresh('Mul')), g.scope('loss', () => named('loss/Mul'))]).toEqual([
      'loss/Mul',
      'loss/Mul_1',
      'loss/Mul_2',
      'loss/Mul_3',
    ]);
  });

  test('avoid those that are kept for what another graph still gives', () => {
    const other = new Builder();
    other.append('Relu', [other.input('x', 'float32', [2])], {}, { name: 'later', outputs: ['y'] });
    const g = new Graph();
    g.reserve(other);
    expect([g.fresh('x'), g.fresh('later'), g.fresh('y'), g.input('x', 'float32', [2]).name]).toEqual(['x_1', 'later_1', 'y_1', 'x']);
  });

  test('leave a scope that failed', () => {
    const g = new Graph();
    expect(() =>
      g.scope('broken', () => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(g.fresh('x')).toBe('x');
  });
});

describe('values', () => {
  test('are told apart by kind, parameters by an id of their own', () => {
    const g = new Graph();
    g.input('x', 'float32', ['N']);
    g.parameter('w', data(1, 2), 'dense/kernel');
    g.parameter('b', data(1));
    g.buffer('mean', data(0));
    g.random('mask', ['N'], { distribution: 'dropout', rate: 0.5 });
    g.constant(data(3));
    const kinds = (['input', 'parameter', 'buffer', 'random', 'constant', 'result'] as const).map((kind) => g.ofKind(kind).map(({ name }) => name));
    expect(kinds).toEqual([['x'], ['w', 'b'], ['mean'], ['mask'], ['const'], []]);
    expect([g.value('w').id, g.value('b').id]).toEqual(['dense/kernel', 'b']);
    expect(g.value('w').shape).toEqual([2]);
  });

  test('know the node that made them', () => {
    const g = new Builder();
    const y = g.relu(g.input('x', 'float32', [2]));
    expect(y.node?.op).toBe('Relu');
    expect(y.node?.outputs).toEqual([y]);
  });
});

describe('nodes', () => {
  test('declare the outputs that are asked for', () => {
    const g = new Graph();
    const x = g.input('x', 'float32', ['N', 3]);
    const vector = g.parameter('v', data(1, 1, 1));
    const attrs = { training_mode: 1 };
    const node = g.append('BatchNormalization', [x, vector, vector, vector, vector], attrs, { name: 'bn', outputs: ['y', '', 'variance'] });
    expect(node.outputs.map((value) => value && `${value.name} [${value.shape}]`)).toEqual(['y [N,3]', undefined, 'variance [3]']);
    expect(attrsOf(node)).toMatchObject({ momentum: 0.9, training_mode: 1 });
    expect(node.attrs).toEqual(attrs);
  });

  test('of an op that Graft does not know take the types given', () => {
    const g = new Graph();
    const node = g.append('Fused', [g.input('x', 'float32', [2])], {}, { domain: 'com.example', types: [{ dtype: 'float32', shape: ['N'] }] });
    expect(node.outputs[0]?.shape).toEqual(['N']);
    expect(g.opsets.get('com.example')).toBe(1);
  });
});

test('errors name the value, the place and the remedy', () => {
  const other = new Builder().input('stranger', 'float32', [2]);
  const failing: Record<string, (g: Builder, x: ReturnType<Builder['input']>) => unknown> = {
    'a name twice': (g) => g.input('x', 'float32', []),
    'an empty name': (g) => g.input('', 'float32', []),
    'no such value': (g) => g.value('y'),
    'an integer parameter': (g) => g.parameter('p', tensorOf('int64', [1])),
    'a value of another graph': (g) => g.relu(other),
    'an output of another graph': (g) => g.output('y', other),
    'an unknown op': (g, x) => g.append('Frobnicate', [x]),
    'an unknown attribute': (g, x) => g.append('Relu', [x], { slope: 1 }),
    'too many inputs': (g, x) => g.append('Relu', [x, x]),
    'an input left out': (g, x) => g.append('Add', [x, undefined]),
    'shapes that do not broadcast': (g, x) => g.add(x, g.input('z', 'float32', [4])),
    'element types that differ': (g, x) => g.add(x, g.input('i', 'int64', [3])),
    'an axis outside': (g, x) => g.concat([x, x], 2),
    'only numbers': (g) => g.add(1, 2),
  };
  const messages = Object.entries(failing).map(([what, run]) => {
    const g = new Builder('g');
    const x = g.input('x', 'float32', ['N', 3]);
    try {
      run(g, x);
      return `${what}: accepted`;
    } catch (error) {
      return `${what}: ${(error as Error).message}`;
    }
  });
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "a name twice: Graph \`g\` already has a value named \`x\`; names are unique.
    an empty name: A value needs a name.
    no such value: Graph \`g\` has no value named \`y\`.
    an integer parameter: Parameter \`p\` is int64; only floating-point tensors can be trained.
    a value of another graph: Relu node \`Relu\` uses \`stranger\`, which belongs to another graph. Look it up in this one by name.
    an output of another graph: output \`y\` uses \`stranger\`, which belongs to another graph. Look it up in this one by name.
    an unknown op: Frobnicate node \`Frobnicate\`: Graft does not know this op and cannot tell its output's shape.
    an unknown attribute: Relu node \`Relu\` has no attribute \`slope\` (=1). It has: none.
    too many inputs: Relu node \`Relu\` takes X, but 2 inputs were given.
    an input left out: Add node \`Add\`: input B is missing.
    shapes that do not broadcast: Add node \`Add\`: shapes [N, 3] and [4] do not broadcast (3 against 4).
    element types that differ: Add node \`Add\`: inputs have different element types (float32, int64); cast them to one.
    an axis outside: Concat node \`Concat\`: axis 2 is outside [-2, 1] of a value of rank 2.
    only numbers: At least one operand must be a value of the graph."
  `);
});
