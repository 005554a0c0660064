// Files of the Python package onnx read as they should; what is no model, or what a graph cannot hold, is refused by name.
import { readFileSync } from 'node:fs';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { GraftError } from '../../core/errors.ts';
import { tensorOf } from '../../core/tensor.ts';
import { Graph, type Value } from '../graph.ts';
import { formatShape } from '../types.ts';
import {
  type AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  AttributeProto_AttributeType as Kind,
  type ModelProto,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
} from './onnx_pb.ts';
import { readOnnx } from './read.ts';
import { valueInfo } from './type-proto.ts';
import { writeOnnx } from './write.ts';

const { model: golden } = JSON.parse(readFileSync(new URL('../../../tests/golden/onnx.json', import.meta.url), 'utf8')) as { model: string };

/** The file of `y = x + w` with its protobuf message changed by `change`. */
function altered(change: (model: ModelProto, graph: GraphProto) => void): Uint8Array {
  const g = new Graph('small');
  const sum = g.append(
    'Add',
    [g.input('x', 'float32', ['N', 3]), g.parameter('w', tensorOf('float32', [1, 2, 3]))],
    {},
    { name: 'add', outputs: ['y'] },
  );
  g.output('y', sum.outputs[0] as Value);
  const model = fromBinary(ModelProtoSchema, writeOnnx(g));
  change(model, model.graph as GraphProto);
  return toBinary(ModelProtoSchema, model);
}

