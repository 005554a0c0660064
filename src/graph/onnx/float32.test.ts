// Halves and brain floats become the float32 numbers that they are; the graph remembers how a file stored them.
import { fromBinary } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { tensor, tensorOf, toNumbers } from '../../core/tensor.ts';
import { Graph } from '../graph.ts';
import { toFloat32 } from './float32.ts';
import { ModelProtoSchema } from './onnx_pb.ts';
import { readOnnx } from './read.ts';
import { storedTypes } from './stored-types.ts';
import { writeOnnx } from './write.ts';

const all = Uint16Array.from({ length: 65536 }, (_, i) => i);

it.each(['float16', 'bfloat16'] as const)('takes every %s for the number that it is, one by one or by table', (dtype) => {
  for (const list of [all, Uint16Array.of(...all, 0)]) {
    const half = tensor(dtype, [list.length], list);
    const wide = toFloat32(half);
    expect(wide.dtype).toBe('float32');
    const [got, wanted] = [toNumbers(wide), toNumbers(half)];
    expect(got.findIndex((number, i) => !Object.is(number, wanted[i]))).toBe(-1);
  }
});

it('brings a graph of halves to float32, casts and all, and notes what was stored so', () => {
  const g = new Graph('half');
  const x = g.input('x', 'float16', ['N', 2]);
  const w = g.parameter('w', tensor('float16', [2], Uint16Array.of(0x3c00, 0xc000)));
  const d = g.parameter('d', tensorOf('float64', [0.1, 1e300]));
  const [wide] = g.append('Cast', [g.append('Mul', [x, w]).outputs[0]], { to: 'float64' }).outputs;
  g.output('y', g.append('Add', [wide, d], {}, { outputs: ['y'] }).outputs[0] as never);
  const bytes = writeOnnx(g);
  const read = readOnnx(bytes, { kindOf: () => 'parameter' });
  expect([...read.values.values()].filter(({ dtype }) => dtype !== 'float32')).toEqual([]);
  expect(toNumbers(read.value('w').data as never)).toEqual([1, -2]);
  expect(toNumbers(read.value('d').data as never)).toEqual([Math.fround(0.1), Number.POSITIVE_INFINITY]);
  expect(read.nodes.map(({ op }) => op)).toEqual(['Mul', 'Add']);
  expect(storedTypes(read)).toEqual(
    new Map([
      ['w', 'float16'],
      ['d', 'float64'],
    ]),
  );
  expect(storedTypes(readOnnx(writeOnnx(read)))).toEqual(storedTypes(read));
  expect(readOnnx(bytes, { floats: 'stored' }).value('y').dtype).toBe('float64');
});

it('takes foreign metadata for none', () => {
  const g = new Graph();
  for (const text of ['{', '3', 'null', '{"float16": 3, "bfloat16": [1, "w"]}']) {
    g.metadata.set('graft.stored', text);
    expect([...storedTypes(readOnnx(writeOnnx(g)))]).toEqual(text.includes('w') ? [['w', 'bfloat16']] : []);
  }
  expect(fromBinary(ModelProtoSchema, writeOnnx(g)).metadataProps).toHaveLength(1);
});
