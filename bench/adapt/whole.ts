// `adapt` as people call it, the pretrained network trained too: files in, the label-free choice out. On photos and on sentences.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapt, finish, summarise } from '../../src/index.ts';
import type { BenchOptions, BenchRow } from '../bench.ts';
import { dataFolder } from '../few-labels/photos.ts';

/** All domains of a folder, each adapted to each other one. */
interface WholeTask {
  readonly name: string;
  readonly folder: string;
  readonly domains: readonly string[];
  /** What follows a domain's name in that of its file. */
  readonly ending: string;
  readonly seeds: readonly number[];
}

export const wholeTasks: readonly WholeTask[] = [
  {
    name: 'sentences, network too',
    folder: 'sentiment-sentences',
    domains: ['amazon_cells', 'imdb', 'yelp'],
    ending: '.tsv',
    // A quarter of an hour each.
    seeds: [1],
  },
  {
    name: 'office-caltech10, network too',
    folder: 'office-caltech10',
    domains: ['amazon', 'caltech10', 'dslr', 'webcam'],
    ending: '',
    // More take more than an hour.
    seeds: [1],
  },
];

/** What training may take: enough for the three epochs that there are at most, on a busy machine too; and in the quick form. */
const [MINUTES, QUICK_MINUTES] = [60, 1];
/** p below which a choice is told to have done harm. */
const HARM = 0.05;

/** Rows of one task: each seed and pair, then all together. */
export async function* wholeRows(task: WholeTask, { quick, done, note }: BenchOptions): AsyncGenerator<BenchRow, void, void> {
  const rows: BenchRow[] = [];
  const pairs = task.domains.flatMap((from) => task.domains.filter((to) => to !== from).map((to) => [from, to] as const));
  for (const seed of quick ? task.seeds.slice(0, 1) : task.seeds) {
    // The last pair is of small domains, where these differ.
    for (const [from, to] of quick ? pairs.slice(-1) : pairs) {
      const name = `${task.name}, ${from} to ${to}, seed ${seed}`;
      const measuring = () => measured(task, from, to, { seed, time: quick ? QUICK_MINUTES : MINUTES });
      const row = done.get(name) ?? { case: name, task: task.name, pair: `${from} to ${to}`, seed, ...(await measuring()) };
      rows.push(row);
      yield row;
      const told = [`${percent(row.graft)} by ${row.chosen}`, `last epoch ${percent(row.last)}`, `source only ${percent(row.sourceOnly)}`];
      note(`${name}: ${told.join(', ')}, oracle ${percent(row.oracle)}, ${Number(row.seconds).toFixed(0)} s`);
    }
  }
  const seeds = [...new Set(rows.map(({ seed }) => seed))];
  const over = (key: string) => {
    const means = seeds.map((seed) => summarise(rows.filter((row) => row.seed === seed).map((row) => row[key] as number)).mean);
    return summarise(means);
  };
  const { mean: graft, sd } = over('graft');
  const worst = Math.min(...rows.map((row) => row.graft - (row.sourceOnly as number)));
  const shared = { task: task.name, protocol: 'transductive' };
  yield {
    ...shared,
    case: `${task.name}: auto`,
    method: 'auto',
    graft,
    labelFree: { mean: graft, sd },
    worst,
    last: over('last').mean,
    oracle: over('oracle').mean,
    harmed: rows.filter(isHarmed).length,
    seconds: over('seconds').mean,
  };
  const own = over('sourceOnly');
  yield { ...shared, case: `${task.name}: source-only`, method: 'source-only', graft: own.mean, labelFree: own, worst: 0 };
}

/** For people. */
export const percent = (share: unknown) => `${(100 * Number(share)).toFixed(1)} %`;

async function measured({ folder, ending }: WholeTask, from: string, to: string, options: { readonly seed: number; readonly time: number }) {
  const path = (domain: string) => join(dataFolder(folder), `${domain}${ending}`);
  const runs = await mkdtemp(join(tmpdir(), 'graft-adapt-whole-'));
  try {
    const start = performance.now();
    const { adaptation, scored } = await finish(adapt({ source: path(from), target: path(to), scoreLabels: true, runs, adapt: options }));
    const seconds = (performance.now() - start) / 1000;
    if (!scored) throw new Error('Nothing was scored.');
    const { candidates, choice, network } = adaptation;
    const last = network?.epochs.at(-1);
    const graft = scored.labelFree.estimate;
    const { p, onlyFirst, onlySecond } = scored.against;
    return {
      graft,
      chosen: choice.chosen.name,
      sourceOnly: scored.sourceOnly.estimate,
      // Where the rehearsal left the network out, what the linear models gave is all there is.
      last: last ? (scored.candidates[candidates.indexOf(last)] as number) : graft,
      oracle: scored.oracle.accuracy,
      harm: onlySecond > onlyFirst ? p : 1,
      examples: scored.examples,
      seconds,
    };
  } finally {
    await rm(runs, { recursive: true, force: true });
  }
}

/** Whether the choice is worse than the source alone by more than a point and two examples, and not by chance. */
export function isHarmed({ graft, sourceOnly, examples, harm }: BenchRow): boolean {
  return (sourceOnly as number) - graft > Math.max(0.01, 2 / (examples as number)) && (harm as number) < HARM;
}
