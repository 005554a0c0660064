// What no graph of tensors can hold, or no gradient passes, is refused with the op, the node, the opset and the remedy; what can be known is followed.
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { type ModelSpec, onnxModel } from '../../../tests/support/onnx-model.ts';
import { tensorOf, zeros } from '../../core/tensor.ts';
import { Builder } from '../builder.ts';
import { AttributeProto_AttributeType as Kind, ModelProtoSchema } from './onnx_pb.ts';
import { type ReadOnnxOptions, readOnnx } from './read.ts';
import { writeOnnx } from './write.ts';

/** The message with which a model of one node of `x` `[N, 4]` is refused. */
function refusal(node: ModelSpec['nodes'][number], opset = 17, options: ReadOnnxOptions = {}): string {
  const model = fromBinary(
    ModelProtoSchema,
    onnxModel({ inputs: { x: ['N', 4] }, constants: { w: tensorOf('int8', [1, 2]) }, nodes: [node], opset }),
  );
  for (const entry of model.opsetImport) if (entry.domain === '') entry.version = BigInt(opset);
  try {
    return `read: ${readOnnx(toBinary(ModelProtoSchema, model), options).nodes.map(({ op }) => op)}`;
  } catch (error) {
    return (error as Error).message;
  }
}
const of = (op: string, domain = '', attrs = {}) => ({ op, domain, name: 'n', inputs: ['x'], outputs: { y: [] }, attrs });

/** A model `y = f(x)` of `x` `[N, 4]`, as messages. */
function model(init: MessageInitShape<typeof ModelProtoSchema>): Uint8Array {
  const dim = [{ value: { case: 'dimParam', value: 'N' } }, { value: { case: 'dimValue', value: 4n } }] as const;
  const input = { name: 'x', type: { value: { case: 'tensorType', value: { elemType: 1, shape: { dim: [...dim] } } } } } as const;
  const graph = { output: [{ name: 'y' }], ...init.graph, input: [input] };
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { opsetImport: [{ version: 18n }, { domain: 'local', version: 1n }], ...init, graph } as never),
  );
}

