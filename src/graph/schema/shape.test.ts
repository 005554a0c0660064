import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tensorOf } from '../../core/tensor.ts';
import { runGraph } from '../../lower/run.ts';
import { Builder } from '../builder.ts';
import type { Value } from '../graph.ts';
import type { AttrValue, Shape } from '../types.ts';

type Input = Shape | { readonly ints: readonly number[] };

/** Shapes of the outputs of `op`; an input is a shape, or constants. */
function shapesOf(op: string, inputs: readonly (Input | undefined)[], attrs: Record<string, AttrValue> = {}, outputs = 1): string[] {
  const g = new Builder();
  const values = inputs.map((input, i): Value | undefined => {
    if (!input) return undefined;
    return 'ints' in input ? g.ints(input.ints) : g.input(`x${i}`, 'float32', input);
  });
  const names = Array.from({ length: outputs }, (_, i) => `y${i}`);
  return g.append(op, values, attrs, { name: 'node', outputs: names }).outputs.map((value) => (value?.shape ?? []).join(' '));
}
const ints = (...values: number[]): Input => ({ ints: values });
const far = 2 ** 62;

describe('symbolic sizes', () => {
  test.each<[string, string, (Input | undefined)[], Record<string, AttrValue>, string[]]>([
    ['Reshape, copied', 'Reshape', [['N', 'L', 12], ints(0, 0, 3, 4)], {}, ['N L 3 4']],
    ['Reshape, what is left', 'Reshape', [['N', 3, 4], ints(-1, 12)], {}, ['N 12']],
    ['Reshape, copied and left', 'Reshape', [['N', 3, 4], ints(0, -1)], {}, ['N 12']],
    ['Reshape, in between', 'Reshape', [['N', 6], ints(0, 2, -1)], {}, ['N 2 3']],
    ['Reshape, a new size', 'Reshape', [['N', 'L', 4], ints(-1, 4)], {}, ['node.0 4']],
    ['Reshape, half the batch', 'Reshape', [['N', 4], ints(-1, 8)], {}, ['node.0 8']],
    ['Flatten', 'Flatten', [['N', 3, 4]], {}, ['N 12']],
    ['Flatten at 0', 'Flatten', [['N', 1]], { axis: 0 }, ['1 N']],
    ['Flatten at the end', 'Flatten', [['N', 3]], { axis: 2 }, ['node.outer 1']],
    ['Squeeze', 'Squeeze', [['N', 3, 1, 1]], {}, ['N 3']],
    ['Unsqueeze', 'Unsqueeze', [['N', 3], ints(0, -1)], {}, ['1 N 3 1']],
    ['Transpose', 'Transpose', [['N', 3, 'L']], { perm: [2, 0, 1] }, ['L N 3']],
    [
      'Concat',
      'Concat',
      [
        ['N', 3],
        ['N', 4],
      ],
      { axis: 1 },
      ['N 7'],
    ],
    [
      'Concat, a known size',
      'Concat',
      [
        ['N', 3],
        [5, 4],
      ],
      { axis: -1 },
      ['5 7'],
    ],
    [
      'Concat along the name',
      'Concat',
      [
        ['N', 3],
        [1, 3],
      ],
      { axis: 0 },
      ['node.0 3'],
    ],
    ['Split', 'Split', [['N', 6]], { axis: 1, num_outputs: 2 }, ['N 3', 'N 3']],
    ['Slice beside the name', 'Slice', [['N', 6], ints(1), ints(3), ints(1)], {}, ['N 2']],
    ['Slice, all of it', 'Slice', [['N', 6], ints(0, 1), ints(far, far)], {}, ['N 5']],
    ['Slice, reversed', 'Slice', [['N', 6], ints(-1), ints(-far), ints(0), ints(-1)], {}, ['N 6']],
    ['Slice, part of it', 'Slice', [['N', 6], ints(0), ints(3)], {}, ['node.0 6']],
    ['Gather', 'Gather', [['N', 6], ints(1, 2)], { axis: 1 }, ['N 2']],
    ['Expand', 'Expand', [['N', 1], ints(1, 3)], {}, ['N 3']],
    ['Tile', 'Tile', [['N', 2], ints(1, 3)], {}, ['N 6']],
    ['Pad', 'Pad', [['N', 2], ints(0, 1, 0, 1)], {}, ['N 4']],
    ['Shape', 'Shape', [['N', 3, 4]], { start: 1 }, ['2']],
    [
      'MatMul',
      'MatMul',
      [
        ['N', 'L', 4],
        [4, 5],
      ],
      {},
      ['N L 5'],
    ],
    ['MatMul of a vector', 'MatMul', [['N', 4], [4]], {}, ['N']],
    ['Gemm', 'Gemm', [['N', 4], [5, 4], [5]], { transB: 1 }, ['N 5']],
    ['BatchNormalization', 'BatchNormalization', [['N', 3, 'H'], [3], [3], [3], [3]], {}, ['N 3 H']],
    ['LayerNormalization', 'LayerNormalization', [['N', 'L', 4], [4]], {}, ['N L 4', 'N L 1', 'N L 1']],
  ])('%s', (_, op, inputs, attrs, wanted) => {
    expect(shapesOf(op, inputs, attrs, wanted.length)).toEqual(wanted);
  });
});

