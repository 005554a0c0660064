// `graft fit` beside scikit-learn on the same rows, features and choice by the same validation rows; each in a fresh process, timed from command to model.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDevice } from '../../src/index.ts';
import type { Bench, BenchRow } from '../bench.ts';
import { compiledScript, python } from '../timed/steppers.ts';
import { askedOf } from './asked.ts';
import { casesIn, type OwnCase } from './cases.ts';
import { compared, type PeerAnswers } from './compared.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const script = here('peer.py');

/** What one side came to. */
interface Side<T> {
  readonly answer: T;
  readonly seconds: number;
  readonly peakMiB: number;
}

interface GraftAnswer {
  readonly chosen: string;
  readonly values: readonly number[];
  readonly unit: number | undefined;
}

interface PeerAnswer extends PeerAnswers {
  readonly chosen: string;
  readonly peakMiB: number;
}

function said(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  try {
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28, env: { ...process.env, ...env } });
  } catch (cause) {
    const { stderr = String(cause) } = cause as { stderr?: string };
    const remedy = file === python ? '\nA Python with scikit-learn, onnxruntime, tokenizers and Pillow is needed: GRAFT_PYTHON=/path/to/python.' : '';
    throw new Error(`${args.join(' ')} failed: ${stderr.slice(-2000)}${remedy}`);
  }
}

/** `graft fit` through the command line. */
function graftSide({ path, data, formatOptions = {}, minutes }: OwnCase, folder: string, quick: boolean): Side<GraftAnswer> {
  const [file = '', cli = ''] = compiledScript(new URL('../../apps/cli/graft.ts', import.meta.url));
  const flags = [
    ...Object.entries(data).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...Object.entries(formatOptions).flatMap(([name, value]) => ['--format-option', `${name}=${value}`]),
    ...['--time', String(minutes), '--preset', quick ? 'fast' : 'good', '--runs', join(folder, 'runs')],
  ];
  const peak = join(folder, 'peak');
  const began = performance.now();
  const text = said(file, ['--import', here('peak.mjs'), cli, 'fit', path, ...flags, '--json'], { PEAK_FILE: peak });
  const seconds = (performance.now() - began) / 1000;
  const { folder: run, chosen } = JSON.parse(text.trim().split('\n').at(-1) as string) as { folder: string; chosen: string };
  const { examples } = read<{ examples: { values: number[] } }>(join(run, 'result.json'));
  const { scale } = read<{ scale?: { factor: readonly number[] } }>(join(run, 'model', 'model.json'));
  rmSync(run, { recursive: true });
  return { answer: { chosen, values: examples.values, unit: scale?.factor[0] }, seconds, peakMiB: Number(readFileSync(peak, 'utf8')) };
}

async function peerSide(one: OwnCase, folder: string): Promise<Side<PeerAnswer>> {
  const { device } = await openDevice('cpu');
  const [asked, answered] = [join(folder, 'asked.json'), join(folder, 'answer.json')];
  writeFileSync(asked, JSON.stringify(await askedOf(one, folder, device.defaultThreads)));
  const began = performance.now();
  said(python, [script, 'run', asked, answered]);
  const seconds = (performance.now() - began) / 1000;
  const answer = read<PeerAnswer>(answered);
  return { answer, seconds, peakMiB: answer.peakMiB };
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

async function measured(one: OwnCase, folder: string, quick: boolean): Promise<BenchRow> {
  const peer = await peerSide(one, folder);
  const own = graftSide(one, folder, quick);
  return {
    case: one.name,
    ...compared(own.answer, peer.answer),
    chosen: own.answer.chosen,
    peerChosen: peer.answer.chosen,
    seconds: own.seconds,
    peerSeconds: peer.seconds,
    ratio: peer.seconds / own.seconds,
    peakMiB: own.peakMiB,
    peerPeakMiB: peer.peakMiB,
    given: `--time ${one.minutes}${quick ? ' --preset fast' : ''}`,
  };
}

export const bench: Bench = {
  about:
    'graft fit beside scikit-learn on the same rows and features: test accuracy (R2 of amounts), a paired interval of the difference, seconds from command to model. Graft fine-tunes too, for as long as it is given.',
  columns: {
    case: { label: 'case' },
    graft: { label: 'Graft', format: 'percent', digits: 1 },
    low: { label: 'from', format: 'percent', digits: 1 },
    high: { label: 'to', format: 'percent', digits: 1 },
    chosen: { label: 'chosen' },
    peer: { label: 'peer', format: 'percent', digits: 1 },
    peerChosen: { label: 'chosen' },
    difference: { label: 'difference', format: 'percent', digits: 1 },
    differenceLow: { label: 'from', format: 'percent', digits: 1 },
    differenceHigh: { label: 'to', format: 'percent', digits: 1 },
    p: { label: 'p', format: 'number', digits: 3 },
    error: { label: 'RMSE', format: 'number', digits: 2 },
    peerError: { label: 'peer', format: 'number', digits: 2 },
    seconds: { label: 's', format: 'number', digits: 1 },
    peerSeconds: { label: 's peer', format: 'number', digits: 1 },
    ratio: { label: 'speed ratio', format: 'number', digits: 2 },
    peakMiB: { label: 'peak MiB', format: 'count' },
    peerPeakMiB: { label: 'peer', format: 'count' },
    given: { label: 'Graft was given' },
  },
  async versions() {
    return JSON.parse(said(python, [script, 'versions'])) as Record<string, string>;
  },
  async *rows({ quick, only = '', done, note }) {
    // Absolute paths of data and packages, for processes that begin elsewhere.
    const folder = mkdtempSync(join(tmpdir(), 'graft-own-data-'));
    mkdirSync(join(folder, 'runs'));
    try {
      said(python, [script, 'tables', folder]);
      for (const one of casesIn(folder)) {
        if (!one.name.includes(only) || (quick && !one.quick)) continue;
        if (!existsSync(one.path)) throw new Error(`${one.path} is not there: name the folder of the data as GRAFT_DATA.`);
        const earlier = done.get(one.name);
        const row = earlier ?? (await measured(one, folder, quick));
        if (!earlier)
          note(
            `${one.name}: Graft ${row.graft.toFixed(3)} (${row.chosen}), peer ${row.peer?.toFixed(3)} (${row.peerChosen}), p ${Number(row.p).toFixed(3)}`,
          );
        yield row;
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