describe('readOnnx', () => {
  it('refuses loops, classical models, caches, decoding and quantised numbers', () => {
    const nodes = [of('Loop'), of('Optional'), of('StringSplit'), of('TreeEnsembleClassifier', 'ai.onnx.ml')];
    const fused = [of('GroupQueryAttention', 'com.microsoft'), of('BeamSearch', 'com.microsoft'), of('QAttention', 'com.microsoft')];
    const quantised = [of('QLinearConv'), { ...of('DequantizeLinear'), inputs: ['w', 'x'] }, of('MatMulNBits', 'com.microsoft')];
    expect([...nodes, ...fused, ...quantised].map((node) => refusal(node)).join('\n')).toMatchInlineSnapshot(`
      "Loop node \`n\` of opset 17: Graft reads graphs without loops. Export with the loop unrolled (fixed lengths, the dynamo exporter, or \`unroll=True\` of a Keras layer), or with an op for it such as LSTM, GRU or CumSum.
      Optional node \`n\` of opset 17: Graft reads tensors, not optional values. Export the model with all its inputs given.
      StringSplit node \`n\` of opset 17: Graft reads numbers, not strings. Cut the model behind its tokeniser and feed it token ids.
      ai.onnx.ml:TreeEnsembleClassifier node \`n\` of opset 1: ops of classical machine learning (trees, linear models, label tables; skl2onnx writes them) cannot be fine-tuned. Rebuild the model as a network, or cut the file before this node.
      com.microsoft:GroupQueryAttention node \`n\` of opset 1: it reads or writes a cache of earlier keys and values, which only decoding needs. Export the model without cache (\`use_cache=False\`).
      com.microsoft:BeamSearch node \`n\` of opset 1: it decodes token by token within the model. Export the network alone, without generation.
      com.microsoft:QAttention node \`n\` of opset 1: it computes with quantised numbers, which have no gradient. Take the model in float32.
      QLinearConv node \`n\` of opset 17: it computes in 8-bit integers, which have no gradient. Take the model in float32.
      DequantizeLinear node \`n\` of opset 17: the model is quantised. Read it with \`dequantise: true\`, or take the file in float32.
      com.microsoft:MatMulNBits node \`n\` of opset 1: the model is quantised. Read it with \`dequantise: true\`, or take the file in float32."
    `);
  });

  it('refuses loops by what to do about them, whatever their bodies hold', () => {
    const body = { name: 'body', type: Kind.GRAPH, g: { node: [{ opType: 'Invented', input: ['x'], output: ['z'] }] } };
    const loop = model({ graph: { node: [{ opType: 'Loop', name: 'steps', input: ['', '', 'x'], output: ['y'], attribute: [body] }] } });
    expect(() => readOnnx(loop)).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Loop node \`steps\` of opset 18: Graft reads graphs without loops. Export with the loop unrolled (fixed lengths, the dynamo exporter, or \`unroll=True\` of a Keras layer), or with an op for it such as LSTM, GRU or CumSum.]`,
    );
  });

  it('refuses forms of older opsets that nothing newer has', () => {
    const norm = { ...of('BatchNormalization', '', { spatial: 0 }), inputs: ['x', 'x', 'x', 'x', 'x'] };
    expect(refusal(norm, 7)).toMatchInlineSnapshot(
      `"BatchNormalization node \`n\` of opset 7: \`spatial\` 0 has a mean for each place. Export the model with opset 9 or newer."`,
    );
    expect(refusal(of('TopK', '', { axis: 1 }), 9)).toMatchInlineSnapshot(`"TopK node \`n\` has no attribute \`k\`, which opset 9 asks for."`);
    expect(refusal(of('Slice', '', { starts: 3, ends: [1] }), 9)).toMatchInlineSnapshot(
      `"Slice node \`n\`: attribute \`starts\` is not of kind ints."`,
    );
    expect(refusal(of('SpaceToDepth', '', { mode: 'CRD', blocksize: 2 }), 28)).toMatchInlineSnapshot(
      `"SpaceToDepth node \`n\` of opset 28: its mode is CRD; Graft knows DCR. Export the model with opset 22."`,
    );
    expect(refusal(of('Invented'), 17)).toMatchInlineSnapshot(
      `"Invented node \`n\` is of opset 17; Graft does not know this op and cannot bring it to opset 21. Export the model with that opset, or without this op."`,
    );
  });

  it('refuses names defined twice and functions that call themselves', () => {
    const twice = { node: [1, 2].map(() => ({ opType: 'Relu', input: ['x'], output: ['y'] })) };
    expect(() => readOnnx(model({ graph: twice }))).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Relu node \`y\` defines \`y\`, which is defined already. Names of values are unique.]`,
    );
    const call = { domain: 'local', opType: 'F', input: ['x'], output: ['y'], name: 'call' };
    const functions = [{ domain: 'local', name: 'F', input: ['x'], output: ['y'], node: [call] }];
    expect(() => readOnnx(model({ graph: { node: [call] }, functions }))).toThrowError(
      /more than 64 deep within each other. Does a function call itself/,
    );
  });

  it('leaves inputs out of a function that its call leaves out, and keeps the names of its results', () => {
    const clip = { opType: 'Clip', input: ['a', 'low', 'high'], output: ['z'], name: 'clip' };
    const functions = [
      { domain: 'local', name: 'F', input: ['a', 'low', 'high'], output: ['r'], node: [clip, { opType: 'Relu', input: ['z'], output: ['r'] }] },
    ];
    const graph = readOnnx(
      model({ graph: { node: [{ domain: 'local', opType: 'F', input: ['x', '', ''], output: ['y'], name: 'call' }] }, functions }),
    );
    expect(graph.nodes.map(({ name, inputs, outputs }) => [name, inputs.length, outputs[0]?.name])).toEqual([
      ['call/clip', 1, 'call/z'],
      ['call/Relu', 1, 'y'],
    ]);
  });

  it('takes the branch of a known condition, which sizes may decide', () => {
    const branch = (op: string) => ({
      name: `${op}_branch`,
      type: Kind.GRAPH,
      g: { node: [{ opType: op === 'then' ? 'Neg' : 'Abs', input: ['x'], output: [op] }], output: [{ name: op }] },
    });
    const file = model({
      graph: {
        initializer: ['zero', 'one'].map((name, i) => ({ name, dims: [1n], dataType: 7, int64Data: [BigInt(i)] })),
        node: [
          { opType: 'Shape', input: ['x'], output: ['s'] },
          { opType: 'Slice', input: ['s', 'zero', 'one'], output: ['n'] },
          { opType: 'Equal', input: ['n', 'one'], output: ['alone'] },
          { opType: 'If', name: 'choice', input: ['alone'], output: ['y'], attribute: [branch('then'), branch('else')] },
        ],
      },
    });
    expect(() => readOnnx(file)).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: If node \`choice\`: its condition \`alone\` is known only when the model runs; Graft takes the branch of a known one. If it depends on sizes, bind them with the option \`sizes\`; else export the model with one branch.]`,
    );
    const ops = (n: number) => readOnnx(file, { sizes: { N: n } }).nodes.map(({ op, outputs }) => `${op} ${outputs[0]?.name}`);
    expect(ops(1).at(-1)).toBe('Neg y');
    expect(ops(2).at(-1)).toBe('Abs y');
  });

  it('reads thousands of nodes at once', () => {
    const g = new Builder('deep');
    let x = g.input('x', 'float32', ['N', 'L', 8]);
    for (let i = 0; i < 400; i++) {
      const y = g.add(g.matMul(x, g.parameter(`w${i}`, zeros('float32', [8, 8]))), g.parameter(`b${i}`, zeros('float32', [8])));
      const sizes = g.op('Shape', [y]);
      const lead = [0, 1].map((axis) => g.unsqueeze(g.gather(sizes, g.scalar(axis, 'int64')), [0]));
      x = g.relu(g.reshape(g.transpose(g.op('Reshape', [y, g.concat([...lead, g.ints([2, 4])], 0)]), [0, 1, 3, 2]), [0, 0, 8]));
    }
    g.output('y', x);
    const bytes = writeOnnx(g);
    const start = process.hrtime.bigint();
    expect(readOnnx(bytes).nodes.length).toBe(4800);
    expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(5000);
  });
});
