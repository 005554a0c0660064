// Broken and hostile variants of the small models in tests/golden/opsets.json: bytes changed anywhere, and messages that say what cannot be.
// Called by the test and the benchmark of the reader.
import { readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { stream } from '../../src/core/rng.ts';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  FunctionProtoSchema,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataLocation,
} from '../../src/graph/onnx/onnx_pb.ts';

/** Draws whole numbers from 0 to n - 1. */
type Draw = (n: number) => number;
const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)] as T;

/** A model that may be anything. */
export interface Mutant {
  readonly what: string;
  /** What was done to it. */
  readonly kind: string;
  readonly bytes: Uint8Array;
}

const { cases } = JSON.parse(readFileSync(new URL('../golden/opsets.json', import.meta.url), 'utf8')) as { cases: { name: string; model: string }[] };

/** `count` mutants, drawn from the seed; each is one of the first however many there are. */
export function* mutants(seed: number, count: number): Generator<Mutant> {
  for (let i = 0; i < count; i++) {
    const words = stream(seed, 'mutant', i).uint32s(4096);
    let at = 0;
    const draw: Draw = (n) => (words[at++ % words.length] as number) % n;
    const { name, model } = pick(draw, cases);
    const original = new Uint8Array(Buffer.from(model, 'base64'));
    const kind = pick(draw, Object.keys(kinds));
    yield { what: `${i}: ${name}, ${kind}`, kind, bytes: kinds[kind]?.(original, draw) ?? original };
  }
}

const extremes = [0n, -1n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 62n, -(2n ** 63n), 2n ** 63n - 1n, 65535n, 100_000n];

/** Applies `change` to the message. */
const message =
  (change: (model: ModelProto, graph: GraphProto, draw: Draw) => void) =>
  (bytes: Uint8Array, draw: Draw): Uint8Array => {
    const model = fromBinary(ModelProtoSchema, bytes);
    change(model, model.graph as GraphProto, draw);
    return toBinary(ModelProtoSchema, model);
  };

/** Applies `change` to one node, where the model has any. */
const node = (change: (node: NodeProto, graph: GraphProto, draw: Draw, model: ModelProto) => void) =>
  message((model, graph, draw) => {
    if (graph.node.length > 0) change(pick(draw, graph.node), graph, draw, model);
  });

const attribute = (change: (attribute: AttributeProto, draw: Draw, graph: GraphProto) => void) =>
  node(({ attribute }, graph, draw) => {
    if (attribute.length > 0) change(pick(draw, attribute), draw, graph);
  });

const names = (graph: GraphProto): string[] => [
  ...graph.input.map(({ name }) => name),
  ...graph.initializer.map(({ name }) => name),
  ...graph.node.flatMap(({ output }) => output),
  '',
];