test('what does not fit is refused', () => {
  const wrong: [string, (Input | undefined)[], Record<string, AttrValue>, number?][] = [
    ['Reshape', [[2, 3], ints(4, -1)], {}],
    ['Reshape', [[2, 3], ints(5)], {}],
    ['Reshape', [[6], ints(-1, -1)], {}],
    ['Reshape', [[6], ints(6, 0)], {}],
    ['Reshape', [[6], ['k']], {}],
    ['Squeeze', [[2, 1], ints(0)], {}],
    ['Unsqueeze', [[2], ints(0, 0)], {}],
    ['Transpose', [[2, 3]], { perm: [0, 0] }],
    [
      'Concat',
      [
        [2, 3],
        [2, 4],
      ],
      { axis: 0 },
    ],
    ['Split', [[6]], {}, 2],
    ['Split', [[6]], { num_outputs: 3 }, 2],
    ['Split', [[6], ints(2, 3)], {}, 2],
    ['Slice', [[6], ints(0), ints(1), ints(0, 1)], {}],
    ['Slice', [[6], ints(0), ints(1), ints(0), ints(0)], {}],
    ['Gather', [[6], [1]], {}],
    ['Tile', [[2, 3], ints(2)], {}],
    ['Pad', [[2], ints(-3, 0)], {}],
    ['Pad', [[2], ints(1)], {}],
    ['Flatten', [[2, 3]], { axis: 3 }],
    ['ScatterElements', [[2, 3], ints(0), [1]], {}],
    [
      'MatMul',
      [
        [2, 3],
        [4, 2],
      ],
      {},
    ],
    ['MatMul', [[], [4]], {}],
    [
      'Gemm',
      [
        [2, 3],
        [4, 3],
      ],
      {},
    ],
    [
      'Gemm',
      [
        [2, 3, 1],
        [3, 4],
      ],
      {},
    ],
    ['Gemm', [[2, 3], [3, 4], [3]], {}],
    [
      'Gemm',
      [
        [1, 3],
        [3, 4],
        [2, 4],
      ],
      {},
    ],
    ['BatchNormalization', [[2, 3], [3], [3], [3], [4]], {}],
    ['BatchNormalization', [[2, 3], [3], [3], [3], [3]], {}, 3],
  ];
  const messages = wrong.map((args) => {
    try {
      return `accepted: ${shapesOf(...args)}`;
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "Reshape node \`node\`: [2, 3] cannot be reshaped to [4, -1]: 6 / 4 is not whole.
    Reshape node \`node\`: [2, 3] has 6 elements, which do not fill [5].
    Reshape node \`node\`: its shape [-1, -1] may hold one -1 and no other negative size.
    Reshape node \`node\`: its shape [6, 0] copies axis 1, which [6] does not have.
    Reshape node \`node\`: its shape must be a constant; fold what computes it into one.
    Squeeze node \`node\`: axis 0 of [2, 1] is 2, not 1, and cannot be squeezed.
    Unsqueeze node \`node\`: axes [0, 0] name one axis twice.
    Transpose node \`node\`: \`perm\` [0, 0] is no permutation of the axes of [2, 3].
    Concat node \`node\`: [2, 3] and [2, 4] cannot be joined on axis 0: other sizes differ.
    Split node \`node\`: give either the sizes as input \`split\` or \`num_outputs\`.
    Split node \`node\`: it cuts into 3 parts but has 2 outputs.
    Split node \`node\`: the sizes [2, 3] do not add up to axis 0 of [6].
    Slice node \`node\`: starts, ends, axes and steps have 1, 1, 2, 1 entries; they need the same number.
    Slice node \`node\`: the step of axis 0 is 0.
    Gather node \`node\`: its indices are float32; cast them to int64.
    Tile node \`node\`: it has 1 repeats for the 2 axes of [2, 3].
    Pad node \`node\`: the pads of axis 0 cut 3 elements off [2].
    Pad node \`node\`: it has 1 pads for 1 axes; give two for each.
    Flatten node \`node\`: axis 3 is outside [-2, 1] of a value of rank 2.
    ScatterElements node \`node\`: [2, 3] and [1] differ in rank.
    MatMul node \`node\`: [2, 3] and [4, 2] do not multiply: 3 against 4.
    MatMul node \`node\`: a scalar has no matrix product.
    Gemm node \`node\`: [2, 3] and [4, 3] do not multiply (transA 0, transB 0): 3 against 4.
    Gemm node \`node\`: it multiplies matrices, not [2, 3, 1] and [3, 4].
    Gemm node \`node\`: shapes [2, 4] and [3] do not broadcast (4 against 3).
    Gemm node \`node\`: C [2, 4] does not broadcast to A B, which is [1, 4].
    BatchNormalization node \`node\`: input 4 has shape [4]; it needs one value for each channel of [2, 3].
    BatchNormalization node \`node\`: only training mode has running statistics as outputs."
  `);
});

test('shapes of slices and pads are those that ONNX Runtime gives', async () => {
  const bound = fc.integer({ min: -8, max: 8 });
  const slices = fc.sample(fc.tuple(fc.integer({ min: 1, max: 6 }), bound, bound, fc.constantFrom(-3, -2, -1, 1, 2, 3)), { numRuns: 200, seed: 4 });
  const pads = fc.sample(fc.tuple(fc.integer({ min: 4, max: 6 }), fc.integer({ min: -1, max: 2 }), fc.integer({ min: -1, max: 2 })), {
    numRuns: 30,
    seed: 4,
  });
  const g = new Builder();
  const x = (size: number) => g.constant(tensorOf('float32', Array<number>(size).fill(1)));
  for (const [i, [size, start, end, step]] of slices.entries()) g.output(`slice${i}`, g.slice(x(size), [start], [end], [0], [step]));
  for (const [i, [size, before, after]] of pads.entries()) {
    for (const mode of ['constant', 'reflect', 'edge', 'wrap']) g.output(`${mode}${i}`, g.op('Pad', [x(size), g.ints([before, after])], { mode }));
  }
  const results = await runGraph(g);
  for (const [name, value] of g.outputs) expect([name, results[name]?.dims]).toEqual([name, value.shape]);
});
