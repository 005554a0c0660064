import { expect, it } from 'vitest';
import { stream } from '../core/rng.ts';
import { tensor } from '../core/tensor.ts';
import { denseDesign } from '../methods/probes/design.ts';
import { goalOf } from './goal.ts';
import { linearProbe } from './linear-probe.ts';

const goal = goalOf({ kind: 'classification', classes: ['a', 'b', 'c'] });

/** Rows whose class is in their first three numbers, and in noise. */
async function part(name: string) {
  const labels = Int32Array.from({ length: 60 }, (_, i) => i % 3);
  const noise = stream(1, name).uniforms(60 * 8);
  const values = Float32Array.from(noise, (u, at) => u - 0.5 + (at % 8 === labels[Math.floor(at / 8)] ? 0.4 : 0));
  return { design: await denseDesign(tensor('float32', [60, 8], values), 3), labels };
}

it('keeps what it has where time is up, and tells how many strengths it tried', async () => {
  const told: [number, number][] = [];
  const whole = await linearProbe(goal, await part('train'), await part('validation'), { progress: (done, of) => told.push([done, of]) });
  expect(told[0]).toEqual([1, 13]);
  expect(told).toHaveLength(whole.path.length);
  let steps = 0;
  const cut = await linearProbe(goal, await part('train'), await part('validation'), { enough: () => ++steps > 12 });
  expect(cut.path.length).toBeLessThan(whole.path.length);
  expect(cut.path[0]).toEqual(whole.path[0]);
  expect(Math.min(...cut.path.map(({ loss }) => loss))).toBe(cut.path.find(({ l2 }) => l2 === cut.l2)?.loss);
});
