// What the order of nodes in a file does in ONNX Runtime: the reason for `leavesLast`.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tensorOf } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import { writeOnnx } from '../graph/onnx/write.ts';
import { openDevice } from '../runtime/device.ts';
import { createSession } from '../runtime/session.ts';
import { leavesLast } from './order.ts';

const { device } = await openDevice('cpu');

/** A forward pass of two layers, and behind it, as `backward` does, the second one's gradients and then the first one's. */
function step(): Builder {
  const g = new Builder();
  const x = g.input('x', 'float32', [4, 4]);
  const node = (op: string, name: string, inputs: Parameters<Builder['append']>[1]) => g.append(op, inputs, {}, { name }).outputs[0] as typeof x;
  const first = node('MatMul', 'forward 1', [x, x]);
  const second = node('MatMul', 'forward 2', [first, x]);
  g.output('dw2', node('MatMul', 'dw2', [first, second]));
  const dx = node('MatMul', 'dx', [second, second]);
  g.output('dw1', node('MatMul', 'dw1', [x, dx]));
  return g;
}

async function orderOf(g: Builder): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'graft-order-'));
  try {
    const session = await createSession(writeOnnx(g), { device, threads: 1, profile: join(folder, 'trace') });
    await session.run({ x: tensorOf('float32', Array<number>(16).fill(1), [4, 4]) });
    await session.release();
    const events = readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { name: string; ts: number }[]);
    const kernels = events.filter(({ name }) => name.endsWith('_kernel_time')).toSorted((a, b) => a.ts - b.ts);
    return kernels.map(({ name }) => name.replace('_kernel_time', ''));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the gradient of the last weight is computed first where leaves stand last, the last of them first', async () => {
  const g = step();
  expect(await orderOf(g)).toEqual(['forward 1', 'forward 2', 'dx', 'dw1', 'dw2']);
  leavesLast(g);
  expect(await orderOf(g)).toEqual(['forward 1', 'forward 2', 'dw2', 'dx', 'dw1']);
});
