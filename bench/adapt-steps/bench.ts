// Methods that adapt a network, for a fixed number of updates from weights drawn by chance, beside pytorch-adapt: the same digits, network, optimiser and batches of one
// size, each by its library's own weights and schedules. What is compared is the seconds; so few updates tell little of what a method is worth.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OptionRecords, resolveOptions } from '../../src/core/options.ts';
import {
  type Dataset,
  evaluate,
  fit,
  type Model,
  type NetworkMethod,
  type NetworkMethodName,
  networkMethods,
  openDevice,
  summarise,
} from '../../src/index.ts';
import { withheld } from '../../src/methods/networks/pieces/withheld.ts';
import { digitTasks, leNet, some } from '../adapt/digits.ts';
import { percent } from '../adapt/whole.ts';
import type { Bench, BenchRow } from '../bench.ts';
import { printed, python } from '../timed/steppers.ts';

const METHODS = ['source-only', 'deep-coral', 'dan', 'dann', 'cdan', 'mcd', 'mcc', 'bnm'] as const satisfies readonly NetworkMethodName[];
const SEEDS = [1];
/** Rows of each domain; they divide into whole batches. */
const ROWS = 4096;
const [BATCH, LR, HIDDEN] = [64, 1e-3, 256];
/** Passes over the source that are timed, and updates before them, in which everything is loaded. */
const [EPOCHS, WARM] = [6, 5];
const script = fileURLToPath(new URL('peer.py', import.meta.url));
const peerVersions = printed([python, script, 'versions']);

interface Outcome {
  readonly accuracy: number;
  readonly seconds: number;
}

interface Failure {
  readonly failed: string;
}

export const bench: Bench = {
  about: `Networks adapted from MNIST to USPS by ${(EPOCHS * ROWS) / BATCH} updates: seconds, and accuracy on the target's test digits, beside pytorch-adapt.`,
  columns: {
    case: { label: 'method' },
    graft: { label: 's', format: 'number', digits: 1 },
    peer: { label: 'pytorch-adapt: s', format: 'number', digits: 1 },
    ratio: { label: 'ratio', format: 'number', digits: 2 },
    accuracy: { label: 'accuracy', format: 'percent', digits: 1 },
    peerAccuracy: { label: 'pytorch-adapt: accuracy', format: 'percent', digits: 1 },
    accuracyRatio: { label: 'ratio', format: 'number', digits: 3 },
  },
  printed: ({ seed }) => seed === undefined,
  versions: async () => (peerVersions === undefined ? {} : (JSON.parse(peerVersions) as Record<string, string>)),
  async *rows({ quick, only = '', done, note }) {
    if (peerVersions === undefined) note('Without the peer: a Python with pytorch-adapt is needed, GRAFT_PYTHON=/path/to/python.');
    const [task] = digitTasks;
    if (!task) throw new Error('There are no digits.');
    const { source, target, test } = await task.domains();
    const domains = { source: some(source, ROWS), target: some(target, ROWS), test };
    const { device } = await openDevice('cpu');
    for (const method of METHODS.filter((name) => name.includes(only))) {
      const rows: BenchRow[] = [];
      for (const seed of SEEDS) {
        const name = `${method}, seed ${seed}`;
        const row =
          done.get(name) ??
          rowOf(name, await own(method, seed, domains, quick), peerVersions && (await peer(method, seed, domains, device.defaultThreads, quick)), {
            seed,
          });
        const beside = row.failed
          ? `failed: ${row.failed}`
          : row.peer === undefined
            ? 'not there'
            : `${row.peer.toFixed(1)} s, ${percent(row.peerAccuracy)}`;
        note(`${name}: ${row.graft.toFixed(1)} s, ${percent(row.accuracy)}; pytorch-adapt ${beside}`);
        rows.push(row);
        yield row;
      }
      const over = (key: string, of = rows) => summarise(of.map((row) => row[key] as number));
      const both = rows.filter(({ peer }) => peer !== undefined);
      const other = both.length === 0 ? undefined : { seconds: over('peer', both).mean, accuracy: over('peerAccuracy', both).mean };
      const { mean: accuracy, sd } = over('accuracy');
      yield rowOf(method, { seconds: over('graft').mean, accuracy }, other, {
        sd,
        ...(both.length < rows.length && peerVersions && { peerFailed: rows.length - both.length }),
      });
    }
  },
};