describe('readOnnx', () => {
  it('reads a model of the onnx package', () => {
    const g = readOnnx(Buffer.from(golden, 'base64'));
    const names = (values: Iterable<Value | undefined>) =>
      Array.from(values, (value) => value && `${value.name} ${value.dtype} ${formatShape(value.shape)}`).join(', ');
    expect({
      name: g.name,
      opsets: g.opsets,
      metadata: g.metadata,
      inputs: names(g.ofKind('input')),
      constants: g.ofKind('constant').map(({ name, data }) => [name, ...(data?.data ?? [])]),
      nodes: g.nodes.map(
        ({ name, domain, op, inputs, outputs }) => `${name}: ${domain}:${op}(${inputs.map((value) => value?.name)}) -> ${names(outputs)}`,
      ),
      outputs: [...g.outputs],
    }).toEqual({
      name: 'golden',
      opsets: new Map([
        ['', 21],
        ['org.example', 2],
      ]),
      metadata: new Map([['labels', 'cat,dog']]),
      inputs: 'x float32 [N, x.1, 3]',
      constants: [
        ['weight', 0, 1, 2],
        ['two', 2],
        ['shift', 1, 2, 3],
      ],
      nodes: [
        'scale: :Mul(x,weight) -> scaled float32 [N, x.1, 3]',
        'Mul: :Mul(scaled,two) -> doubled float32 [N, x.1, 3]',
        'Blend: org.example:Blend(doubled,,shift) -> blended float32 [N, 4, 3], ',
        'last: :Add(blended,shift) -> y float32 [N, 4, 3]',
      ],
      outputs: [['y', g.value('y')]],
    });
    expect(g.nodes[2]).toMatchObject({
      attrs: { alpha: 0.5, rounds: 3, mode: 'wide', sizes: [1, -2], gains: [0.5, 1] },
      attrTypes: { alpha: 'float', rounds: 'int', mode: 'string', sizes: 'ints', gains: 'floats' },
    });
  });

  it('takes an unnamed size for one of its own', () => {
    const bytes = altered((_, graph) => graph.input.push(valueInfo('z', { dtype: 'float32', shape: ['', 2] })));
    expect(readOnnx(bytes).value('z').shape).toEqual(['z.0', 2]);
  });

  it('refuses bytes that are no model, and a model cut off anywhere', () => {
    expect(() => readOnnx(new TextEncoder().encode('not a model'))).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: The bytes are not an ONNX model, or are cut off: illegal tag: field no 13 wire type 6.]`,
    );
    expect(() => readOnnx(new Uint8Array())).toThrowErrorMatchingInlineSnapshot(`[GraftError: The bytes are not an ONNX model: they hold no graph.]`);
    const bytes = altered(() => undefined);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readOnnx(bytes.subarray(0, length)), `the first ${length} bytes`).toThrow(GraftError);
    }
  });

  it('refuses what a graph cannot hold', () => {
    const read = (change: (model: ModelProto, graph: GraphProto) => void) => () => readOnnx(altered(change));
    const adding = (init: MessageInitShape<typeof GraphProtoSchema>) =>
      read((_, graph) => {
        const added = create(GraphProtoSchema, init);
        for (const field of ['node', 'input', 'output', 'initializer', 'sparseInitializer'] as const) graph[field].push(...(added[field] as never[]));
      });
    const withAttribute = (attribute: MessageInitShape<typeof AttributeProtoSchema>) =>
      adding({ node: [{ opType: 'Cast', input: ['x'], output: ['z'], attribute: [attribute] }] });

    expect(read((model) => model.opsetImport.splice(0, 1, create(OperatorSetIdProtoSchema, { version: 6n })))).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: The model is of opset 6; Graft reads 7 to 28. Convert it with onnx.version_converter, or export it with another opset.]`,
    );
    expect(adding({ sparseInitializer: [{}] })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: The model has sparse initialisers; save them as dense tensors.]`,
    );
    expect(withAttribute({ name: 'body', type: Kind.GRAPH })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Cast node \`z\`: attribute \`body\` is a subgraph; Graft reads graphs without control flow. Export the model with fixed branches and unrolled loops.]`,
    );
    expect(withAttribute({ name: 'type', type: Kind.TYPE_PROTO })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Cast node \`z\`: attribute \`type\` is of kind TYPE_PROTO, which Graft does not read.]`,
    );
    expect(withAttribute({ name: 'k', refAttrName: 'alpha' })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Cast node \`z\`: attribute \`k\` refers to \`alpha\` of a function. Inline the model's functions first.]`,
    );
    expect(withAttribute({ name: 'k', type: Kind.INT, i: 2n ** 60n })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Cast node \`z\`: attribute \`k\` holds the integer 1152921504606846976, which is beyond 2^53 and would lose digits.]`,
    );
    expect(withAttribute({ name: 'to', type: Kind.FLOAT, f: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Cast node \`z\`: attribute \`to\` is of kind float, but dtype is asked for.]`,
    );
    expect(withAttribute({ name: 'to', type: Kind.INT, i: 8n })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Cast node \`z\`: attribute \`to\` has element type STRING (=8), which Graft does not hold. It holds: float32, uint8, int8, uint16, int16, int32, int64, bool, float16, float64, uint32, uint64, bfloat16.]`,
    );
    expect(adding({ input: [{ name: 's', type: { value: { case: 'sequenceType', value: {} } } }] })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Value \`s\` is a sequenceType; Graft reads tensors only.]`,
    );
    expect(adding({ input: [{ name: 's', type: { value: { case: 'tensorType', value: { elemType: 1 } } } }] })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Value \`s\` has no shape in the file. Export the model with shapes, or run ONNX shape inference on it.]`,
    );
    expect(adding({ node: [{ opType: 'Neg', input: ['later'], output: ['z'] }] })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Neg node \`z\` uses \`later\`, which nothing before it defines. Nodes must be in topological order, which a graph with a cycle has none of.]`,
    );
    expect(adding({ output: [{ name: 'nowhere' }] })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: The list of outputs uses \`nowhere\`, which nothing before it defines. Nodes must be in topological order, which a graph with a cycle has none of.]`,
    );
    expect(adding({ node: [{ opType: 'Mix', domain: 'org.example', output: ['z'] }] })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: org.example:Mix node \`z\`: the model does not say which opset of the domain \`org.example\` it uses.]`,
    );
    expect(adding({ node: [{ opType: 'Mystery', output: ['z'] }] })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Mystery node \`z\`: Graft does not know this op, and the file does not declare the type of \`z\`. Run ONNX shape inference on the model.]`,
    );
    expect(adding({ node: [{ opType: 'Constant', output: ['c'] }] })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Constant node \`c\` holds nothing; Graft reads numbers only.]`,
    );
  });
});
