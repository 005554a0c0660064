// Rows of the zoo -> the table in README.md, between its two markers. Called at the end of a whole run.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeFileDurably } from '../../src/index.ts';
import type { BenchRow } from '../bench.ts';
import type { Mode } from './zoo-case.ts';

const path = fileURLToPath(new URL('./README.md', import.meta.url));
const [BEGIN, END] = ['<!-- table: npm run bench -- zoo -->', '<!-- end of table -->'];

/** Puts the rows in place of the table that README.md holds. */
export async function writeTable(rows: readonly BenchRow[]): Promise<void> {
  const text = readFileSync(path, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${path} lacks \`${BEGIN}\` or \`${END}\`.`);
  await writeFileDurably(path, `${before}${BEGIN}\n${summary(rows)}\n\n${table(rows)}\n${END}${after}`);
}

function summary(rows: readonly BenchRow[]): string {
  const count = (list: readonly BenchRow[]) => new Set(list.map(({ architecture }) => architecture)).size;
  const of = (mode: Mode) => rows.filter((row) => row.mode === mode && row.ok !== 'exporter');
  const agree = (list: readonly BenchRow[]) => list.filter(({ ok }) => ok === 'yes');
  const said = (mode: Mode) => `${agree(of(mode)).length} of ${of(mode).length} files (${count(agree(of(mode)))} architectures)`;
  const all = count(rows.filter(({ mode }) => mode === 'frozen'));
  return [
    `**${count(agree(of('frozen')))} of ${all} architectures agree by at least one exporter**: ${agree(of('frozen')).length} of ${of('frozen').length} exported files.`,
    `With batch norm in training mode ${said('train')} agree; of default exports, after a step, ${said('default')}.`,
    `The exporters refused ${rows.filter(({ ok }) => ok === 'exporter').length} times.`,
  ].join('\n');
}

function table(rows: readonly BenchRow[]): string {
  const cell = (value: unknown): string => (value === undefined ? '' : String(value).replaceAll('|', '\\|').replaceAll(/\s+/g, ' '));
  const header = [
    'architecture',
    'exporter',
    'mode',
    'agrees',
    'nodes',
    'parameters',
    'loss error',
    'worst gradient error',
    'load ms',
    'session ms',
    'note',
  ];
  const lines = rows.map((row) => {
    const load = typeof row.readMs === 'number' && typeof row.buildMs === 'number' ? row.readMs + row.buildMs : undefined;
    const verdict = row.ok === 'exporter' ? 'not exported' : row.ok;
    return [
      row.architecture,
      row.exporter,
      row.mode,
      verdict,
      row.nodes,
      row.parameters,
      row.lossError,
      row.gradientError,
      load,
      row.sessionMs,
      row.note,
    ];
  });
  return [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
}
