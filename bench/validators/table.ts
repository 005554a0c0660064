// bench/results/validators.json -> the tables of bench/validators/README.md. `npm run example -- bench/validators/table.ts` writes them anew; a test says when that is due.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { markdownTable, withTablesOf } from '../tables.ts';
import { judgedOver, lossOver, pairsOf, type ScoredCandidate, type TaskJudgement } from './judged.ts';
import { NAMES, TOGETHER } from './names.ts';

const RESULTS = new URL('../results/validators.json', import.meta.url);
const PAGE = new URL('README.md', import.meta.url);

type Row = Partial<ScoredCandidate>;
const isCandidate = (row: Row): row is ScoredCandidate => row.candidate !== undefined;

/** The page with the tables of the results as they are. */
export function withTables(page: string): string {
  const rows = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as { readonly rows: readonly Row[] }).rows : [];
  return withTablesOf(page, 'bench/validators/table.ts', tablesOf(rows.filter(isCandidate)));
}

function tablesOf(candidates: readonly ScoredCandidate[]): string {
  const tasks = [...new Set(candidates.map(({ task }) => task))].map((name) => ({ name, own: candidates.filter(({ task }) => task === name) }));
  const head = (what: string) => [what, ...tasks.flatMap(({ name, own }) => [`${name} (${pairsOf(own).length} pairs): Spearman`, 'loss', 'worst'])];
  const row = (name: string, of: (own: readonly ScoredCandidate[]) => Partial<TaskJudgement>) => [
    name,
    ...tasks.flatMap(({ own }) => {
      const { correlation, loss, worst } = of(own);
      return [correlation?.toFixed(2) ?? '', points(loss), points(worst)];
    }),
  ];
  const first = (pair: readonly ScoredCandidate[]) => pair[0] as ScoredCandidate;
  const chosen = (pair: readonly ScoredCandidate[]) => pair.find((one) => one.chosen === 1) as ScoredCandidate;
  return [
    markdownTable(head('alone'), [
      ...NAMES.map((name) => row(name, (own) => judgedOver(own, [name]))),
      row('what is chosen', (own) => lossOver(own, chosen)),
      row('the source alone', (own) => lossOver(own, first)),
    ]),
    markdownTable(
      head('mean rank by'),
      TOGETHER.map((names) => row(names.join(', '), (own) => judgedOver(own, names))),
    ),
  ].join('\n\n');
}

const points = (share = Number.NaN) => (100 * share).toFixed(1);

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8')));
