// Models: write then read is the identity; outputs are called as asked; what a file cannot hold is refused by name.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Tensor, tensorOf } from '../../core/tensor.ts';
import { Graph, type Value } from '../graph.ts';
import type { AttrType, AttrValue } from '../types.ts';
import { readOnnx } from './read.ts';
import { writeOnnx } from './write.ts';

const SHAPE = ['N', 3];
const row = (values: readonly number[]) => tensorOf('float32', values, [1, 3]);
const int = fc.integer({ min: -1000, max: 1000 });
const float = fc.float({ noNaN: true });

/** A value of each kind of attribute. */
const attr: fc.Arbitrary<[AttrType, AttrValue]> = fc.oneof(
  fc.tuple(fc.constant('int' as const), fc.oneof(int, fc.constantFrom(2 ** 63, -(2 ** 63), 2 ** 53 - 1))),
  fc.tuple(fc.constant('float' as const), float),
  fc.tuple(fc.constant('string' as const), fc.string({ unit: 'grapheme' })),
  fc.tuple(fc.constant('ints' as const), fc.array(int)),
  fc.tuple(fc.constant('floats' as const), fc.array(float)),
  fc.tuple(fc.constant('strings' as const), fc.array(fc.string())),
  fc.tuple(fc.constant('tensor' as const), fc.array(float, { minLength: 3, maxLength: 3 }).map(row)),
);

const step = fc.record({
  op: fc.constantFrom('Add', 'Sub', 'Mul', 'Div', 'Neg', 'Cast', 'Mix'),
  a: fc.nat(),
  b: fc.nat(),
  attrs: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), attr, { maxKeys: 4 }),
  named: fc.boolean(),
  output: fc.boolean(),
});

/** Graphs with values of every kind, known and foreign ops, left-out inputs and outputs, and attributes of every kind. */
const anyGraph = fc
  .record({ steps: fc.array(step, { maxLength: 12 }), metadata: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }) })
  .map(({ steps, metadata }) => {
    const g = new Graph('any', [
      ['', 21],
      ['org.example', 3],
    ]);
    for (const [key, value] of Object.entries(metadata)) g.metadata.set(key, value);
    const values: Value[] = [
      g.parameter('layer.weight', row([1, 2, 3])),
      g.input('x', 'float32', SHAPE),
      g.constant(row([4, 5, 6])),
      g.random('mask', SHAPE, { distribution: 'dropout', rate: 0.5 }),
      g.buffer('mean', row([7, 8, 9])),
      g.input('y', 'float32', SHAPE),
    ];
    for (const { op, a, b, attrs, named, output } of steps) {
      const first = values[a % values.length] as Value;
      const second = values[b % values.length] as Value;
      const name = named ? { name: `my ${op} ${g.nodes.length}` } : {};
      if (op === 'Mix') {
        const node = g.append(
          op,
          [first, undefined, second],
          mapValues(attrs, ([, value]) => value),
          {
            ...name,
            domain: 'org.example',
            outputs: [g.fresh('mixed'), '', g.fresh('left')],
            types: [first, first, { dtype: 'int64', shape: [] }],
            attrTypes: mapValues(attrs, ([type]) => type),
          },
        );
        values.push(node.outputs[0] as Value);
      } else if (op === 'Cast') {
        g.append('Cast', [first], { to: 'float16' }, name);
      } else {
        values.push(g.append(op, op === 'Neg' ? [first] : [first, second], {}, name).outputs[0] as Value);
      }
      const result = g.nodes.at(-1)?.outputs[0];
      if (output && result) g.output(result.name, result);
    }
    return g;
  });

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** All that a file can say of a graph. A file does not tell `random` values from inputs. */
function describeGraph(g: Graph) {
  const declared = (value: Value) => ({ name: value.name, dtype: value.dtype, shape: value.shape, data: value.data, id: value.id });
  return {
    name: g.name,
    opsets: new Map([...g.opsets].filter(([domain]) => domain === '' || g.nodes.some((node) => node.domain === domain))),
    metadata: g.metadata,
    inputs: [...g.ofKind('input'), ...g.ofKind('random')].map(declared),
    parameters: g.ofKind('parameter').map(declared),
    buffers: g.ofKind('buffer').map(declared),
    constants: g.ofKind('constant').map(declared),
    nodes: g.nodes.map(({ name, domain, op, inputs, outputs, attrs, attrTypes }) => ({
      name,
      domain,
      op,
      attrs,
      attrTypes: attrTypes ?? {},
      inputs: inputs.map((value) => value?.name),
      outputs: outputs.map((value) => value && declared(value)),
    })),
    outputs: [...g.outputs].map(([name, value]) => [name, value.name]),
  };
}