type Domains = Readonly<Record<'source' | 'target' | 'test', Dataset>>;

function rowOf(name: string, { seconds, accuracy }: Outcome, other: Outcome | Failure | '' | undefined, more: Record<string, number>): BenchRow {
  const own = { case: name, ...more, graft: seconds, accuracy };
  if (!other) return own;
  if ('failed' in other) return { ...own, failed: other.failed };
  return { ...own, peer: other.seconds, ratio: other.seconds / seconds, peerAccuracy: other.accuracy, accuracyRatio: accuracy / other.accuracy };
}

async function own(name: NetworkMethodName, seed: number, { source, target, test }: Domains, quick: boolean): Promise<Outcome> {
  const method = networkMethods[name] as unknown as NetworkMethod<OptionRecords>;
  const options = resolveOptions(method.options, 'hidden' in method.options ? { hidden: HIDDEN } : {}, name);
  const model: Model = leNet(seed, 1);
  const base = { epochs: quick ? 1 : EPOCHS, batchSize: BATCH, seed, optimiser: { name: 'adam', settings: { lr: LR } } } as const;
  let seconds = 0;
  for await (const phase of method.phases({ model, source, target: withheld(target) }, options, base)) {
    let [updates, began] = [0, 0];
    for await (const event of fit(phase.model, phase.data, phase.options)) {
      if (event.type !== 'step' || ++updates < WARM) continue;
      if (updates === WARM) began = performance.now();
      else seconds = (performance.now() - began) / 1000;
    }
    seconds *= updates / (updates - WARM);
    await phase.settle?.();
  }
  return { seconds, accuracy: (await evaluate(model, test)).accuracy as number };
}

async function peer(
  method: NetworkMethodName,
  seed: number,
  { source, target, test }: Domains,
  threads: number,
  quick: boolean,
): Promise<Outcome | Failure> {
  const folder = mkdtempSync(join(tmpdir(), 'graft-adapt-steps-'));
  try {
    const arrays = {
      source: await pixels(source),
      sourceLabels: source.labels as Int32Array,
      target: await pixels(target),
      test: await pixels(test),
      testLabels: test.labels as Int32Array,
    };
    const files = Object.fromEntries(
      Object.entries(arrays).map(([name, values]) => {
        const path = join(folder, name);
        writeFileSync(path, new Uint8Array((values as Float32Array).buffer, values.byteOffset, values.byteLength));
        return [name, path];
      }),
    );
    const steps = ((quick ? 1 : EPOCHS) * ROWS) / BATCH;
    const [asked, answered] = [join(folder, 'asked.json'), join(folder, 'answer.json')];
    writeFileSync(asked, JSON.stringify({ method, seed, threads, files, steps, warm: WARM, batch: BATCH, lr: LR, hidden: HIDDEN }));
    execFileSync(python, [script, 'run', asked, answered], { stdio: ['ignore', 'ignore', 'pipe'] });
    return JSON.parse(readFileSync(answered, 'utf8')) as Outcome;
  } catch (error) {
    // Its last line says what failed: a method may diverge.
    const said = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    return { failed: said.slice(said.lastIndexOf('\n') + 1) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As the network is fed them. */
async function pixels(data: Dataset): Promise<Float32Array> {
  const { inputs } = await data.gather(Int32Array.from({ length: data.length }, (_, row) => row));
  if (inputs.dtype !== 'float32') throw new Error(`\`${data.name}\` gives ${inputs.dtype}.`);
  return inputs.data as Float32Array;
}
