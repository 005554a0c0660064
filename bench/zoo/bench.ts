// The zoo: architectures as PyTorch's exporters write them, differentiated by Graft and compared with PyTorch's loss and gradients.
// export.py makes the models; README.md says what is compared and holds the table that this writes.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchRow } from '../bench.ts';
import type { Comparison } from './compare.ts';
import { writeTable } from './table.ts';
import { type Exporter, exporters, type Mode, readCase, zooFolder, zooNames } from './zoo-case.ts';

const TIMEOUT_MS = 180_000;
const loader = new URL('../../scripts/typescript.mjs', import.meta.url).href;
const worker = fileURLToPath(new URL('./zoo-worker.ts', import.meta.url));

type Answer = Comparison | { readonly error: string };

/** A worker process that is started anew where a model has brought it down or keeps it too long. */
class Comparer {
  #child: ChildProcessWithoutNullStreams | undefined;
  #lines: AsyncIterator<string> | undefined;

  async compare(name: string, exporter: Exporter, mode: Mode): Promise<Answer> {
    if (!this.#child || this.#child.exitCode !== null || this.#child.killed) {
      this.#child = spawn(process.execPath, ['--import', loader, worker]);
      this.#child.stderr.on('data', () => {});
      this.#child.stdin.on('error', () => {});
      this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    }
    const child = this.#child;
    child.stdin.write(`${name} ${exporter} ${mode}\n`);
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    const line = await this.#lines?.next();
    clearTimeout(timer);
    if (line && !line.done) return JSON.parse(line.value) as Answer;
    this.#child = undefined;
    return { error: `The process ended: exit code ${child.exitCode}, signal ${child.signalCode}.` };
  }

  close(): void {
    this.#child?.stdin.end();
    this.#child?.kill();
  }
}

const short = (text: string): string => (text.length > 400 ? `${text.slice(0, 400)} ...` : text);
const exponent = (value: number): string => (value === 0 ? '0' : value.toExponential(1));

async function* rows({ quick, done, note }: Parameters<Bench['rows']>[0]): AsyncGenerator<BenchRow, void, void> {
  const only = process.env.GRAFT_ZOO_ONLY?.split(',');
  const names = zooNames().filter((name) => !only || only.includes(name));
  if (names.length === 0) throw new Error(`There are no models in ${zooFolder}. Make them: python bench/zoo/export.py (see bench/zoo/README.md).`);
  const comparer = new Comparer();
  const all: BenchRow[] = [];
  try {
    for (const name of names) {
      const zoo = readCase(name);
      const modes: Mode[] = ['frozen', ...(zoo.train ? (['train'] as const) : []), ...(zoo.default ? (['default'] as const) : [])];
      for (const mode of modes) {
        for (const exporter of exporters) {
          const made = mode === 'default' ? zoo.default?.exports[`${exporter}_default`] : zoo.exports[exporter];
          if (!made) continue;
          const key = `${name} ${exporter}${mode === 'frozen' ? '' : ` ${mode}`}`;
          const base = { case: key, architecture: name, exporter, mode, numbers: zoo.numbers };
          const { error } = made;
          const known = done.get(key);
          const row =
            known?.ok === 'yes'
              ? known
              : error !== undefined
                ? { ...base, graft: 0, ok: 'exporter', note: short(error) }
                : { ...base, ...told(await comparer.compare(name, exporter, mode)) };
          if (row !== known) note(`${key}: ${row.ok}${row.ok === 'yes' ? '' : ` ${row.note ?? ''}`}`);
          all.push(row);
          yield row;
        }
      }
    }
  } finally {
    comparer.close();
  }
  if (!only && !quick) await writeTable(all);
}

function told(answer: Answer): Pick<BenchRow, 'graft'> & Record<string, string | number | undefined> {
  if ('error' in answer) return { graft: 0, ok: 'no', note: short(answer.error) };
  const { ok, lossError, gradientError, readMs, buildMs, sessionMs, ...rest } = answer;
  return {
    ...rest,
    graft: Number(ok),
    ok: ok ? 'yes' : 'no',
    lossError: exponent(lossError),
    gradientError: exponent(gradientError),
    readMs: Math.round(readMs),
    buildMs: Math.round(buildMs),
    sessionMs: Math.round(sessionMs),
  };
}

export const bench: Bench = {
  about: "Exported architectures: Graft's loss and gradients against PyTorch's.",
  columns: {
    case: { label: 'case' },
    ok: { label: 'agrees' },
    nodes: { label: 'nodes', format: 'count' },
    parameters: { label: 'parameters', format: 'count' },
    lossError: { label: 'loss error' },
    gradientError: { label: 'gradient error' },
    readMs: { label: 'read ms', format: 'count' },
    buildMs: { label: 'gradient ms', format: 'count' },
    sessionMs: { label: 'session ms', format: 'count' },
    note: { label: 'note' },
  },
  rows,
};
