// CIFAR-10 with ten labels a class, from EfficientNet-Lite0: the same recipe in Graft and in PyTorch, on the same photos and starting values.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  carryOver,
  type Dataset,
  dense,
  evaluate,
  exportOnnx,
  fewLabels,
  finish,
  initialisers,
  loadOnnx,
  type Model,
  readState,
  replaceHead,
  schedules,
  subset,
  summarise,
  transfer,
} from '../../src/index.ts';
import type { Bench } from '../bench.ts';
import { photos, writeRaw } from './photos.ts';
import { common, data, type MethodName, methods } from './recipe.ts';

const backbone = fileURLToPath(new URL('../../packages/efficientnet-lite0/model.onnx', import.meta.url));
const script = fileURLToPath(new URL('./torch_few_labels.py', import.meta.url));

function python(...args: readonly string[]): string {
  try {
    return execFileSync(process.env.GRAFT_PYTHON ?? 'python3', [script, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  } catch (cause) {
    const remedy = 'A Python with torch 2.13, timm, onnx, safetensors and onnxruntime is needed: GRAFT_PYTHON=/path/to/python.';
    throw new Error(`${script} failed: ${(cause as { stderr?: string }).stderr ?? String(cause)}\n${remedy}`);
  }
}

interface Run {
  readonly accuracy: number;
  readonly seconds: number;
}

/** The network that a run begins with; `random` holds values drawn by PyTorch. */
async function begin(random: string | undefined, classes: readonly string[]): Promise<Model> {
  const model = replaceHead(await loadOnnx(backbone, { inputShapes: { image: [3, data.size, data.size] } }), {
    classes,
    head: [dense(classes.length, { name: 'dense', init: initialisers.zeros })],
  });
  if (random !== undefined) {
    const { moved } = carryOver(await readState(random), model, { select: ['!head'] });
    if (moved.length < 200) throw new Error(`Only ${moved.length} of the values drawn by PyTorch were taken over.`);
  }
  return model;
}

async function graftRun(name: MethodName, seed: number, train: Dataset, test: Dataset, folder: string): Promise<Run> {
  const { strategy, lr, batchNorm, start, options } = methods[name];
  const model = await begin(start === 'random' ? join(folder, `random-${seed}.safetensors`) : undefined, train.classes ?? []);
  const optimiser = { name: 'adamw', settings: { lr, weightDecay: common.weightDecay } } as const;
  const fit = { epochs: common.epochs, batchSize: common.batchSize, optimiser, batchNorm, schedule: schedules.cosine(), seed };
  const began = performance.now();
  await finish(transfer(model, train, { strategy, options, fit }));
  const seconds = (performance.now() - began) / 1000;
  const { accuracy } = await evaluate(model, test);
  if (name === 'full' && seed === 1) await exportOnnx(model, join(folder, 'full.onnx'));
  return { accuracy: accuracy as number, seconds };
}

export const bench: Bench = {
  about:
    'Test accuracy on CIFAR-10 with ten labels a class, from EfficientNet-Lite0 at 64x64: Graft against PyTorch, same recipe, photos and start; three seeds.',
  columns: {
    case: { label: 'method' },
    graft: { label: 'Graft', format: 'percent', digits: 1 },
    graftSd: { label: '±', format: 'percent', digits: 1 },
    peer: { label: 'PyTorch', format: 'percent', digits: 1 },
    peerSd: { label: '±', format: 'percent', digits: 1 },
    graftSeconds: { label: 's', format: 'number', digits: 1 },
    peerSeconds: { label: 's PyTorch', format: 'number', digits: 1 },
    ratio: { label: 'speed ratio', format: 'number', digits: 2 },
    onnxDifference: { label: "scores in Python's onnxruntime off by", format: 'number', digits: 6 },
  },
  async versions() {
    return JSON.parse(python('versions')) as Record<string, string>;
  },
  async *rows({ quick, done, note }) {
    const folder = mkdtempSync(join(tmpdir(), 'graft-few-labels-'));
    try {
      const pool = await photos('train', data.size, 100);
      const test = await photos('test', data.size, quick ? 20 : 200);
      const seeds = quick ? data.seeds.slice(0, 1) : data.seeds;
      writeFileSync(join(folder, 'recipe.json'), JSON.stringify({ ...data, common, methods, backbone }));
      writeRaw(folder, 'test', test);
      const parts = new Map(seeds.map((seed) => [seed, fewLabels(pool, data.perClass, seed).train]));
      for (const [seed, part] of parts) writeRaw(folder, `train-${seed}`, part);
      for (const name of Object.keys(methods) as MethodName[]) {
        const earlier = done.get(name);
        if (earlier) {
          yield earlier;
          continue;
        }
        const [graft, peer]: [Run[], Run[]] = [[], []];
        for (const seed of seeds) {
          peer.push(JSON.parse(python('run', folder, name, String(seed))) as Run);
          graft.push(await graftRun(name, seed, parts.get(seed) as Dataset, test, folder));
          note(`${name}, seed ${seed}: Graft ${graft.at(-1)?.accuracy.toFixed(3)}, PyTorch ${peer.at(-1)?.accuracy.toFixed(3)}`);
        }
        const [own, other] = [graft, peer].map((runs) => summarise(runs.map(({ accuracy }) => accuracy)));
        const [ownSeconds, otherSeconds] = [graft, peer].map((runs) => runs.reduce((sum, { seconds }) => sum + seconds, 0) / runs.length);
        let onnxDifference: number | undefined;
        if (name === 'full') {
          const few = subset(test, [0, 40, 80, 120]);
          writeRaw(folder, 'few', few);
          const { logits } = await evaluate(await loadOnnx(join(folder, 'full.onnx')), few);
          writeFileSync(join(folder, 'few.logits'), logits.data);
          onnxDifference = Number(python('scores', folder));
        }
        yield {
          case: name,
          graft: own?.mean as number,
          graftSd: own?.sd,
          peer: other?.mean,
          peerSd: other?.sd,
          graftSeconds: ownSeconds,
          peerSeconds: otherSeconds,
          ratio: (otherSeconds as number) / (ownSeconds as number),
          onnxDifference,
        };
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
