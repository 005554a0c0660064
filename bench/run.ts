// `npm run bench -- <name> [--quick] [--only CASE [--keep]]`: runs one benchmark, prints its table and writes bench/results/<name>.json. A run that was cut off
// goes on with the cases it lacks, where code and machine are the same.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { suggest } from '../src/core/nearest.ts';
import { VERSION } from '../src/core/version.ts';
import { type Cell, openDevice, textTable, writeFileDurably } from '../src/index.ts';
import type { Bench, BenchRow } from './bench.ts';

const here = new URL('./', import.meta.url);
const names = readdirSync(here, { withFileTypes: true }).flatMap((entry) =>
  existsSync(new URL(`${entry.name}/bench.ts`, here)) ? [entry.name] : [],
);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, keep: { type: 'boolean', default: false } },
  });
  const [name] = positionals;
  if (name === undefined || !names.includes(name) || positionals.length > 1) {
    const what = name === undefined ? 'Name a benchmark.' : `There is no benchmark \`${positionals.join(' ')}\`; ${suggest(name, names)}`;
    console.error(`${what}\nUsage: npm run bench -- <name> [--quick] [--only CASE [--keep]]\nBenchmarks: ${names.join(', ')}`);
    return 1;
  }
  const { bench } = (await import(new URL(`${name}/bench.ts`, here).href)) as { bench: Bench };
  const results = (kind: string) => fileURLToPath(new URL(`results/${name}${kind}.json`, here));
  const partial = results('.partial');
  const { device } = await openDevice('cpu');
  const versions: Record<string, string> = { graft: VERSION, node: process.version, [device.runtime]: device.version, ...(await bench.versions?.()) };
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', threads: device.defaultThreads, memoryGiB: Math.round(totalmem() / 2 ** 30) };
  const { quick, only, keep } = values;
  const path = results(quick ? '.quick' : '');
  const date = new Date().toISOString().slice(0, 10);
  const before = only !== undefined && keep ? readResults(path) : undefined;
  const others = Object.entries(before?.versions ?? {}).filter(([what, version]) => (versions[what] ?? version) !== version);
  if (others.length > 0) {
    const [was, are] = [others, others.map(([what]) => [what, versions[what]])].map((which) => which.map((pair) => pair.join(' ')).join(', '));
    console.error(`${path} was measured with ${was}, and here are ${are}: run the whole benchmark, without --only.`);
    return 1;
  }
  const kept = only === undefined || keep;
  const same = JSON.stringify({ quick, only, versions, machine });
  const earlier = kept ? readPartial(partial, same) : [];
  console.error(bench.about);
  const rows: BenchRow[] = [];
  const done = new Map(earlier.map((row) => [row.case, row]));
  for await (const row of bench.rows({ quick, only, done, note: (text) => console.error(text) })) {
    rows.push(row);
    if (kept) await writeFileDurably(partial, JSON.stringify({ same, rows }));
  }
  const keys = Object.keys(bench.columns);
  console.log(
    textTable(
      Object.values(bench.columns),
      rows.filter((row) => bench.printed?.(row) ?? true).map((row) => keys.map((key): Cell => row[key])),
    ),
  );
  if (!kept) return 0;
  const all = before ? merged(before, { name, date, machine, versions, rows }) : { name, date, machine, versions, rows };
  await writeFileDurably(path, `${JSON.stringify(all, null, 2)}\n`);
  rmSync(partial);
  console.error(`Written to bench/results/${name}${quick ? '.quick' : ''}.json`);
  return 0;
}

/** What a file of results has. */
interface Results {
  readonly name: string;
  readonly date: string;
  readonly machine: { readonly cpu: string; readonly threads: number; readonly memoryGiB: number };
  readonly versions: Record<string, string>;
  readonly rows: readonly BenchRow[];
}

function readResults(path: string): Results | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : undefined;
}

/**
 * New rows in the place of those of the same cases; rows that stay say when and where they were measured, where that is not as the file says. A version that one
 * of the two does not name is that of a peer which was not there.
 */
function merged(before: Results, now: Results): Results {
  const rows = new Map<string, BenchRow>();
  for (const row of before.rows) rows.set(row.case, { ...origin(before, now), ...row });
  for (const row of now.rows) rows.set(row.case, row);
  return { ...now, versions: { ...before.versions, ...now.versions }, rows: [...rows.values()] };
}

function origin(before: Results, now: Results): { date?: string; machine?: string } {
  const elsewhere = JSON.stringify(before.machine) !== JSON.stringify(now.machine);
  return { ...(before.date !== now.date && { date: before.date }), ...(elsewhere && { machine: before.machine.cpu }) };
}

/** Rows of a run that was cut off; none where it had other versions or another machine. */
function readPartial(path: string, same: string): BenchRow[] {
  try {
    const partial = JSON.parse(readFileSync(path, 'utf8')) as { same: string; rows: BenchRow[] };
    return partial.same === same ? partial.rows : [];
  } catch {
    return [];
  }
}

process.exitCode = await main();
