import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { stream } from '../core/rng.ts';
import { tensor } from '../core/tensor.ts';
import { dataset, type ExampleSource } from '../data/dataset.ts';
import type { Task } from '../data/open/task.ts';
import { type Model, stateOf } from '../nn/model.ts';
import { evaluate } from '../train/evaluate.ts';
import { exportOnnx } from '../train/export-onnx.ts';
import type { Candidate } from './candidate.ts';
import { goalOf } from './goal.ts';
import { headState, shiftScores } from './headed.ts';
import { BESIDE, meanOfTwo, meanWithWords, networkAlone } from './mean-of-two.ts';
import { earlierTableModel, tableModel } from './table-model.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-mean-of-two-'));
afterAll(() => rmSync(root, { recursive: true }));

const task: Task = { kind: 'classification', classes: ['a', 'b', 'c'] };
const ROWS = 6;

function examples(width: number): ExampleSource {
  const values = new Float32Array(ROWS * width);
  stream(1, 'rows', width).normals(values);
  return dataset({ name: `${width} wide`, inputs: tensor('float32', [ROWS, width], values) });
}

async function candidate(name: string, width: number, hidden?: number): Promise<Candidate> {
  const model = tableModel({ width, hidden, goal: goalOf(task) });
  headState(model)[1].data.set([1, -2, 3]);
  const source = examples(width);
  const { logits } = await evaluate(model, source);
  const reader = { reading: { kind: 'sparse', width }, sourceOf: async () => source } as const;
  return { name, about: '', complexity: 1, model, reader, validation: logits, trainable: 10, seconds: 2 };
}

const scoresOf = async (model: Model, source: ExampleSource) => [...(await evaluate(model, source)).logits.data];
const close = (values: Iterable<number>) => Array.from(values, (value) => expect.closeTo(value, 5));
const valuesOf = (model: Model) => [...stateOf(model)].map(([id, { data }]) => [id, Array.from(data as Float32Array)]);

it('scores by the mean, and what is added to its head is added to its scores alone', async () => {
  const [network, linear] = [await candidate('network', 4, 5), await candidate('linear model', 4)];
  const before = [valuesOf(network.model), valuesOf(linear.model)];
  const both = meanOfTwo(network, linear, 3);
  expect([both.name, both.complexity, both.trainable, both.seconds]).toEqual(['network + linear model', 3, 20, 0]);
  expect([...both.validation.data]).toEqual(close(network.validation.data.map((score, i) => (score + (linear.validation.data[i] as number)) / 2)));
  expect(await scoresOf(both.model, examples(4))).toEqual(close(both.validation.data));
  shiftScores(both.model, Float32Array.of(0, 5, 0));
  expect(await scoresOf(both.model, examples(4))).toEqual(close(both.validation.data.map((score, i) => score + (i % 3 === 1 ? 5 : 0))));
  expect([valuesOf(network.model), valuesOf(linear.model)]).toEqual(before);
});

it('goes on from a file as its network', async () => {
  const [network, linear] = [await candidate('network', 4, 8), await candidate('linear model', 4)];
  const path = join(root, 'both.onnx');
  await exportOnnx(meanOfTwo(network, linear, 3).model, path);
  const again = earlierTableModel({ model: path, task }, { width: 4, goal: goalOf(task) });
  const heads = new Set(again.groups.find(({ kind }) => kind === 'head')?.members);
  const shared = (model: Model) => valuesOf(model).filter(([id]) => !heads.has(id as string));
  expect(shared(again)).toEqual(shared(network.model));
});

it('of a network and a model of words reads both, and the network in its file can be had alone', async () => {
  const [network, words] = [await candidate('network', 4, 8), await candidate('words', 7)];
  const both = meanWithWords(network, words, 4);
  const source = await both.reader.sourceOf({ name: 'all', rows: Int32Array.from({ length: ROWS }, (_, i) => i) });
  expect(await scoresOf(both.model, source)).toEqual(close(both.validation.data));
  const { inputs, extras } = await source.gather(Int32Array.from([4, 1]));
  expect(extras?.[BESIDE]?.dims).toEqual([2, 7]);
  const path = join(root, 'words.onnx');
  await exportOnnx(both.model, path, { samples: { inputs, extras } });
  const alone = await networkAlone(path, 'network');
  expect(alone.extras ?? []).toEqual([]);
  expect(await scoresOf(alone, examples(4))).toEqual(close(network.validation.data.map((score) => score / 2)));
});
