// Models of older opsets, with functions and branches, compute what ONNX Runtime in Python computes with the files themselves.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DType, dtypes } from '../../core/dtype.ts';
import { type Tensor, tensor, toNumbers } from '../../core/tensor.ts';
import { runGraph } from '../../lower/run.ts';
import { type ReadOnnxOptions, readOnnx } from './read.ts';

interface Packed {
  dtype: string;
  dims: number[];
  bytes: string;
}
interface Case {
  name: string;
  opset: number;
  model: string;
  inputs: Record<string, Packed>;
  outputs: Record<string, Packed>;
  options?: ReadOnnxOptions;
  digits: number;
}
const { cases } = JSON.parse(readFileSync(new URL('../../../tests/golden/opsets.json', import.meta.url), 'utf8')) as { cases: Case[] };

function unpack({ dtype, dims, bytes }: Packed): Tensor {
  const data = new Uint8Array(Buffer.from(bytes, 'base64'));
  return tensor(dtype as DType, dims, new dtypes[dtype as DType].array(data.buffer));
}
const unpackAll = (packed: Record<string, Packed>) => Object.fromEntries(Object.entries(packed).map(([name, value]) => [name, unpack(value)]));

describe('readOnnx', () => {
  it.each(cases)('$name, opset $opset', async ({ model, inputs, outputs, options, digits }) => {
    const graph = readOnnx(Buffer.from(model, 'base64'), options);
    expect(graph.opsets.get('')).toBeGreaterThanOrEqual(21);
    const results = await runGraph(graph, unpackAll(inputs));
    for (const [name, wanted] of Object.entries(unpackAll(outputs))) {
      const got = results[name] as Tensor;
      expect([got.dtype, got.dims]).toEqual([wanted.dtype, wanted.dims]);
      const values = toNumbers(got);
      toNumbers(wanted).forEach((number, i) => {
        expect(values[i]).toBeCloseTo(number, digits);
      });
    }
  });
});
