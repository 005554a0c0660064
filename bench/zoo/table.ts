// Rows of the zoo -> the table in README.md, between its two markers. Called at the end of a whole run.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeFileDurably } from '../../src/index.ts';
import type { BenchRow } from '../bench.ts';

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
  const frozen = rows.filter(({ batchNorm }) => batchNorm === 'frozen');
  const training = rows.filter(({ batchNorm }) => batchNorm === 'train');
  const agree = (list: readonly BenchRow[]) => list.filter(({ ok }) => ok === 'yes');
  const made = (list: readonly BenchRow[]) => list.filter(({ ok }) => ok !== 'exporter');
  return [
    `${count(agree(frozen))} of ${count(frozen)} architectures agree by at least one exporter;`,
    `${agree(frozen).length} of ${made(frozen).length} exported files,`,
    `and ${agree(training).length} of ${made(training).length} with batch norm in training mode (${count(agree(training))} architectures).`,
    `The exporters refused ${frozen.length - made(frozen).length} times.`,
  ].join(' ');
}

function table(rows: readonly BenchRow[]): string {
  const cell = (value: unknown): string => (value === undefined ? '' : String(value).replaceAll('|', '\\|').replaceAll(/\s+/g, ' '));
  const header = [
    'architecture',
    'exporter',
    'batch norm',
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
      row.batchNorm,
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