const kinds: Readonly<Record<string, (bytes: Uint8Array, draw: Draw) => Uint8Array>> = {
  'some bytes changed': (bytes, draw) => {
    const changed = bytes.slice();
    for (let i = draw(4) + 1; i > 0; i--) changed[draw(bytes.length)] = draw(256);
    return changed;
  },
  'bits flipped': (bytes, draw) => {
    const changed = bytes.slice();
    const at = draw(bytes.length);
    changed[at] = (changed[at] as number) ^ (1 << draw(8));
    return changed;
  },
  'cut off': (bytes, draw) => bytes.slice(0, draw(bytes.length)),
  'a part left out': (bytes, draw) => {
    const at = draw(bytes.length);
    return Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(at + 1 + draw(16)));
  },
  'a part twice': (bytes, draw) => {
    const at = draw(bytes.length);
    const end = at + draw(64);
    return Uint8Array.of(...bytes.slice(0, end), ...bytes.slice(at));
  },
  'lengths that lie': (bytes, draw) => {
    const at = draw(bytes.length);
    return Uint8Array.of(...bytes.slice(0, at), 0xff, 0xff, 0xff, 0xff, draw(16), ...bytes.slice(at + 1));
  },
  'a tensor of another size': message((_, { initializer }, draw) => {
    if (initializer.length === 0) return;
    const tensor = pick(draw, initializer);
    if (draw(2) && tensor.dims.length > 0) tensor.dims[draw(tensor.dims.length)] = pick(draw, extremes);
    else tensor.dims.push(pick(draw, extremes));
  }),
  'a tensor of many axes': message((_, { initializer }, draw) => {
    if (initializer.length > 0) pick(draw, initializer).dims.push(...Array<bigint>(10_000).fill(1n));
  }),
  'a tensor of another type': message((_, { initializer }, draw) => {
    if (initializer.length > 0) pick(draw, initializer).dataType = draw(30);
  }),
  'a tensor somewhere else': message((_, { initializer }, draw) => {
    if (initializer.length === 0) return;
    const tensor = pick(draw, initializer);
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    const value = pick(draw, ['/etc/passwd', '../../../../etc/passwd', '/dev/zero', 'w\0', '.', '']);
    tensor.externalData.push({ $typeName: 'onnx.StringStringEntryProto', key: 'location', value });
  }),
  'another element': message((_, { initializer }, draw) => {
    const whole = initializer.filter(({ dataType, rawData }) => dataType === 7 && rawData.length >= 8);
    if (whole.length === 0) return;
    const tensor = pick(draw, whole);
    tensor.rawData = tensor.rawData.slice();
    new DataView(tensor.rawData.buffer).setBigInt64(8 * draw(tensor.rawData.length / 8), BigInt.asIntN(64, pick(draw, extremes)), true);
  }),
  'another input': node(({ input }, graph, draw) => {
    if (input.length > 0) input[draw(input.length)] = pick(draw, names(graph));
  }),
  'more or fewer inputs': node(({ input }, graph, draw) => {
    if (draw(2)) input.pop();
    else input.push(...Array.from({ length: draw(20) }, () => pick(draw, names(graph))));
  }),
  'more or fewer outputs': node(({ output }, _, draw) => {
    if (draw(2)) output.pop();
    else output.push(...Array.from({ length: draw(2000) }, (__, i) => `more${i}`));
  }),
  'a name twice': node(({ output }, graph, draw) => {
    output[0] = pick(draw, names(graph));
  }),
  'a cycle': node(({ input, output }) => {
    input[0] = output[0] ?? 'x';
  }),
  'another order': message((_, graph) => {
    graph.node.reverse();
  }),
  'another op': node((target, graph, draw) => {
    target.opType = draw(4) ? pick(draw, graph.node).opType : pick(draw, ['If', 'Loop', 'Constant', 'SequenceAt', 'constructor', '__proto__', '']);
    if (draw(4) === 0) target.opType = pick(draw, OPS);
  }),
  'another domain': node((target, _, draw) => {
    target.domain = pick(draw, ['com.microsoft', 'ai.onnx.ml', 'graft', '__proto__', 'local']);
  }),
  'another opset': message(({ opsetImport }, _, draw) => {
    for (const entry of opsetImport) entry.version = draw(4) ? BigInt(7 + draw(18)) : pick(draw, extremes);
  }),
  'another number in an attribute': attribute((target, draw) => {
    target.i = BigInt.asIntN(64, pick(draw, extremes));
    target.ints = target.ints.map((value) => (draw(2) ? value : BigInt.asIntN(64, pick(draw, extremes))));
    target.f = pick(draw, [0, Number.NaN, Number.POSITIVE_INFINITY, -1]);
  }),
  'more or fewer numbers in an attribute': attribute(({ ints, floats }, draw) => {
    if (draw(2)) ints.pop();
    else ints.push(...Array.from({ length: draw(1000) }, () => BigInt(draw(9))));
    floats.pop();
  }),
  'another attribute': attribute((target, draw) => {
    if (draw(2)) target.name = pick(draw, ['axis', 'axes', '__proto__', 'then_branch', 'k', 'mode']);
    else target.type = draw(15) as AttributeProto_AttributeType;
  }),
  'another shape of an input': message((_, { input }, draw) => {
    const type = input.length > 0 ? pick(draw, input).type?.value : undefined;
    const shape = type?.case === 'tensorType' ? type.value.shape : undefined;
    if (!shape) return;
    const size = draw(2)
      ? ({ case: 'dimValue', value: BigInt.asIntN(64, pick(draw, extremes)) } as const)
      : ({ case: 'dimParam', value: 'N' } as const);
    if (draw(3) && shape.dim.length > 0)
      shape.dim[draw(shape.dim.length)] = { $typeName: 'onnx.TensorShapeProto.Dimension', denotation: '', value: size };
    else shape.dim.pop();
  }),
  'a function that calls itself': node(({ opType, input, output }, _, __, model) => {
    model.opsetImport.push({ $typeName: 'onnx.OperatorSetIdProto', domain: 'f', version: 1n });
    const calls = ['a', 'b'].map((to) => create(NodeProtoSchema, { domain: 'f', opType, input, output: [to] }));
    model.functions.push(create(FunctionProtoSchema, { domain: '', name: opType, input, output: output.map(() => 'a'), node: calls }));
    model.functions.push(create(FunctionProtoSchema, { domain: 'f', name: opType, input, output: ['a'], node: calls }));
  }),
  'functions that double': node(({ opType, input }, _, __, model) => {
    model.opsetImport.push({ $typeName: 'onnx.OperatorSetIdProto', domain: 'f', version: 1n });
    const call = (i: number, to: string) =>
      create(NodeProtoSchema, { domain: i > 40 ? '' : 'f', opType: i > 40 ? 'Identity' : `d${i}`, input: [input[0] ?? ''], output: [to] });
    for (let i = 0; i <= 40; i++) {
      const name = i === 0 ? opType : `d${i}`;
      const nodes = [call(i + 1, 'a'), call(i + 1, 'b')];
      model.functions.push(create(FunctionProtoSchema, { domain: i === 0 ? '' : 'f', name, input: [input[0] ?? ''], output: ['b'], node: nodes }));
    }
  }),
  'branches within branches': node((target, graph, draw) => {
    let body = create(ModelProtoSchema, { graph: { node: [], output: graph.output } }).graph as GraphProto;
    for (let depth = 10 ** (1 + draw(2)); depth > 0; depth--) {
      const attribute = { name: 'then_branch', type: AttributeProto_AttributeType.GRAPH, g: body };
      const inner = create(NodeProtoSchema, { opType: 'If', input: ['yes'], output: target.output, attribute: [attribute] });
      body = create(ModelProtoSchema, { graph: { node: [inner], output: graph.output } }).graph as GraphProto;
    }
    graph.node.unshift(
      create(NodeProtoSchema, {
        opType: 'Constant',
        output: ['yes'],
        attribute: [{ name: 'value_int', type: AttributeProto_AttributeType.INT, i: 1n }],
      }),
      ...body.node,
    );
  }),
};

const OPS =
  'Reshape Tile Expand Range ConstantOfShape OneHot Split Pad Resize TopK EyeLike Unsqueeze Gather GatherND Einsum LSTM Attention CumSum Conv Concat Slice'.split(
    ' ',
  );
