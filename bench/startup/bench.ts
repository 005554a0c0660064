// What stands between a call of `fit` and its first step: the training graph is built, and ONNX Runtime opens a session with it.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.ts';

const worker = fileURLToPath(new URL('start-worker.ts', import.meta.url));
const loader = fileURLToPath(new URL('../../scripts/typescript.mjs', import.meta.url));
const networks = ['resnet-50', 'efficientnet-lite0', 'vit-tiny', 'all-minilm-l6-v2', 'vit-tiny, 48 layers'];

interface Times {
  readonly nodes: number;
  readonly build: number;
  readonly again: number;
  readonly session: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

export const bench: Bench = {
  about: 'Milliseconds to build a training graph and to open its session, each in a fresh process; medians.',
  columns: {
    case: { label: 'network' },
    nodes: { label: 'nodes', format: 'count' },
    build: { label: 'build', format: 'count' },
    again: { label: 'built again', format: 'count' },
    session: { label: 'session', format: 'count' },
    graft: { label: 'build and session', format: 'count' },
  },
  async *rows({ quick, note }) {
    for (const name of quick ? networks.slice(1, 2) : networks) {
      const runs = Array.from({ length: quick ? 1 : 5 }, (): Times => {
        const printed = execFileSync(process.execPath, ['--import', loader, worker, name], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        return JSON.parse(printed) as Times;
      });
      const of = (key: keyof Times) => Math.round(median(runs.map((run) => run[key])));
      yield { case: name, nodes: of('nodes'), build: of('build'), again: of('again'), session: of('session'), graft: of('build') + of('session') };
      note(`${name}: done`);
    }
  },
};
