import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { smallModel } from '../../tests/support/small-problem.ts';
import { toNumbers } from '../core/tensor.ts';
import { createModel } from '../nn/create-model.ts';
import { dense } from '../nn/layers/dense.ts';
import { type Model, stateOf } from '../nn/model.ts';
import { loadStateFile, readState, saveState } from './state-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'state-'));
});
afterEach(() => rm(folder, { recursive: true }));

const values = (model: Model) => Object.fromEntries([...stateOf(model)].map(([id, tensor]) => [id, toNumbers(tensor)]));

it('keeps every value, running statistics included', async () => {
  const [model, other] = [smallModel(1), smallModel(2)];
  (stateOf(model).get('norm.mean') as { data: Float32Array }).data.fill(0.25);
  const path = join(folder, 'new', 'small.safetensors');
  await saveState(model, path);
  expect(values(other)).not.toEqual(values(model));
  await loadStateFile(other, path);
  expect(values(other)).toEqual(values(model));
  const state = await readState(path);
  expect(state.name).toBe('small.safetensors');
  expect([...state.tensors.keys()]).toEqual([...stateOf(model).keys()]);
});

it('refuses files that are cut off, of another format or of another model, and changes nothing', async () => {
  const model = smallModel(1);
  const before = values(model);
  const path = join(folder, 'a.safetensors');
  const refused = (message: string) => expect(loadStateFile(model, path)).rejects.toThrow(message);
  await refused(`Could not read ${path}: ENOENT`);
  await saveState(model, path);
  const whole = await readFile(path);
  for (const length of [0, 7, 100, whole.length - 1]) {
    await writeFile(path, whole.subarray(0, length));
    await refused(`${path} is not a whole safetensors file:`);
  }
  await writeFile(path, Buffer.from('\x08\x0eGraft is not in this file at all'));
  await refused(`${path} is not a whole safetensors file:`);
  await saveState(createModel({ name: 'other', input: [4], layers: [dense(2)] }), path);
  await refused(`${path}: The state has no value for \`conv.weight\` of model \`small\`; it is of another model.`);
  expect(values(model)).toEqual(before);
});
