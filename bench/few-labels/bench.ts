// Few labels, every method: CIFAR-10 with ten a class from EfficientNet-Lite0, sentences with twenty a class from MiniLM-L6. Each run in a process of its
// own; where PyTorch has the method, the same recipe there, on the same examples and starting values.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { evaluate, fewLabels, loadOnnx, subset, summarise } from '../../src/index.ts';
import type { Bench, BenchRow } from '../bench.ts';
import { compiledScript, python } from '../timed/steppers.ts';
import type { Outcome } from './case.ts';
import { photos, writeRaw } from './photos.ts';
import { SIZE, type TaskName, tasks } from './recipe.ts';
import { fewSentences } from './sentences.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const peers = { photos: here('torch_few_labels.py'), sentences: here('torch_sentences.py') } as const;
/** Photos of a class in the pool that those to learn from are drawn from. */
const POOL = 100;
/** Epochs of a quick run. */
const QUICK = 2;

function said([file = '', ...args]: readonly string[], folder?: string): string {
  try {
    const env = { ...process.env, ...(folder !== undefined && { XDG_CACHE_HOME: join(folder, 'cache') }) };
    const text = execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env });
    return text.trim().split('\n').at(-1) ?? '';
  } catch (cause) {
    const remedy =
      file === python
        ? '\nA Python with torch 2.13, timm, transformers, peft, onnx, safetensors and onnxruntime is needed: GRAFT_PYTHON=/path/to/python.'
        : '';
    throw new Error(`${args.join(' ')} failed: ${(cause as { stderr?: string }).stderr ?? String(cause)}${remedy}`);
  }
}

interface Kept {
  /** Where the processes find recipes and examples. */
  readonly folder: string;
  readonly quick: boolean;
  readonly note: (text: string) => void;
}

/** What all processes read; a quick run tries everything and learns little. */
function writeRecipe(folder: string, quick: boolean): void {
  const file = (name: string) => here(`../../packages/${name}/model.onnx`);
  const shortened = Object.entries(tasks).map(([name, task]) => [name, { ...task, common: { ...task.common, ...(quick && { epochs: QUICK }) } }]);
  const recipe = {
    tasks: Object.fromEntries(shortened),
    size: SIZE,
    backbone: file('efficientnet-lite0'),
    minilm: file('all-minilm-l6-v2'),
  };
  writeFileSync(join(folder, 'recipe.json'), JSON.stringify(recipe));
}

/** Writes the examples that the processes of a task read. */
async function prepare(task: TaskName, { folder, quick }: Kept): Promise<void> {
  const { perClass, seeds } = tasks[task];
  if (task === 'sentences') {
    for (const seed of seedsOf(seeds, quick)) {
      const drawn = await fewSentences(perClass, seed, quick ? 200 : undefined);
      for (const part of ['train', 'test'] as const) writeFileSync(join(folder, `sentences-${seed}-${part}.json`), JSON.stringify(drawn[part]));
    }
    return;
  }
  const pool = await photos('train', SIZE, POOL);
  writeRaw(folder, 'test', await photos('test', SIZE, quick ? 20 : 200));
  for (const seed of seedsOf(seeds, quick)) writeRaw(folder, `train-${seed}`, fewLabels(pool, perClass, seed).train);
  writeFileSync(join(folder, 'classes.json'), JSON.stringify(pool.classes));
}

const seedsOf = (seeds: readonly number[], quick: boolean) => (quick ? seeds.slice(0, 1) : seeds);

