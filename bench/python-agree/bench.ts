// The model that `fit` leaves, in Python's ONNX Runtime: its answers for the tensors that `predict` feeds, beside those of `predict`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Answer, fit, load, openUnlabelled, type RunResult } from '../../src/index.ts';
import type { Bench, BenchRow } from '../bench.ts';
import { dataFolder } from '../few-labels/photos.ts';
import { casesIn, type OwnCase } from '../own-data/cases.ts';
import { python } from '../timed/steppers.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const script = here('model_answers.py');
/** Examples that are fed at once, and how many in all. */
const [BATCH, MOST] = [16, 1000];

export const bench: Bench = {
  about: "Compares the answers of graft predict with those of Python's ONNX Runtime on the same model and the same tensors.",
  columns: {
    case: { label: 'case' },
    chosen: { label: 'model' },
    inputs: { label: 'examples', format: 'count' },
    labels: { label: 'other labels', format: 'count' },
    graft: { label: 'largest difference', format: 'number' },
  },
  versions: async () => ({ "Python's ONNX Runtime": execFileSync(python, [script, '--version'], { encoding: 'utf8' }).trim() }),
  async *rows({ quick, only = '', done, note }) {
    const folder = mkdtempSync(join(tmpdir(), 'graft-python-agree-'));
    try {
      execFileSync(python, [here('../own-data/peer.py'), 'tables', folder]);
      for (const one of casesFor(folder)) {
        if (!one.name.includes(only)) continue;
        note(one.name);
        yield done.get(one.name) ?? (await measured(one, folder, quick));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** One of each kind of input. */
function casesFor(folder: string): OwnCase[] {
  const photos: OwnCase = { name: 'photos dslr', path: join(dataFolder('office-caltech10'), 'dslr'), data: {}, minutes: 2, quick: true };
  const others = casesIn(folder).filter(({ name }) => /^(?:wine|diabetes|counts books|sentences yelp)(?:, seed 1)?$/.test(name));
  return [photos, ...others];
}

async function measured({ name, path, data, formatOptions = {}, minutes }: OwnCase, folder: string, quick: boolean): Promise<BenchRow> {
  const events = fit(path, { data, formatOptions, fit: { preset: quick ? 'fast' : 'good', time: minutes }, runs: join(folder, 'runs') });
  let run: RunResult | undefined;
  while (!run) {
    const { value, done } = await events.next();
    if (done) run = value;
  }
  const { own, theirs } = await answers(run.model, path, formatOptions, folder);
  const differences = own.flatMap(({ values }, i) => values.map((value, c) => relative(value, theirs[i]?.values[c] ?? Number.NaN)));
  return {
    case: name,
    chosen: run.fitted.chosen.name,
    inputs: own.length,
    labels: own.filter(({ label }, i) => label !== (theirs[i]?.label ?? undefined)).length,
    graft: differences.reduce((most, one) => (one > most || Number.isNaN(one) ? one : most), 0),
  };
}

/** Of probabilities the difference, of amounts its share. */
function relative(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(1, Math.abs(a));
}

/** What both say of the first examples of a file, a batch after the other. */
async function answers(folder: string, path: string, formatOptions: Readonly<Record<string, string>>, work: string) {
  const model = await load(folder);
  try {
    const data = await openUnlabelled([path], {}, { formatOptions });
    const count = Math.min(MOST, data.table.length);
    const feeds: Record<string, { dtype: string; dims: readonly number[]; file: string }>[] = [];
    for (let start = 0; start < count; start += BATCH) {
      const rows = Int32Array.from({ length: Math.min(BATCH, count - start) }, (_, i) => start + i);
      const batch = Object.entries(await model.feeds(data, rows)).map(([name, { dtype, dims, data: values }], i) => {
        const file = `${feeds.length}-${i}.bin`;
        writeFileSync(join(work, file), new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
        return [name, { dtype, dims, file }] as const;
      });
      feeds.push(Object.fromEntries(batch));
    }
    writeFileSync(join(work, 'feeds.json'), JSON.stringify(feeds));
    const own: Answer[] = [];
    for await (const part of model.predict(data, { batch: BATCH })) {
      own.push(...part);
      if (own.length >= count) break;
    }
    const said = execFileSync(python, [script, folder, work], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    return { own: own.slice(0, count), theirs: JSON.parse(said) as { label: string | null; values: number[] }[] };
  } finally {
    await model.release();
  }
}
