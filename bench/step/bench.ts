// Full training steps (batch, forward, backward, Adam) of Graft, PyTorch eager and TensorFlow.js, each in a process of its own, in alternating rounds.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openDevice } from '../../src/index.ts';
import type { Bench, BenchOptions, BenchRow } from '../bench.ts';
import { graft, torch } from '../timed/peers.ts';
import { type Contestant, interleaved, printed, python } from '../timed/steppers.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const tfjs = [process.execPath, path('tfjs-step.mjs')];

const CASES = ['cnn-32', 'cnn-128', 'mlp-128', 'transformer-32'];
/** TensorFlow.js takes seconds to minutes for what the others do in milliseconds. */
const TFJS_STEPS: Readonly<Record<string, number>> = { 'mlp-128': 2 };

const peers = {
  torch: {
    version: printed([python, '-c', 'import torch; print(torch.__version__)']),
    remedy: 'pip install torch==2.13.0, and name that Python: GRAFT_PYTHON=/path/to/python',
  },
  tfjs: {
    version: existsSync(path('../peers/node_modules')) ? printed([...tfjs, '--version']) : undefined,
    remedy: 'npm install --prefix bench/peers',
  },
};

async function* rows({ quick, only = '', done, note }: BenchOptions): AsyncGenerator<BenchRow, void, void> {
  for (const [name, { version, remedy }] of Object.entries(peers))
    if (version === undefined) note(`${name} is left out: it is not installed. ${remedy}`);
  const threads = (await openDevice('cpu')).device.defaultThreads;
  note(`${threads} threads each`);
  for (const name of CASES.filter((name) => name.includes(only))) {
    const known = done.get(name);
    if (known) {
      yield known;
      continue;
    }
    const contestants: Contestant[] = [graft(name, 'full', threads)];
    if (peers.torch.version !== undefined) contestants.push(torch('eager', name, 'full', threads));
    // Two rounds are enough for it.
    if (peers.tfjs.version !== undefined) contestants.push({ name: 'tfjs', command: [...tfjs, name], steps: TFJS_STEPS[name] ?? 1, rounds: 1 });
    const results = await interleaved(contestants, quick ? 3 : 11, (text) => note(`${name}: ${text}`));
    const of = (peer: string) => {
      const result = results.get(peer);
      if (result instanceof Error) throw result;
      return result;
    };
    const [own, eager, tensorflow] = [of('graft'), of('eager'), of('tfjs')];
    if (!own) throw new Error('Graft was not timed.');
    yield {
      case: name,
      graft: own.rate,
      peer: eager?.rate,
      ratio: eager && own.rate / eager.rate,
      tfjs: tensorflow?.rate,
      ratioTfjs: tensorflow && own.rate / tensorflow.rate,
      graftPeakMiB: own.peakMiB,
      peerPeakMiB: eager?.peakMiB,
      tfjsPeakMiB: tensorflow?.peakMiB,
    };
  }
}

export const bench: Bench = {
  about:
    'Full training steps: Graft (as `fit` runs them) against PyTorch eager and TensorFlow.js; examples per second, medians of alternating rounds.',
  columns: {
    case: { label: 'case' },
    graft: { label: 'Graft', format: 'rate' },
    peer: { label: 'PyTorch', format: 'rate' },
    ratio: { label: 'ratio', format: 'number', digits: 2 },
    tfjs: { label: 'TensorFlow.js', format: 'rate' },
    ratioTfjs: { label: 'ratio', format: 'number', digits: 0 },
    graftPeakMiB: { label: 'Graft MiB', format: 'count' },
    peerPeakMiB: { label: 'PyTorch MiB', format: 'count' },
    tfjsPeakMiB: { label: 'TensorFlow.js MiB', format: 'count' },
  },
  versions: async () => Object.fromEntries(Object.entries(peers).flatMap(([name, { version }]) => (version === undefined ? [] : [[name, version]]))),
  rows,
};
