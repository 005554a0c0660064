// Adaptation to targets without labels: every method and the label-free choice, on each pair of domains, over seeds. Labels of the target are looked at here
// alone, when all is chosen. A row for each pair and seed, from which those of the methods are put together.

import { accuracy, adaptFeatures, argmaxRows, finish, summarise } from '../../src/index.ts';
import { probabilitiesOf } from '../../src/methods/domains/pieces/classifier.ts';
import { mcnemar } from '../../src/score/paired.ts';
import type { Bench, BenchRow } from '../bench.ts';
import { aloneOn } from './alone.ts';
import { digitRows, digitTasks } from './digits.ts';
import { type PeerSide, peerSide, peerVersions } from './peer.ts';
import { type AdaptTask, type Pair, tasks } from './tasks.ts';
import { isHarmed, percent, wholeRows, wholeTasks } from './whole.ts';

const SEEDS = [1, 2, 3];
/** Before the name of a method, in the row of a pair: the accuracy of what it gave there. */
const BY = 'by ';
/** Of a wide task's pairs, every how many-th is given to the peers too, which take many minutes for one. */
const WIDE_EVERY = 4;
/** Peers that this Python has. */
const PEERS = Object.keys(peerVersions);

export const bench: Bench = {
  about:
    'Accuracy on targets without labels: each method, and the choice that sees no label of the target; mean over all pairs of domains and three seeds.',
  columns: {
    case: { label: 'task and method' },
    protocol: { label: 'measured' },
    labelFree: { label: 'accuracy', format: 'percent', digits: 1 },
    worst: { label: 'worst pair against source only', format: 'percent', digits: 1 },
    last: { label: 'last epoch', format: 'percent', digits: 1 },
    oracle: { label: 'oracle', format: 'percent', digits: 1 },
    harmed: { label: 'pairs harmed', format: 'number', digits: 0 },
    seconds: { label: 's a pair', format: 'number', digits: 1 },
    peer: { label: "the peer's choice", format: 'percent', digits: 1 },
    ratio: { label: 'ratio', format: 'number', digits: 3 },
    peerSeconds: { label: 's a pair', format: 'number', digits: 1 },
    ratioSeconds: { label: 'ratio', format: 'number', digits: 2 },
  },
  printed: ({ method, versus }) => method !== undefined || versus !== undefined,
  versions: async () => Object.assign({}, ...Object.values(peerVersions)) as Record<string, string>,
  async *rows(options) {
    const { quick, only = '', done, note } = options;
    const missing = ['skada', 'ADAPT'].filter((name) => !PEERS.includes(name));
    if (missing.length > 0) note(`Without ${missing.join(' and ')}: a Python that has it is needed, GRAFT_PYTHON=/path/to/python.`);
    // A whole name means that task alone.
    const named = [...tasks, ...wholeTasks, ...digitTasks].some(({ name }) => name === only);
    const wanted = ({ name }: { readonly name: string }) => (named ? name === only : name.includes(only));
    for (const task of tasks.filter(wanted)) {
      const rows: BenchRow[] = [];
      for (const seed of quick ? SEEDS.slice(0, 1) : SEEDS) {
        for (const [i, pair] of (await task.pairs()).slice(0, quick ? (task.wide ? 1 : 2) : undefined).entries()) {
          const name = `${task.name}, ${pair.name}, seed ${seed}`;
          // Next to nothing that the peers do is drawn by chance.
          const beside = quick ? i === 0 && !task.wide : i % (task.wide ? WIDE_EVERY : 1) === 0;
          const peers = seed === SEEDS[0] && beside ? PEERS : [];
          const row = done.get(name) ?? { case: name, ...(await measured(task, pair, seed, peers)) };
          rows.push(row);
          yield row;
          note(`${name}: ${percent(row.graft)} by ${row.chosen}, source only ${percent(row.sourceOnly)}, oracle ${percent(row.oracle)}`);
        }
      }
      const alone: BenchRow[] = [];
      // Some take a minute a pair.
      for (const pair of quick ? [] : await task.pairs()) {
        const name = `${task.name}, ${pair.name}, methods that auto does not try`;
        const own = rows.find((one) => one.pair === pair.name) as BenchRow;
        const row = done.get(name) ?? { case: name, ...(await aloneRow(task, pair, own)) };
        alone.push(row);
        yield row;
        const each = told(BY, [row]).map((key) => `${key.slice(BY.length)} ${percent(row[key])}`);
        note(`${name}: ${each.join(', ')}, source only ${percent(row.sourceOnly)}`);
      }
      yield* summary(task, rows, alone);
    }
    for (const task of wholeTasks.filter(wanted)) yield* wholeRows(task, options);
    for (const task of digitTasks.filter(wanted)) {
      yield* digitRows(task, options);
    }
  },
};

