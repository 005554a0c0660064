// How the time of a full step grows with batch, image, width and number of parameters, and how much of it is not spent in ONNX Runtime's kernels.
import { openDevice } from '../../src/index.ts';
import type { Bench, BenchOptions, BenchRow } from '../bench.ts';
import { exportedTo, graft, REMEDY, torch, torchVersions } from '../timed/peers.ts';
import { type Contestant, compiledScript, interleaved, printed, type Timed } from '../timed/steppers.ts';

/** See timed/sized.ts for their names. Those that belong to two series are measured once. */
const NAMES = new Set([
  ...[1, 4, 16, 64].map((batch) => `residual-w32-i64-b${batch}`),
  ...[64, 128, 224].map((side) => `residual-w16-i${side}-b16`),
  ...[8, 16, 32, 64].map((width) => `residual-w${width}-i64-b16`),
  ...[128, 512, 2048].map((hidden) => `mlp-h${hidden}-b16`),
  ...['lstm', 'mobilenetv2', 'resnet18', 'vit-tiny', 'minilm-l6'],
]);
const QUICK = ['residual-w16-i64-b16', 'mlp-h512-b16'];

async function* rows({ quick, only = '', done, note }: BenchOptions): AsyncGenerator<BenchRow, void, void> {
  const { torch: version } = torchVersions();
  if (version === undefined) throw new Error(`For the peer, ${REMEDY}`);
  const threads = (await openDevice('cpu')).device.defaultThreads;
  const part = compiledScript(new URL('part-run.ts', import.meta.url));
  note(`${threads} threads each`);
  for (const name of NAMES) {
    if (!name.includes(only) || (quick && only === '' && !QUICK.includes(name))) continue;
    const known = done.get(name);
    if (known) {
      yield known;
      continue;
    }
    const folder = exportedTo(version, name);
    const alone = (what: string): Contestant => ({ name: what, command: [...part, name, what, String(threads), folder] });
    const contestants = [graft(name, 'full', threads, folder), alone('engine'), alone('run'), torch('eager', name, 'full', threads, folder)];
    const results = await interleaved(contestants, quick ? 3 : 9, (text) => note(`${name}: ${text}`));
    const share = Number(printed([...part, name, 'share', String(threads), folder]) ?? Number.NaN);
    yield row(name, results, share);
  }
}

/** @param share of ONNX Runtime's time that is spent in nodes. */
function row(title: string, results: ReadonlyMap<string, Timed | Error>, share: number): BenchRow {
  const of = (name: string): Timed => {
    const result = results.get(name);
    if (!result || result instanceof Error) throw result ?? new Error(`${name} was not timed.`);
    return result;
  };
  const [own, peer] = [of('graft'), of('eager')];
  const run = of('run').ms;
  if (own.learning !== peer.learning) throw new Error(`${title}: ${own.learning} numbers learn in Graft, ${peer.learning} in PyTorch.`);
  return {
    case: title,
    learning: own.learning,
    graft: own.ms,
    peer: peer.ms,
    ratio: peer.ms / own.ms,
    engine: of('engine').ms,
    run,
    nodes: run * share,
    overhead: 1 - (run * share) / own.ms,
    graftPeakMiB: own.peakMiB,
    peerPeakMiB: peer.peakMiB,
  };
}

export const bench: Bench = {
  about:
    'Milliseconds of a full step of `fit`: beside PyTorch eager; of its update and what ONNX Runtime does; of that alone; and of the nodes in it. What is not spent in nodes is overhead.',
  columns: {
    case: { label: 'case' },
    learning: { label: 'parameters', format: 'count' },
    graft: { label: 'Graft ms', format: 'number', digits: 1 },
    peer: { label: 'eager ms', format: 'number', digits: 1 },
    ratio: { label: 'ratio', format: 'number', digits: 2 },
    engine: { label: 'run, update', format: 'number', digits: 1 },
    run: { label: 'run', format: 'number', digits: 1 },
    nodes: { label: 'nodes', format: 'number', digits: 1 },
    overhead: { label: 'overhead', format: 'percent', digits: 1 },
    graftPeakMiB: { label: 'Graft MiB', format: 'count' },
    peerPeakMiB: { label: 'eager MiB', format: 'count' },
  },
  versions: async () => torchVersions(),
  rows,
};
