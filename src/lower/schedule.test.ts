import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noise } from '../../tests/support/noise.ts';
import { sizeOf, tensor, tensorOf } from '../core/tensor.ts';
import { backward } from '../grad/backward.ts';
import { Builder } from '../graph/builder.ts';
import { readOnnx } from '../graph/onnx/read.ts';
import { writeOnnx } from '../graph/onnx/write.ts';
import { openDevice } from '../runtime/device.ts';
import { createSession } from '../runtime/session.ts';
import { scheduled } from './schedule.ts';

const LAYERS = 6;

/** Layers of ReLU(x W), their mean square, and the gradient of each W as output `d0`, `d1` ... */
function network(): Builder {
  const g = new Builder();
  let x = g.input('x', 'float32', [4, 8]);
  const weights = Array.from({ length: LAYERS }, (_, i) => g.input(`w${i}`, 'float32', [8, 8]));
  for (const weight of weights) x = g.relu(g.matMul(x, weight));
  const gradients = backward(g, g.mean(g.mul(x, x)), weights);
  weights.forEach((weight, i) => {
    g.output(`d${i}`, gradients.get(weight) as typeof weight);
  });
  return g;
}

/** Runs a model. @returns the outputs' values, and the names of its nodes as ONNX Runtime ran them. */
async function traced(model: Uint8Array): Promise<{ values: Record<string, number[]>; ran: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'graft-schedule-'));
  try {
    const { device } = await openDevice('cpu');
    const session = await createSession(model, { device, threads: 1, graphOptimizationLevel: 'disabled', profile: join(folder, 'run') });
    const feeds = Object.fromEntries(
      readOnnx(model)
        .ofKind('input')
        .map(({ name, shape }, i) => [name, tensor('float32', shape as number[], Float32Array.from(noise(i, sizeOf(shape as number[]))))]),
    );
    const results = await session.run(feeds);
    await session.release();
    const events = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0] as string), 'utf8')) as { cat: string; name: string }[];
    const ran = events.flatMap(({ cat, name }) => (cat === 'Node' && name.endsWith('_kernel_time') ? [name.replace('_kernel_time', '')] : []));
    return { values: Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array)])), ran };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('ONNX Runtime computes the gradients of the last layer first, and of the first layer first in the order of differentiation', async () => {
  const g = network();
  const [given, own] = [await traced(writeOnnx(g)), await traced(writeOnnx(g, { nodes: scheduled(g) }))];
  const order = (ran: readonly string[]) => {
    const places = Array.from({ length: LAYERS }, (_, i) => ran.indexOf(g.outputs.get(`d${i}`)?.node?.name ?? ''));
    expect(places.every((place) => place >= 0)).toBe(true);
    return places
      .map((place, i) => ({ i, place }))
      .sort((a, b) => a.place - b.place)
      .map(({ i }) => i);
  };
  expect(order(given.ran)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(order(own.ran)).toEqual([5, 4, 3, 2, 1, 0]);
  expect(own.values).toEqual(given.values);
});

test('what only a gradient needs is computed where it is used, though it could be at once', async () => {
  const g = new Builder();
  const x = g.input('x', 'float32', [4]);
  const late = g.exp(g.exp(g.exp(x)));
  const early = g.append('Sub', [x, g.constant(tensorOf('float32', [1, 2, 3, 4]))], {}, { name: 'early' }).outputs[0] as typeof x;
  g.output('y', g.append('Mul', [late, early], {}, { name: 'use' }).outputs[0] as typeof x);
  const [given, own] = [await traced(writeOnnx(g)), await traced(writeOnnx(g, { nodes: scheduled(g) }))];
  expect(given.ran.indexOf('early')).toBe(0);
  expect(own.ran.slice(-2)).toEqual(['early', 'use']);
});