async function measured(
  task: AdaptTask,
  pair: Pair,
  seed: number,
  peers: readonly string[],
): Promise<Omit<BenchRow, 'case'> & { readonly graft: number }> {
  const domains = { views: await pair.views(), labels: pair.labels, classes: pair.classes };
  const start = performance.now();
  const { candidates, choice, linear, linearView, yardstick } = await finish(adaptFeatures(domains, { seed }));
  const seconds = (performance.now() - start) / 1000;
  const { classes, targetLabels, held } = pair;
  const labels = held?.labels ?? targetLabels;
  const answered = new Map<string, Int32Array>();
  for (const { name, probabilities, linear: own, view } of candidates) {
    const rows = held && (await held.read(view));
    const said = rows ? own && (await probabilitiesOf(rows, own)) : probabilities;
    if (said) answered.set(name, argmaxRows(said, classes));
  }
  const auto = held
    ? argmaxRows(await probabilitiesOf(await held.read(linearView), linear), classes)
    : (answered.get(choice.chosen.name) as Int32Array);
  const source = answered.get(yardstick.name) as Int32Array;
  const { p, onlyFirst, onlySecond } = mcnemar(labels, auto, source);
  const by = Object.fromEntries(Array.from(answered, ([name, said]) => [`${BY}${name}`, accuracy(labels, said)]));
  const graft = accuracy(labels, auto);
  const [view] = domains.views as [(typeof domains.views)[number]];
  const given = { view, labels: pair.labels, held: peers.length > 0 ? await held?.read(view) : undefined, scored: labels };
  const sides = peers.map((name) => ofPeer(peerSide(name, given)));
  return {
    task: task.name,
    pair: pair.name,
    seed,
    graft,
    chosen: choice.chosen.name,
    sourceOnly: accuracy(labels, source),
    oracle: Math.max(graft, ...Object.values(by)),
    harm: onlySecond > onlyFirst ? p : 1,
    examples: labels.length,
    seconds,
    ...by,
    ...(Object.assign({}, ...sides) as Record<string, number | string>),
  };
}

/** By the first seed: next to nothing that these do is drawn by chance. @param own of the pair by that seed, where `auto` tried the others. */
async function aloneRow(task: AdaptTask, pair: Pair, own: BenchRow): Promise<Omit<BenchRow, 'case'> & { readonly graft: number }> {
  const seed = own.seed as number;
  const by: Record<string, number> = {};
  for await (const { name, accuracy } of aloneOn(pair, { seed, slow: task.slow })) by[`${BY}${name}`] = accuracy;
  // The best by the labels: a row has a number.
  return { task: task.name, alone: pair.name, seed, graft: Math.max(...Object.values(by)), sourceOnly: own.sourceOnly, ...by };
}

/** Keys of a peer's part in the row of a pair: of what it took by its own scorer, how long it was at work, and each of its methods. */
const ofChoice = (peer: string) => `${peer}'s choice`;
const secondsOf = (peer: string) => `${peer}'s seconds`;
const METHOD = ': ';

function ofPeer({ peer, accuracies, chosen, labelFree, seconds, failed }: PeerSide): Record<string, number | string> {
  const each = Object.fromEntries(Object.entries(accuracies).map(([name, share]) => [`${peer}${METHOD}${name}`, share]));
  const failures = Object.entries(failed).map(([name, error]) => `${name}: ${error}`);
  return {
    [ofChoice(peer)]: labelFree,
    [`${peer} took`]: chosen,
    [secondsOf(peer)]: seconds,
    ...each,
    ...(failures.length > 0 && { [`${peer} failed`]: failures.join('; ') }),
  };
}

const number = (row: BenchRow, key: string) => row[key] as number | undefined;

/** Keys that begin so and that all rows have. */
function told(start: string, of: readonly BenchRow[]): string[] {
  return [...new Set(of.flatMap((row) => Object.keys(row)))].filter(
    (key) => key.startsWith(start) && of.every((row) => number(row, key) !== undefined),
  );
}

/** Rows of a task: `auto` first, then each method that was measured on all pairs, then the peer's. @param alone of methods that `auto` does not try. */
function summary({ name: task, protocol }: AdaptTask, rows: readonly BenchRow[], alone: readonly BenchRow[]): BenchRow[] {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const over = (key: string, of = rows) =>
    summarise(
      [...new Set(of.map(({ seed }) => seed))].map((seed) => mean(of.filter((row) => row.seed === seed).map((row) => number(row, key) as number))),
    );
  const row = (method: string, key: string, of = rows) => {
    const { mean: graft, sd } = over(key, of);
    const worst = Math.min(...of.map((one) => (number(one, key) as number) - (number(one, 'sourceOnly') as number)));
    return { case: `${task}: ${method}`, task, method, protocol, graft, labelFree: { mean: graft, sd }, worst };
  };
  const auto = {
    ...row('auto', 'graft'),
    oracle: over('oracle').mean,
    harmed: rows.filter(isHarmed).length,
    seconds: over('seconds').mean,
  };
  const peers = PEERS.flatMap((peer) => {
    const beside = rows.filter((one) => number(one, ofChoice(peer)) !== undefined);
    if (beside.length === 0) return [];
    const keys = [ofChoice(peer), ...told(`${peer}${METHOD}`, beside)];
    return [against(task, peer, beside), ...keys.map((key) => row(key, key, beside))];
  });
  const methods = [rows, alone].flatMap((of) => told(BY, of).map((key) => row(key.slice(BY.length), key, of)));
  return [auto, ...methods, ...peers];
}

/** The label-free choices of both on the same pairs, and their time. */
function against(task: string, versus: string, rows: readonly BenchRow[]): BenchRow {
  const mean = (key: string) => rows.reduce((total, row) => total + (row[key] as number), 0) / rows.length;
  const [graft, peer, seconds, peerSeconds] = [mean('graft'), mean(ofChoice(versus)), mean('seconds'), mean(secondsOf(versus))];
  return {
    case: `${task}: auto beside ${versus}`,
    task,
    versus,
    pairs: rows.length,
    graft,
    peer,
    ratio: graft / peer,
    seconds,
    peerSeconds,
    ratioSeconds: peerSeconds / seconds,
  };
}
