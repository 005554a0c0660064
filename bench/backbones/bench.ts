// Steps of whole networks at the sizes people fine-tune them: everything learns, the head alone does, or nothing; against PyTorch, eager and compiled.
import { openDevice } from '../../src/index.ts';
import type { Bench, BenchOptions, BenchRow } from '../bench.ts';
import { networks } from '../timed/networks.ts';
import { exportedTo, graft, REMEDY, torch, torchVersions } from '../timed/peers.ts';
import { interleaved, type Timed } from '../timed/steppers.ts';

/** Full step: all parameters learn, batch norm in training mode. Head: the rest is frozen, batch norm too. */
const MODES = ['full', 'head', 'inference'] as const;
const QUICK = ['mobilenetv2', 'vit-tiny', 'cnn-32'];

async function* rows({ quick, only, done, note }: BenchOptions): AsyncGenerator<BenchRow, void, void> {
  const { torch: version } = torchVersions();
  if (version === undefined) throw new Error(`For the peer, ${REMEDY}`);
  const threads = (await openDevice('cpu')).device.defaultThreads;
  note(`${threads} threads each`);
  for (const name of Object.keys(networks)) {
    for (const mode of MODES) {
      const title = `${name} ${mode}`;
      if ((quick && only === undefined && !QUICK.includes(name)) || !title.includes(only ?? '')) continue;
      const known = done.get(title);
      if (known) {
        yield known;
        continue;
      }
      const folder = exportedTo(version, name);
      const contestants = [
        graft(name, mode, threads, folder),
        torch('eager', name, mode, threads, folder),
        torch('compile', name, mode, threads, folder),
      ];
      yield row(title, await interleaved(contestants, quick ? 3 : 5, (text) => note(`${title}: ${text}`)));
    }
  }
}

/** The faster of both peers counts, and the smaller. */
function row(title: string, results: ReadonlyMap<string, Timed | Error>): BenchRow {
  const of = (name: string) => {
    const result = results.get(name);
    return result instanceof Error ? undefined : result;
  };
  const own = results.get('graft');
  if (!own || own instanceof Error) throw own ?? new Error('Graft was not timed.');
  const peers = ['eager', 'compile'].flatMap((name) => of(name) ?? []);
  const other = peers.find(({ learning }) => learning !== own.learning);
  if (other) throw new Error(`${title}: ${own.learning} numbers learn in Graft, ${other.learning} in PyTorch.`);
  const best = peers.length === 0 ? undefined : Math.max(...peers.map(({ rate }) => rate));
  const least = peers.length === 0 ? undefined : Math.min(...peers.map(({ peakMiB }) => peakMiB));
  const failed = results.get('compile');
  return {
    case: title,
    learning: own.learning,
    graft: own.rate,
    eager: of('eager')?.rate,
    compile: of('compile')?.rate,
    peer: best,
    ratio: best && own.rate / best,
    graftPeakMiB: own.peakMiB,
    eagerPeakMiB: of('eager')?.peakMiB,
    compilePeakMiB: of('compile')?.peakMiB,
    ratioPeak: least && least / own.peakMiB,
    ...(failed instanceof Error && { compileError: failed.message }),
  };
}

export const bench: Bench = {
  about:
    'Steps of whole networks, Graft (as `fit` and `predictor` run them) against PyTorch eager and `torch.compile`: examples per second, medians of alternating rounds; peak resident memory. Ratios are with the better of both.',
  columns: {
    case: { label: 'case' },
    graft: { label: 'Graft', format: 'number', digits: 1 },
    eager: { label: 'eager', format: 'number', digits: 1 },
    compile: { label: 'compile', format: 'number', digits: 1 },
    ratio: { label: 'ratio', format: 'number', digits: 2 },
    graftPeakMiB: { label: 'Graft MiB', format: 'count' },
    eagerPeakMiB: { label: 'eager MiB', format: 'count' },
    compilePeakMiB: { label: 'compile MiB', format: 'count' },
    ratioPeak: { label: 'ratio', format: 'number', digits: 2 },
  },
  versions: async () => torchVersions(),
  rows,
};
