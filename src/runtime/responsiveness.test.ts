import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { onnxModel } from '../../tests/support/onnx-model.ts';
import type { RuntimeWorker } from '../../tests/support/runtime-worker.ts';
import { zeros } from '../core/tensor.ts';
import { openDevice } from './device.ts';
import { createSession } from './session.ts';
import { connect } from './worker-client.ts';

const side = 1024;
const chain = 3;
const steps = 20;
const model = onnxModel({
  inputs: { x0: [side, side] },
  nodes: Array.from({ length: chain }, (_, i) => ({ op: 'MatMul', inputs: [`x${i}`, `x${i}`], outputs: { [`x${i + 1}`]: [side, side] } })),
});
const feeds = { x0: zeros('float32', [side, side]) };

/** Median delay of this thread's event loop, in ms, while `work` runs. */
async function delayDuring(work: () => Promise<unknown>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await work();
  histogram.disable();
  return histogram.percentile(50) / 1e6;
}

test('the main thread stays responsive while a worker runs steps back to back', async () => {
  const session = await createSession(model, { device: (await openDevice('cpu')).device, threads: 1 });
  const inMain = await delayDuring(async () => {
    for (let i = 0; i < steps; i++) await session.run(feeds);
  });
  await session.release();

  const client = connect<RuntimeWorker>(new URL('../../tests/support/runtime-worker.ts', import.meta.url));
  await client.call('load', { model, device: 'cpu', threads: 1 });
  const withWorker = await delayDuring(() => Promise.all(Array.from({ length: steps }, () => client.call('run', { feeds }))));
  await client.close();
  expect(inMain / withWorker).toBeGreaterThan(5);
});
