import { expect, test } from 'vitest';
import { type ModelNode, onnxModel } from '../../../tests/support/onnx-model.ts';
import { tensorOf, toNumbers } from '../../core/tensor.ts';
import { runGraph } from '../../lower/run.ts';
import { openDevice } from '../../runtime/device.ts';
import { prune } from '../rewrite.ts';
import { readOnnx } from './read.ts';

const { device } = await openDevice('cpu');

const constants = {
  first: tensorOf('int64', 0),
  last: tensorOf('int64', -1),
  two: tensorOf('int64', 2),
  lengths: tensorOf('int64', [1, 4]),
};

function read(nodes: readonly ModelNode[]) {
  return readOnnx(onnxModel({ inputs: { x: [5, 2] }, constants, nodes, opset: 20 }));
}

/** What the model gives for the numbers from 0 to 9 as 5 rows of 2. */
async function run(nodes: readonly ModelNode[]): Promise<{ dims: readonly number[]; numbers: number[] }> {
  const graph = prune(read(nodes)).graph;
  const outputs = await runGraph(graph, { x: tensorOf('float32', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [5, 2]) }, { device, threads: 1 });
  const [y] = Object.values(outputs);
  if (!y) throw new Error('The model has no output.');
  return { dims: y.dims, numbers: toNumbers(y) };
}

const splitting = (inputs: readonly string[], attrs = {}): ModelNode => ({
  op: 'SplitToSequence',
  name: 'split',
  inputs,
  attrs,
  outputs: { parts: [] },
});
const at = (position: string): ModelNode => ({ op: 'SequenceAt', name: 'at', inputs: ['parts', position], outputs: { y: [] } });

test('parts of a split are taken by their position', async () => {
  expect(await run([splitting(['x', 'lengths']), at('last')])).toEqual({ dims: [4, 2], numbers: [2, 3, 4, 5, 6, 7, 8, 9] });
  expect(await run([splitting(['x', 'two']), at('last')])).toEqual({ dims: [1, 2], numbers: [8, 9] });
  expect(await run([splitting(['x', 'two']), at('first')])).toEqual({ dims: [2, 2], numbers: [0, 1, 2, 3] });
  expect(await run([splitting(['x'], { axis: -1 }), at('first')])).toEqual({ dims: [5, 1], numbers: [0, 2, 4, 6, 8] });
  expect(await run([splitting(['x'], { axis: 1, keepdims: 0 }), at('last')])).toEqual({ dims: [5], numbers: [1, 3, 5, 7, 9] });
});

test('sequences are joined and counted', async () => {
  const joined: ModelNode = { op: 'ConcatFromSequence', inputs: ['parts'], attrs: { axis: 1 }, outputs: { y: [] } };
  const listed: ModelNode = { op: 'SequenceConstruct', inputs: ['x', 'x'], outputs: { parts: [] } };
  expect((await run([listed, joined])).dims).toEqual([5, 4]);
  expect((await run([listed, { ...joined, attrs: { axis: 1, new_axis: 1 } }])).dims).toEqual([5, 2, 2]);
  const counted: ModelNode = { op: 'SequenceLength', inputs: ['parts'], outputs: { y: { dtype: 'int64', shape: [] } } };
  expect(await run([splitting(['x', 'two']), counted])).toEqual({ dims: [], numbers: [3] });
});

test('what is not known is refused', () => {
  const cast: ModelNode = { op: 'ReduceMax', inputs: ['x'], attrs: { keepdims: 0 }, outputs: { top: [] } };
  const whole: ModelNode = { op: 'Cast', inputs: ['top'], attrs: { to: 'int64' }, outputs: { position: { dtype: 'int64', shape: [] } } };
  expect(() => read([splitting(['x']), cast, whole, at('position')])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: SequenceAt node \`at\`: its position is known only when the model runs; Graft follows known ones.]`,
  );
  expect(() => read([cast, whole, splitting(['x', 'position']), at('first')])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: SplitToSequence node \`split\`: the number of its parts is known only when the model runs; Graft reads sequences of a known length.]`,
  );
  expect(() => read([splitting(['x', 'lengths']), at('two')])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: SequenceAt node \`at\` asks for item 2 of a sequence of 2.]`,
  );
  expect(() => read([splitting(['x']), { op: 'Neg', name: 'neg', inputs: ['parts'], outputs: { y: [] } }])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Neg node \`neg\` uses \`parts\`, a sequence of tensors; Graft follows those to SequenceAt and ConcatFromSequence only.]`,
  );
});
