// Training on photos that are decoded and changed as it goes, against training on tensors that were loaded before: how much of the throughput is left.
import { openDevice } from '../../src/index.ts';
import type { Bench, BenchOptions, BenchRow } from '../bench.ts';
import { compiledScript, interleaved, type Timed } from '../timed/steppers.ts';

/** Steps in a round: some seconds. */
const MODES = { full: 10, head: 40 } as const;
/** `reader` reads in the main thread and the decoder's, the others in worker threads; `augmented` crops and flips, `first` too but no photo twice, `strong` does all there is. */
const SOURCES = ['preloaded', 'augmented', 'first', 'strong', 'loader', 'reader'] as const;

async function* rows({ quick, only = '', done, note }: BenchOptions): AsyncGenerator<BenchRow, void, void> {
  const threads = (await openDevice('cpu')).device.defaultThreads;
  const run = compiledScript(new URL('loading-run.ts', import.meta.url));
  note(`${threads} threads for training`);
  for (const [mode, steps] of Object.entries(MODES)) {
    const title = `efficientnet-lite0 ${mode}`;
    if (!title.includes(only)) continue;
    const known = done.get(title);
    if (known) {
      yield known;
      continue;
    }
    const contestants = SOURCES.map((name) => ({
      name,
      command: [...run, mode, name, String(threads)],
      steps: quick ? Math.ceil(steps / 2) : steps,
    }));
    yield row(title, await interleaved(contestants, quick ? 3 : 7, (text) => note(`${title}: ${text}`)));
  }
}

function row(title: string, results: ReadonlyMap<string, Timed | Error>): BenchRow {
  const of = (name: (typeof SOURCES)[number]): Timed => {
    const result = results.get(name);
    if (!result || result instanceof Error) throw result ?? new Error(`${name} was not timed.`);
    return result;
  };
  const [own, peer] = [of('augmented'), of('preloaded')];
  return {
    case: title,
    graft: own.rate,
    peer: peer.rate,
    ratio: own.rate / peer.rate,
    first: of('first').rate / peer.rate,
    strong: of('strong').rate / peer.rate,
    loader: of('loader').rate / peer.rate,
    reader: of('reader').rate / peer.rate,
    graftPeakMiB: own.peakMiB,
    peerPeakMiB: peer.peakMiB,
  };
}

export const bench: Bench = {
  about:
    "Training steps of EfficientNet-Lite0 at 224x224, batch 16, from Office-Caltech10's JPEG files, randomly cropped and flipped, against the same from tensors in memory: examples per second, medians of alternating rounds.",
  columns: {
    case: { label: 'case' },
    graft: { label: 'from files', format: 'number', digits: 1 },
    peer: { label: 'preloaded', format: 'number', digits: 1 },
    ratio: { label: 'ratio', format: 'number', digits: 2 },
    first: { label: 'in the first epoch', format: 'number', digits: 2 },
    strong: { label: 'with all changes', format: 'number', digits: 2 },
    loader: { label: 'with none', format: 'number', digits: 2 },
    reader: { label: 'with none, no workers', format: 'number', digits: 2 },
    graftPeakMiB: { label: 'MiB', format: 'count' },
    peerPeakMiB: { label: 'preloaded MiB', format: 'count' },
  },
  rows,
};
