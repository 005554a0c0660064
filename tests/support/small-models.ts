// Models that are made in no time, as folders like those of `fit`: pictures, pairs of texts, rows of a table. Their weights are arbitrary. Called by tests of
// what lies beside a model.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tensor } from '../../src/core/tensor.ts';
import { Builder, type Value, writeOnnx } from '../../src/index.ts';
import { demoPage, demoServer } from '../../src/run/demo-page.ts';
import type { ModelInfo } from '../../src/run/model-info.ts';
import { predictScript } from '../../src/run/predict-script.ts';

const fromHere = (path: string) => resolve(import.meta.dirname, path);
/** Numbers between -size and size, the same everywhere. */
const arbitrary = (g: Builder, dims: readonly number[], size: number): Value =>
  g.constant(
    tensor(
      'float32',
      dims,
      Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => size * Math.sin(12.9898 * (i + 1) ** 1.1)),
    ),
  );
const common = { form: 1, graft: '0.0.0', temperature: 1.3, metrics: {} } as const;
const task: ModelInfo['task'] = { kind: 'classification', classes: ['left', 'middle', 'right'] };

/** Writes all that lies in a model's folder but its card. */
function write(folder: string, info: ModelInfo, graph: Builder): string {
  mkdirSync(folder, { recursive: true });
  symlinkSync(fromHere('../../node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'model.onnx'), writeOnnx(graph));
  writeFileSync(join(folder, 'model.json'), JSON.stringify(info));
  writeFileSync(join(folder, 'predict.mjs'), predictScript(info));
  writeFileSync(join(folder, 'demo.html'), demoPage(info));
  writeFileSync(join(folder, 'demo.mjs'), demoServer(info));
  return folder;
}

/** A linear model of all pixels, so that each counts; what is dark on average is flagged. */
export function pictureModel(folder: string): string {
  const g = new Builder('pictures');
  const x = g.input('image', 'float32', ['N', 3, 32, 32]);
  const all = g.op('Flatten', [x], { axis: 1 });
  g.output('logits', g.matMul(all, arbitrary(g, [3 * 32 * 32, 3], 0.05)));
  g.output('familiarity', g.mean(all, [1]));
  const input = {
    kind: 'image',
    name: 'image',
    resize: { shorterSide: 37 },
    crop: [32, 32],
    interpolation: 'bicubic',
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  } satisfies ModelInfo['input'];
  const unknown = { threshold: 0, wronglyFlagged: 0.05, output: 'familiarity' } as const;
  return write(folder, { ...common, name: 'pictures', task, input, unknown }, g);
}

/** Reads tokens, and of which text each is; rows of at most 24. */
export function pairModel(folder: string): string {
  const g = new Builder('pairs');
  const [ids, mask, types] = ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => g.input(name, 'int64', ['N', 'L'])) as [
    Value,
    Value,
    Value,
  ];
  const tokenizer = readFileSync(fromHere('../../packages/all-minilm-l6-v2/tokenizer.json'));
  const size = Object.keys((JSON.parse(tokenizer.toString('utf8')) as { model: { vocab: object } }).model.vocab).length;
  const each = g.op('Tanh', [g.mul(g.gather(arbitrary(g, [size, 8], 2), ids), g.gather(arbitrary(g, [2, 8], 2), types))]);
  const kept = g.unsqueeze(g.cast(mask, 'float32'), [2]);
  const mean = g.div(g.sum(g.mul(each, kept), [1]), g.sum(kept, [1]));
  g.output('logits', g.matMul(mean, arbitrary(g, [8, 3], 8)));
  const input = {
    kind: 'text',
    ids: 'input_ids',
    mask: 'attention_mask',
    types: 'token_type_ids',
    tokenizer: 'tokenizer.json',
    maxLength: 24,
    columns: ['question', "the answer's text"],
  } satisfies ModelInfo['input'];
  const made = write(folder, { ...common, name: 'pairs <of texts>', task, input }, g);
  writeFileSync(join(made, 'tokenizer.json'), tokenizer);
  return made;
}

/** Reads a number, a category, words and three moments: one whose year comes first, and two that have day or month first. */
export function tableModel(folder: string): string {
  const g = new Builder('rows');
  const x = g.input('row', 'float32', ['N', 29]);
  g.output('logits', g.matMul(x, arbitrary(g, [29, 3], 1)));
  const input = {
    kind: 'table',
    name: 'row',
    columns: [
      { kind: 'number', name: 'age', mean: 40, deviation: 12, missing: true, range: [18, 60] },
      { kind: 'category', name: 'colour', values: ['red', 'green'] },
      { kind: 'words', name: 'said', vocabulary: ['good', 'bad', 'very', 'very good'], weights: [1, 1.5, 0.5, 2] },
      { kind: 'date', name: 'day', from: Date.UTC(2020, 0, 1), span: 1e11 },
      { kind: 'date', name: 'came', from: Date.UTC(2020, 0, 1), span: 1e11, order: 'day first' },
      { kind: 'date', name: 'gone', from: Date.UTC(2020, 0, 1), span: 1e11, order: 'month first' },
    ],
  } satisfies ModelInfo['input'];
  return write(folder, { ...common, name: 'rows', task, input }, g);
}

/** Reads two numbers; those far from both class means are flagged. */
export function numbersModel(folder: string): string {
  const g = new Builder('numbers');
  g.output('logits', g.matMul(g.input('row', 'float32', ['N', 2]), arbitrary(g, [2, 3], 2)));
  const column = (name: string, mean: number) => ({ kind: 'number', name, mean, deviation: 1.5, missing: false }) as const;
  const input: ModelInfo['input'] = { kind: 'table', name: 'row', columns: [column('length', 1), column('width', 3)] };
  // As earlier versions wrote it: with the class means beside the graph.
  const unknown = {
    threshold: -1,
    wronglyFlagged: 0.05,
    means: [
      [0, 0],
      [1, 1],
    ],
  };
  return write(folder, { ...common, name: 'numbers', task, input, unknown }, g);
}

/** Counts words of two texts together. */
export function wordsModel(folder: string): string {
  const g = new Builder('words');
  const vocabulary = ['good', 'bad', 'soup', 'good soup'];
  g.output('logits', g.matMul(g.input('counts', 'float32', ['N', vocabulary.length]), arbitrary(g, [vocabulary.length, 3], 1)));
  return write(folder, { ...common, name: 'words', task, input: { kind: 'words', name: 'counts', vocabulary, columns: ['first', 'second'] } }, g);
}