const kinds = (g: Graph) => (name: string) => {
  const { kind } = g.value(name);
  return kind === 'parameter' || kind === 'buffer' ? kind : 'constant';
};

describe('writeOnnx', () => {
  it('is inverted by readOnnx', () => {
    fc.assert(
      fc.property(anyGraph, (g) => {
        expect(describeGraph(readOnnx(writeOnnx(g), { kindOf: kinds(g), floats: 'stored' }))).toEqual(describeGraph(g));
      }),
    );
  });

  it('stores, replaces or leaves out parameters and buffers as asked', () => {
    const g = new Graph();
    g.input('x', 'float32', SHAPE);
    g.parameter('w', row([1, 2, 3]));
    g.parameter('v', row([4, 5, 6]));
    g.buffer('mean', row([7, 8, 9]));
    const now: Record<string, Tensor> = { w: row([0, 0, 1]) };
    const read = readOnnx(writeOnnx(g, { stored: ({ name }) => now[name] }));
    expect(read.ofKind('input').map(({ name, shape }) => [name, shape])).toEqual([
      ['x', SHAPE],
      ['v', [1, 3]],
      ['mean', [1, 3]],
    ]);
    expect(read.value('w')).toMatchObject({ kind: 'constant', data: now.w });
    now.mean = tensorOf('float32', [1, 2]);
    expect(() => writeOnnx(g, { stored: ({ name }) => now[name] })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: The tensor to store for the buffer \`mean\` is float32 [2], but the graph declares float32 [1, 3].]`,
    );
  });

  it('calls results by the name of the output, moves others out of the way and copies what cannot be renamed', () => {
    const g = new Graph();
    const x = g.input('x', 'float32', SHAPE);
    const hidden = g.append('Neg', [x], {}, { outputs: ['logits'] }).outputs[0] as Value;
    const last = g.append('Neg', [hidden], {}, { outputs: ['Neg_7'] }).outputs[0] as Value;
    g.output('logits', last);
    g.output('again', last);
    g.output('input', x);
    const read = readOnnx(writeOnnx(g));
    expect(read.nodes.map(({ op, inputs, outputs }) => [op, inputs[0]?.name, outputs[0]?.name])).toEqual([
      ['Neg', 'x', 'logits_1'],
      ['Neg', 'logits_1', 'logits'],
      ['Identity', 'logits', 'again'],
      ['Identity', 'x', 'input'],
    ]);
    expect([...read.outputs.keys()]).toEqual(['logits', 'again', 'input']);
    g.output('x', last);
    expect(() => writeOnnx(g)).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Output \`x\` has the name of another value, of kind input. Give the output a name of its own.]`,
    );
  });

  it('declares the opset of the youngest op', () => {
    const g = new Graph('young', [['', 21]]);
    g.append('Swish', [g.input('x', 'float32', SHAPE)]);
    expect([...readOnnx(writeOnnx(g)).opsets]).toEqual([['', 24]]);
  });

  it("ends a node's inputs with the last that is given", () => {
    const g = new Graph();
    const x = g.input('x', 'float32', SHAPE);
    g.append('Mix', [x, undefined, x, undefined, undefined], {}, { domain: 'org.example', outputs: ['y'], types: [x] });
    expect(readOnnx(writeOnnx(g)).nodes[0]?.inputs.map((value) => value?.name)).toEqual(['x', undefined, 'x']);
  });

  it('refuses attributes it cannot write', () => {
    const foreign = (attrs: Record<string, AttrValue>, attrTypes: Record<string, AttrType>) => () => {
      const g = new Graph();
      g.append('Mix', [g.input('x', 'float32', SHAPE)], attrs, {
        name: 'mix',
        domain: 'org.example',
        outputs: ['y'],
        types: [{ dtype: 'float32', shape: [] }],
        attrTypes,
      });
      return writeOnnx(g);
    };
    expect(foreign({ mode: 'wide' }, {})).not.toThrow();
    expect(foreign({ k: 1 }, {})).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Mix node \`mix\`: say in \`attrTypes\` whether \`k\` is an int or a float.]`,
    );
    expect(foreign({ k: 1.5 }, { k: 'int' })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Mix node \`mix\`: attribute \`k\` is 1.5, but ONNX asks for an integer here.]`,
    );
  });
});
