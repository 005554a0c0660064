// Features of the two backbones against those of the PyTorch models they were made from: photos of BSDS500, the three sets of sentences.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Backbone, loadBackbone, pourWeights, predictor, readState } from '../../src/index.ts';
import type { Bench, BenchRow } from '../bench.ts';

const data = process.env.GRAFT_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const python = process.env.GRAFT_PYTHON ?? 'python3';
const script = fileURLToPath(new URL('torch_features.py', import.meta.url));

interface Inputs {
  readonly name: string;
  readonly backbone: string;
  readonly list: readonly string[];
  /** Whether the original's own weights are poured into the ONNX model first. */
  readonly poured?: boolean;
}

export const bench: Bench = {
  about: 'Compares the features of the bundled backbones with those of the original PyTorch models, each with its own preprocessing.',
  columns: {
    case: { label: 'case' },
    inputs: { label: 'inputs', format: 'count' },
    graft: { label: 'lowest cosine', format: 'number', digits: 5 },
    mean: { label: 'mean cosine', format: 'number', digits: 5 },
    below: { label: 'below 0.999', format: 'count' },
  },
  async *rows({ quick, note }) {
    for (const { name, backbone: from, list, poured = false } of sets()) {
      const inputs = quick ? list.filter((_, i) => i % 10 === 0) : list;
      note(`${name}: ${inputs.length} inputs`);
      const stored = await loadBackbone(from);
      const backbone = poured ? withOriginalWeights(stored) : stored;
      const cosines = compare(await featuresOf(backbone, inputs), original(from, inputs), inputs.length);
      cosines.forEach((cosine, i) => {
        if (cosine < 0.999) note(`  ${cosine.toFixed(5)}  ${inputs[i]}`);
      });
      yield row(name, cosines);
    }
  },
};

function sets(): Inputs[] {
  const folder = join(data, 'bsds500/train');
  const photos = readdirSync(folder).filter((file) => file.endsWith('.jpg'));
  const texts = ['amazon_cells', 'imdb', 'yelp'].map((name): Inputs => {
    const lines = readFileSync(join(data, 'sentiment-sentences', `${name}.tsv`), 'utf8').split('\n');
    return { name: `sentences of ${name}`, backbone: 'all-minilm-l6-v2', list: lines.filter(Boolean).map((line) => line.split('\t')[0] as string) };
  });
  const [first] = texts;
  if (first) texts.push({ ...first, name: `${first.name}, weights poured in from PyTorch's file`, poured: true });
  return [{ name: 'photos of BSDS500', backbone: 'efficientnet-lite0', list: photos.sort().map((file) => join(folder, file)) }, ...texts];
}

function withOriginalWeights(backbone: Backbone): Backbone {
  const path = execFileSync(python, [script, '--weights'], { encoding: 'utf8' }).trim();
  const load = async () => {
    const model = await backbone.load();
    pourWeights(model, await readState(path));
    return model;
  };
  return { ...backbone, load };
}

async function featuresOf(backbone: Backbone, inputs: readonly string[]): Promise<Float32Array> {
  const session = await predictor(backbone);
  try {
    return (await session.features(inputs)).data;
  } finally {
    await session.release();
  }
}

function original(backbone: string, inputs: readonly string[]): Float32Array {
  const bytes = execFileSync(python, [script, backbone], { input: JSON.stringify(inputs), maxBuffer: 2 ** 30, stdio: ['pipe', 'pipe', 'inherit'] });
  return new Float32Array(new Uint8Array(bytes).buffer);
}

function compare(ours: Float32Array, theirs: Float32Array, count: number): number[] {
  const width = ours.length / count;
  return Array.from({ length: count }, (_, n) => {
    const [a, b] = [ours, theirs].map((all) => all.subarray(n * width, (n + 1) * width)) as [Float32Array, Float32Array];
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  });
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

function row(name: string, cosines: readonly number[]): BenchRow {
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
  const round = (value: number) => Math.round(value * 1e6) / 1e6;
  return {
    case: name,
    inputs: cosines.length,
    graft: round(Math.min(...cosines)),
    mean: round(mean),
    below: cosines.filter((cosine) => cosine < 0.999).length,
  };
}