/** All seeds of a method, in Graft and, where it is there, in PyTorch. */
async function measured(task: TaskName, name: string, kept: Kept): Promise<BenchRow> {
  const { folder, quick, note } = kept;
  const { seeds, methods } = tasks[task];
  const { peer: compared = false } = methods[name] ?? {};
  const [own, other]: [Outcome[], Outcome[]] = [[], []];
  for (const seed of seedsOf(seeds, quick)) {
    if (compared) other.push(JSON.parse(said([python, peers[task], 'run', folder, name, String(seed)])) as Outcome);
    const command = [...compiledScript(new URL('case.ts', import.meta.url)), folder, task, name, String(seed)];
    own.push(JSON.parse(said(command, folder)) as Outcome);
    note(
      `${task}: ${name}, seed ${seed}: Graft ${own.at(-1)?.accuracy.toFixed(3)}${compared ? `, PyTorch ${other.at(-1)?.accuracy.toFixed(3)}` : ''}`,
    );
  }
  const [graft, peer] = [own, other].map((runs) => (runs.length > 0 ? totals(runs) : undefined));
  return {
    case: `${task}: ${name}`,
    graft: graft?.accuracy as number,
    graftSd: graft?.sd,
    peer: peer?.accuracy,
    peerSd: peer?.sd,
    seconds: graft?.seconds as number,
    peerSeconds: peer?.seconds,
    ratio: graft && peer && peer.seconds / graft.seconds,
    peakMiB: graft?.peakMiB as number,
    peerPeakMiB: peer?.peakMiB,
    learning: graft?.learning as number,
    peerLearning: peer?.learning,
    onnxDifference: task === 'photos' && name === 'full' ? await differenceInPython(folder) : undefined,
  };
}

function totals(runs: readonly Outcome[]) {
  const { mean: accuracy, sd } = summarise(runs.map((run) => run.accuracy));
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0) / runs.length;
  return { accuracy, sd, seconds, peakMiB: Math.max(...runs.map((run) => run.peakMiB)), learning: runs[0]?.learning as number };
}

/** How far the exported model's scores in Python's ONNX Runtime are from Graft's. */
async function differenceInPython(folder: string): Promise<number> {
  const few = subset(await photos('test', SIZE, 1), [0, 2, 4, 6]);
  writeRaw(folder, 'few', few);
  const { logits } = await evaluate(await loadOnnx(join(folder, 'full.onnx')), few);
  writeFileSync(join(folder, 'few.logits'), logits.data);
  return Number(said([python, peers.photos, 'scores', folder]));
}

export const bench: Bench = {
  about:
    'Few labels: test accuracy on CIFAR-10 (ten a class, EfficientNet-Lite0 at 64x64) and on sentences (twenty a class, MiniLM-L6), all methods, three seeds; PyTorch, and PEFT for LoRA, by the same recipe.',
  columns: {
    case: { label: 'task and method' },
    graft: { label: 'accuracy', format: 'percent', digits: 1 },
    graftSd: { label: '±', format: 'percent', digits: 1 },
    peer: { label: 'PyTorch', format: 'percent', digits: 1 },
    peerSd: { label: '±', format: 'percent', digits: 1 },
    seconds: { label: 's', format: 'number', digits: 1 },
    peerSeconds: { label: 's PyTorch', format: 'number', digits: 1 },
    ratio: { label: 'speed ratio', format: 'number', digits: 2 },
    peakMiB: { label: 'peak MiB', format: 'number', digits: 0 },
    peerPeakMiB: { label: 'PyTorch', format: 'number', digits: 0 },
    learning: { label: 'numbers that learn', format: 'count' },
    peerLearning: { label: 'PyTorch', format: 'count' },
    onnxDifference: { label: "scores in Python's onnxruntime off by", format: 'number', digits: 6 },
  },
  async versions() {
    return Object.assign({}, ...Object.values(peers).map((script) => JSON.parse(said([python, script, 'versions'])) as Record<string, string>));
  },
  async *rows({ quick, only = '', done, note }) {
    const folder = mkdtempSync(join(tmpdir(), 'graft-few-labels-'));
    mkdirSync(join(folder, 'cache'));
    writeRecipe(folder, quick);
    try {
      for (const task of Object.keys(tasks) as TaskName[]) {
        const names = Object.keys(tasks[task].methods).filter((name) => `${task}: ${name}`.includes(only));
        if (names.every((name) => done.has(`${task}: ${name}`))) {
          for (const name of names) yield done.get(`${task}: ${name}`) as BenchRow;
          continue;
        }
        await prepare(task, { folder, quick, note });
        for (const name of names) yield done.get(`${task}: ${name}`) ?? (await measured(task, name, { folder, quick, note }));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
