// Digits between domains: networks that train on one with labels and on another without, each method for as long, over seeds.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDigits } from '../../src/data/sets/digits.ts';
import {
  adaptNetwork,
  batchNorm,
  conv,
  createModel,
  type Dataset,
  dense,
  dropout,
  evaluate,
  finish,
  fit,
  flatten,
  loadMnist,
  type Model,
  mapInputs,
  maxPool,
  NETWORK_METHODS,
  relu,
  resize,
  schedules,
  subset,
  summarise,
} from '../../src/index.ts';
import type { BenchOptions, BenchRow } from '../bench.ts';
import { dataFolder } from '../few-labels/photos.ts';

/** From one set of digits to another: adapted to the target's training images, measured on its test images. */
interface DigitTask {
  readonly name: string;
  domains(): Promise<{ readonly source: Dataset; readonly target: Dataset; readonly test: Dataset }>;
  /** Passes over the source. */
  readonly epochs: number;
}

const SIZE = [28, 28] as const;
const BATCH = 64;
const LR = 1e-3;

/** The field's network for such digits: convolutions of 20 and 50, and 500 units with batch norm, as SHOT's program has it. */
function leNet(seed: number): Model {
  const body = [
    conv(20, 5),
    maxPool(2),
    relu(),
    conv(50, 5),
    dropout(0.5),
    maxPool(2),
    relu(),
    flatten(),
    dense(500),
    batchNorm(),
    relu(),
    dropout(0.5),
  ];
  return createModel({ name: 'lenet', input: [1, ...SIZE], layers: [...body, dense(10, { name: 'head' })], classes: [...'0123456789'], seed });
}

async function usps(part: 'train' | 'test'): Promise<Dataset> {
  const path = (what: string) => join(dataFolder('usps'), `${part}-${what}-ubyte.gz`);
  const small = await readDigits({ name: `USPS ${part}`, images: path('images-idx3'), labels: path('labels-idx1'), range: 255 });
  return mapInputs(small, resize(SIZE));
}

export const digitTasks: readonly DigitTask[] = [
  {
    name: 'mnist-usps',
    epochs: 10,
    domains: async () => ({ source: (await loadMnist()).train, target: await usps('train'), test: await usps('test') }),
  },
  {
    name: 'usps-mnist',
    epochs: 60,
    domains: async () => {
      const mnist = await loadMnist();
      return { source: await usps('train'), target: mnist.train, test: mnist.test };
    },
  },
];

/** What one method and seed gave. */
interface Outcome {
  readonly chosen: number;
  readonly last: number;
  readonly oracle: number;
  readonly seconds: number;
}

const [SEEDS, QUICK_EPOCHS, QUICK_ROWS] = [[1, 2, 3], 3, 4000] as const;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const some = (data: Dataset, most: number) =>
  subset(
    data,
    Array.from({ length: Math.min(most, data.length) }, (_, i) => i),
  );

/** Rows of one task: each method by what is chosen without labels; and what a network trained on the target's own labels tells. */
export async function* digitRows(task: DigitTask, { quick, note }: BenchOptions): AsyncGenerator<BenchRow, void, void> {
  const whole = await task.domains();
  const { source, target, test } = quick ? { ...whole, source: some(whole.source, QUICK_ROWS), target: some(whole.target, QUICK_ROWS) } : whole;
  const outcomes = new Map<string, Outcome[]>();
  const keep = (method: string, outcome: Outcome) => outcomes.set(method, [...(outcomes.get(method) ?? []), outcome]);
  for (const seed of quick ? SEEDS.slice(0, 1) : SEEDS) {
    // The source's own network is trained once for all methods of a seed.
    const folder = await mkdtemp(join(tmpdir(), `graft-${task.name}-`));
    const options = { epochs: quick ? QUICK_EPOCHS : task.epochs, batchSize: BATCH, seed, schedule: schedules.cosine() };
    const optimiser = { name: 'adam', settings: { lr: LR } } as const;
    try {
      for (const method of NETWORK_METHODS) {
        const given = { method, fit: { ...options, optimiser, checkpoints: { folder } }, scoreOn: test } as const;
        const { scored, choice, seconds } = await finish(adaptNetwork(leNet(seed), source, target, given));
        if (!scored) throw new Error('Nothing was scored.');
        keep(method, { ...scored, seconds });
        const { sourceOnly, chosen, last, oracle } = scored;
        note(
          `${task.name}, ${method}, seed ${seed}: ${percent(chosen)} by ${choice.chosen.name}, last ${percent(last)}, oracle ${percent(oracle)}, source only ${percent(sourceOnly)}, ${seconds.toFixed(0)} s`,
        );
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const own = leNet(seed);
    const { seconds } = await finish(fit(own, target, { ...options, optimiser }));
    const { accuracy = Number.NaN } = await evaluate(own, test);
    keep('trained on the target', { chosen: accuracy, last: accuracy, oracle: accuracy, seconds });
  }
  for (const [method, all] of outcomes) {
    const of = (part: keyof Outcome) => summarise(all.map((outcome) => outcome[part]));
    yield {
      case: `${task.name}: ${method}`,
      task: task.name,
      method,
      protocol: 'inductive',
      graft: of('chosen').mean,
      labelFree: of('chosen'),
      last: of('last').mean,
      oracle: of('oracle').mean,
      seconds: of('seconds').mean,
    };
  }
}
