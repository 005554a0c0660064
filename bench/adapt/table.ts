// bench/results/adapt.json -> the tables of bench/adapt/README.md: methods by task, and what the choice gave on each pair of domains.
// `npm run example -- bench/adapt/table.ts` writes them anew; a test says when that is due.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { summarise } from '../../src/score/summary.ts';
import { markdownTable as table, withTablesOf } from '../tables.ts';

const RESULTS = new URL('../results/adapt.json', import.meta.url);
const PAGE = new URL('README.md', import.meta.url);

/** Whether the seconds of a seed's part are those of a training that is chosen among. */
const isTried = (part: string) => part !== 'auto' && part !== 'trained on the target' && !part.includes(',');

interface MethodRow {
  readonly task: string;
  readonly method: string;
  readonly protocol: string;
  /** Without a deviation where one seed was run. */
  readonly labelFree: { readonly mean: number; readonly sd: number | null };
  readonly last?: number;
  readonly oracle?: number;
  readonly harmed?: number;
  readonly seconds?: number;
}

interface PairRow {
  readonly task: string;
  readonly pair: string;
  readonly graft: number;
  readonly chosen: string;
  readonly sourceOnly: number;
  readonly oracle: number;
  readonly harm: number;
}

/** `auto` beside another toolkit's label-free choice, on the same pairs in the same run. */
interface PeerRow {
  readonly task: string;
  readonly versus: string;
  readonly pairs: number;
  readonly graft: number;
  readonly peer: number;
  readonly ratio: number;
  readonly seconds: number;
  readonly peerSeconds: number;
  readonly ratioSeconds: number;
}

/** What one seed of a method gave that trains a network. */
interface PartRow {
  readonly task: string;
  readonly part: string;
  readonly sourceOnly: number;
  readonly seconds: number;
}

type Row = Partial<MethodRow & PairRow & PartRow & PeerRow>;

const isMethod = (row: Row): row is MethodRow => row.method !== undefined;
const isPart = (row: Row): row is PartRow => row.part !== undefined;
const isBeside = (row: Row): row is PeerRow => row.versus !== undefined;
const isPair = (row: Row): row is PairRow => row.pair !== undefined;
const percent = (share: number | undefined) => (share === undefined ? '' : (100 * share).toFixed(1));

/** The page with the tables of the results as they are. */
export function withTables(page: string): string {
  const rows = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as { readonly rows: readonly Row[] }).rows : [];
  return withTablesOf(page, 'bench/adapt/table.ts', tablesOf(rows));
}

function tablesOf(rows: readonly Row[]): string {
  const methods = rows.filter(isMethod);
  const tasks = [...new Set(methods.map(({ task }) => task))];
  // Those of other toolkits last.
  const isPeers = ({ method }: MethodRow) => /: |'s choice$/.test(method);
  const names = [...new Set([...methods.filter((row) => !isPeers(row)), ...methods.filter(isPeers)].map(({ method }) => method))];
  const cell = (name: string, task: string) => {
    const row = methods.find(({ method, task: of }) => method === name && of === task);
    if (!row) return '';
    const { mean, sd } = row.labelFree;
    return sd === null ? percent(mean) : `${percent(mean)} ± ${percent(sd)}`;
  };
  const pairs = (task: string) => rows.filter(isPair).filter((row) => row.task === task);
  const parts = (task: string) => rows.filter(isPart).filter((row) => row.task === task);
  const sourceOnly = (task: string) => {
    const known = pairs(task).length > 0 ? pairs(task) : parts(task).filter(({ part }) => part === 'auto');
    return percent(summarise(known.map((row) => row.sourceOnly)).mean);
  };
  /** Of the trainings that `auto` chose among, too. */
  const secondsOf = (task: string, own = 0) =>
    own +
    parts(task)
      .filter(({ part }) => isTried(part))
      .reduce((sum, { seconds }) => sum + seconds, 0);
  const bestOf = (peer: string, task: string) => {
    const own = methods.filter(({ method, task: of }) => of === task && method.startsWith(`${peer}: `));
    const best = own.reduce<MethodRow | undefined>((a, b) => (a && a.labelFree.mean >= b.labelFree.mean ? a : b), undefined);
    return best ? `${best.method.slice(peer.length + 2)}, ${percent(best.labelFree.mean)}` : '';
  };
  const autos = methods.filter(({ method }) => method === 'auto');
  return [
    table(
      ['task', 'measured', '`auto`', 'last epoch', 'oracle', 'source only', 'pairs harmed', 's a pair'],
      autos.map(({ task, protocol, last, oracle, harmed = '', seconds }) => [
        task,
        protocol,
        cell('auto', task),
        percent(last),
        percent(oracle),
        sourceOnly(task),
        harmed,
        secondsOf(task, seconds).toFixed(1),
      ]),
    ),
    table(
      ['task', 'pairs', 'beside', '`auto`', 'its choice', 'ratio', 'best of its methods, by the labels', 's a pair: Graft, peer', 'ratio'],
      rows
        .filter(isBeside)
        .map(({ task, versus, pairs: count, graft, peer, ratio, seconds, peerSeconds, ratioSeconds }) => [
          task,
          count,
          versus,
          percent(graft),
          percent(peer),
          ratio.toFixed(2),
          bestOf(versus, task),
          `${seconds.toFixed(1)}, ${peerSeconds.toFixed(1)}`,
          ratioSeconds.toFixed(1),
        ]),
    ),
    ...tasks
      .filter((task) => parts(task).length > 0)
      .map((task) =>
        table(
          [task, 'label-free', 'last epoch', 'oracle', 's'],
          methods
            .filter((row) => row.task === task)
            .map(({ method, last, oracle, seconds }) => [method, cell(method, task), percent(last), percent(oracle), seconds?.toFixed(0) ?? '']),
        ),
      ),
    table(
      ['method', ...tasks],
      names.map((name) => [name, ...tasks.map((task) => cell(name, task))]),
    ),
    ...autos.filter(({ task }) => pairs(task).length > 0).map(({ task }) => pairsOf(task, pairs(task))),
  ].join('\n\n');
}

/** Means over seeds; what was chosen in each; the least p of harm. */
function pairsOf(task: string, rows: readonly PairRow[]): string {
  return table(
    [task, '`auto`', 'oracle', 'source only', 'chosen', 'p of harm'],
    [...new Set(rows.map(({ pair }) => pair))].map((name) => {
      const seeds = rows.filter(({ pair }) => pair === name);
      const of = (key: 'graft' | 'oracle' | 'sourceOnly') => percent(summarise(seeds.map((row) => row[key])).mean);
      const harm = Math.min(...seeds.map((row) => row.harm));
      return [
        name,
        of('graft'),
        of('oracle'),
        of('sourceOnly'),
        [...new Set(seeds.map(({ chosen }) => chosen))].join('; '),
        harm === 1 ? '' : harm.toPrecision(2),
      ];
    }),
  );
}

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8')));
