import { expect, it } from 'vitest';
import { modelHash, smallDigits, smallModel, smallOptions } from '../../tests/support/small-problem.ts';
import { toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import { runGraph } from '../lower/run.ts';
import { type Model, parametersOf, stateOf } from '../nn/model.ts';
import { finish, fit } from '../train/fit.ts';
import { l2Sp } from './l2-sp.ts';

const { train } = await smallDigits();
const { ema: _, ...plain } = smallOptions;

function optionsOf(model: Model, alpha: number, beta: number) {
  return l2Sp.phases(model, { alpha, beta }, { ...plain, epochs: 1 }, undefined)[0]?.options ?? {};
}

const flat = (model: Model, groups: string[]) => parametersOf(model, groups).flatMap((id) => Array.from(stateOf(model).get(id)?.data ?? [], Number));
const distance = (a: number[], b: number[]) => Math.hypot(...a.map((value, i) => value - (b[i] as number)));

it('is alpha / 2 |w_shared - w0|^2 + beta / 2 |w_head|^2, w0 being what the model held when asked', async () => {
  const [start, now] = [smallModel(1), smallModel(2)];
  const penalty = optionsOf(start, 0.3, 0.05).penalties?.at(-1);
  const [shared0, shared, head] = [flat(start, ['conv', 'norm']), flat(now, ['conv', 'norm']), flat(now, ['head'])];
  for (const { data } of stateOf(start).values()) (data as Float32Array).fill(0);
  const g = new Builder();
  const parameters = new Map([...now.parameters.keys()].map((id) => [id, g.parameter(id, stateOf(now).get(id) ?? expect.fail(id))]));
  g.output(
    'penalty',
    penalty?.(g, parameters, { inputs: new Map(), logits: g.scalar(0), target: g.scalar(0), at: expect.fail }) ?? expect.fail('no penalty'),
  );
  const { penalty: value } = await runGraph(g);
  const wanted = 0.15 * distance(shared, shared0) ** 2 + 0.025 * Math.hypot(...head) ** 2;
  expect(value && toNumbers(value)[0]).toBeCloseTo(wanted, 4);
});

it('equals plain fine-tuning at weight zero, and holds the shared layers back as it grows', async () => {
  const trained = async (alpha: number, beta = 0) => {
    const model = smallModel(1);
    await finish(fit(model, train, optionsOf(model, alpha, beta)));
    return model;
  };
  const full = smallModel(1);
  const start = flat(full, ['conv', 'norm']);
  await finish(fit(full, train, { ...plain, epochs: 1 }));
  expect(modelHash(await trained(0))).toBe(modelHash(full));
  const moved = [];
  for (const alpha of [0, 1, 100]) moved.push(distance(flat(await trained(alpha), ['conv', 'norm']), start));
  expect(moved).toEqual(moved.toSorted((a, b) => b - a));
  expect(moved[2]).toBeLessThan(0.7 * (moved[0] as number));
  const norm = async (beta: number) => Math.hypot(...flat(await trained(0, beta), ['head']));
  expect(await norm(10)).toBeLessThan(await norm(0));
});
