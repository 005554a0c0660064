import { expect, test } from 'vitest';
import { stream } from '../../core/rng.ts';
import { tensor, tensorOf, toNumbers } from '../../core/tensor.ts';
import { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { writeOnnx } from '../../graph/onnx/write.ts';
import { specialise } from '../../graph/rewrite.ts';
import { runGraph } from '../../lower/run.ts';
import { loadOnnx } from './load-onnx.ts';

const numbers = (dims: readonly number[], name: string) =>
  tensor('float32', dims, stream(0, name).normals(dims.reduce((a, b) => a * b, 1)) as Float32Array<ArrayBuffer>);

/** Loads a file made for batches of 2 and runs it on 4, which hold the same 2 examples twice: the outputs of 2 and of 4. */
async function twice(dims: readonly number[], body: (g: Builder, x: Value) => Value): Promise<[number[], number[]]> {
  const g = new Builder('fixed');
  const x = g.input('x', 'float32', [2, ...dims]);
  g.output('y', body(g, x));
  const model = await loadOnnx(writeOnnx(g));
  expect(model.imported?.notes.filter((note) => note.includes('batches of exactly'))).toEqual([]);
  const two = numbers([2, ...dims], 'x');
  const four = tensor('float32', [4, ...dims], Float32Array.from([...two.data, ...two.data]));
  const run = async (n: number, data: typeof two) => {
    const { logits } = await runGraph(specialise(model.graph, { N: n }).graph, { x: data }, { threads: 1 });
    if (!logits) throw new Error('The model has no scores.');
    return toNumbers(logits);
  };
  return [await run(2, two), await run(4, four)];
}

test.each<[string, readonly number[], (g: Builder, x: Value) => Value]>([
  [
    'windows merged with the batch and taken apart again',
    [4, 4, 3],
    (g, x) => {
      const windows = g.transpose(g.reshape(x, [2, 2, 2, 2, 2, 3]), [0, 1, 3, 2, 4, 5]);
      const mixed = g.matMul(g.reshape(windows, [-1, 4, 3]), g.parameter('mix.weight', numbers([3, 2], 'w')));
      const heads = g.reshape(mixed, [8, 2, 2, -1]);
      return g.reshape(g.transpose(g.reshape(heads, [2, 2, 2, 2, 2, 2]), [0, 1, 3, 2, 4, 5]), [2, 32]);
    },
  ],
  [
    'heads merged with a batch that is not the first axis',
    [3, 4],
    (g, x) => {
      const heads = g.reshape(g.transpose(x, [1, 0, 2]), [3, 4, 2]);
      const out = g.matMul(heads, g.parameter('mix.weight', numbers([2, 2], 'w')));
      return g.transpose(g.reshape(out, [3, 2, 4]), [1, 0, 2]);
    },
  ],
  [
    'a bias that is expanded to two channels',
    [1, 3, 3],
    (g, x) => {
      const bias = g.expand(g.scalar(0.5), [2]);
      return g.op('Conv', [x, g.parameter('conv.weight', numbers([2, 1, 3, 3], 'w')), bias], {});
    },
  ],
  [
    'initial states of zeros',
    [3, 4],
    (g, x) => {
      const zeros = g.op('Expand', [g.constant(tensorOf('float32', 0)), g.ints([1, 2, 5])]);
      const [w, r] = [g.parameter('rnn.w', numbers([1, 5, 4], 'w')), g.parameter('rnn.r', numbers([1, 5, 5], 'r'))];
      const last = g.ops('RNN', [g.transpose(x, [1, 0, 2]), w, r, undefined, undefined, zeros], { hidden_size: 5 }, 2)[1] as Value;
      return g.squeeze(last, [0]);
    },
  ],
])('a batch of 2 is freed: %s', async (_, dims, body) => {
  const [two, four] = await twice(dims, body);
  expect(four).toEqual([...two, ...two]);
});
