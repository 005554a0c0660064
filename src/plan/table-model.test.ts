import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Task } from '../data/open/task.ts';
import { type Model, stateOf } from '../nn/model.ts';
import { exportOnnx } from '../train/export-onnx.ts';
import { goalOf } from './goal.ts';
import { headState } from './headed.ts';
import { earlierTableModel, tableModel } from './table-model.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-table-model-'));
afterAll(() => rmSync(root, { recursive: true }));

const task: Task = { kind: 'classification', classes: ['a', 'b', 'c'] };
const row = (model: Model, c: number) => {
  const [weight, bias] = headState(model);
  const width = weight.dims[1] as number;
  return [...weight.data.subarray(c * width, (c + 1) * width), bias.data[c]];
};

describe.each([
  ['linear', undefined],
  ['network', 8],
])('the model of an earlier run, %s', (name, hidden) => {
  it('keeps its layers, and the weights of the classes that it knew', async () => {
    const earlier = tableModel({ width: 5, hidden, goal: goalOf(task) });
    // Biases begin at 0: not all of them alike.
    headState(earlier)[1].data.set([1, 2, 3]);
    const path = join(root, `${name}.onnx`);
    await exportOnnx(earlier, path);
    const model = earlierTableModel({ model: path, task }, { width: 5, goal: goalOf({ kind: 'classification', classes: ['c', 'new', 'a'] }) });
    expect([model.name, model.classes]).toEqual([name, ['c', 'new', 'a']]);
    expect([row(model, 0), row(model, 2)]).toEqual([row(earlier, 2), row(earlier, 0)]);
    expect(row(model, 1)).not.toEqual(row(earlier, 1));
    const heads = new Set(model.groups.find(({ kind }) => kind === 'head')?.members);
    for (const [id, { data }] of stateOf(model)) if (!heads.has(id)) expect(data).toEqual(stateOf(earlier).get(id)?.data);
  });

  it('is refused where it reads other columns', async () => {
    const earlier = tableModel({ width: 5, hidden, goal: goalOf(task) });
    const path = join(root, `${name}-other.onnx`);
    await exportOnnx(earlier, path);
    expect(() => earlierTableModel({ model: path, task }, { width: 6, goal: goalOf(task) })).toThrow('is not the model as its run wrote it');
  });
});
