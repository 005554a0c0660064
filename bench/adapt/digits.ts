// Digits between domains: networks that train on one with labels and on another without, by each method for as long; and the choice among the epochs of all.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type AdaptNetworkOptions,
  adaptNetwork,
  batchNorm,
  conv,
  createModel,
  type Dataset,
  dense,
  dropout,
  type ExampleSource,
  evaluate,
  finish,
  fit,
  flatten,
  loadMnist,
  type Model,
  mapInputs,
  maxPool,
  type NetworkMethod,
  type NetworkMethodName,
  networkMethods,
  relu,
  resize,
  type ShakeOptions,
  schedules,
  shakenSource,
  subset,
  summarise,
} from '../../src/index.ts';
import type { BenchOptions, BenchRow } from '../bench.ts';
import { inColour, onPhotos } from './mnist-m.ts';
import { uspsDigits } from './usps.ts';
import { percent } from './whole.ts';

/** From one set of digits to another: adapted to the target's training images, measured on its test images. */
interface DigitTask {
  readonly name: string;
  domains(): Promise<{ readonly source: Dataset; readonly target: Dataset; readonly test: Dataset }>;
  /** Passes over the source. */
  readonly epochs: number;
  /** How training images of both domains are changed by chance, for all methods alike; left out where they stay as they are. */
  readonly shake?: ShakeOptions;
  /** What is trained, and chosen among. */
  readonly methods: readonly NetworkMethodName[];
  /** Whether `auto` is run once more with successive halving, from the beginning, for its time. */
  readonly halving?: boolean;
  /** Images of each domain's training part, in whole and in the quick form; all of them, and {@link QUICK_ROWS}, where they are left out. */
  readonly rows?: { readonly whole: number; readonly quick: number };
}

/** One alone: a seed of a task takes about an hour on two cores. */
const SEEDS = [1] as const;
/** One of each kind that needs no game of two players. A method more takes some ten minutes a task. */
const METHODS: readonly NetworkMethodName[] = ['consistency', 'shot', 'mcc'];
/** `auto` with successive halving. */
const HALVED = 'auto, halving';
/** Images of each class of the target that are labelled for methods which need some. */
const LABELLED = 3;
const SIZE = [28, 28] as const;
const BATCH = 64;
const LR = 1e-3;
/** Where checkpoints lie while a seed is measured. */
const WORK = fileURLToPath(new URL('../.work/', import.meta.url));

/** Convolutions of 20 and 50 and 500 units, as the field has it, with batch norm behind each of the three, as SHOT's program has it behind the last. */
export function leNet(seed: number, channels: number): Model {
  const body = [
    conv(20, 5),
    batchNorm(),
    maxPool(2),
    relu(),
    conv(50, 5),
    batchNorm(),
    dropout(0.5),
    maxPool(2),
    relu(),
    flatten(),
    dense(500),
    batchNorm(),
    relu(),
    dropout(0.5),
  ];
  const layers = [...body, dense(10, { name: 'head' })];
  return createModel({ name: 'lenet', input: [channels, ...SIZE], layers, classes: [...'0123456789'], seed });
}

const usps = async (part: 'train' | 'test') => mapInputs(await uspsDigits(part), resize(SIZE));

const GREY: ShakeOptions = { affine: {}, levels: {} };

export const digitTasks: readonly DigitTask[] = [
  {
    name: 'mnist-usps',
    epochs: 18,
    shake: GREY,
    methods: METHODS,
    domains: mnistToUsps,
  },
  {
    name: 'usps-mnist',
    epochs: 90,
    shake: GREY,
    methods: METHODS,
    domains: async () => {
      const mnist = await loadMnist();
      return { source: await usps('train'), target: mnist.train, test: mnist.test };
    },
  },
  {
    name: 'mnist-mnistm',
    epochs: 12,
    // Dark digits on light ground are as many as light ones.
    shake: { affine: {}, levels: { invert: 0.5 } },
    methods: METHODS,
    domains: async () => {
      const { train, test } = await loadMnist();
      return { source: inColour(train), target: await onPhotos(train), test: await onPhotos(test) };
    },
  },
  {
    name: 'mnist-usps, every method',
    // A thousand updates: enough to tell the methods apart, and an hour for all of them on one core.
    epochs: 16,
    rows: { whole: 4096, quick: 512 },
    // As the papers have them: images that are moved by chance close most of the gap between these two domains by themselves.
    methods: Object.keys(networkMethods).filter((name): name is NetworkMethodName => name !== 'source-only'),
    halving: true,
    domains: mnistToUsps,
  },
];

async function mnistToUsps() {
  return { source: (await loadMnist()).train, target: await usps('train'), test: await usps('test') };
}

/** Of the first rows of each class, and -1 of the others. */
function fewLabels({ labels }: Dataset): Int32Array {
  const left = new Map<number, number>();
  return Int32Array.from(labels as Int32Array, (label) => {
    const more = left.get(label) ?? LABELLED;
    left.set(label, more - 1);
    return more > 0 ? label : -1;
  });
}

/** What one method and seed gave. */
interface Outcome {
  readonly chosen: number;
  readonly last: number;
  readonly oracle: number;
  readonly sourceOnly: number;
  readonly seconds: number;
  /** The candidate that was chosen. */
  readonly by: string;
  /** What was said of each candidate without labels, beside its accuracy. */
  readonly judged: readonly {
    readonly name: string;
    readonly accuracy: number;
    readonly rank: number | undefined;
    readonly out: string | undefined;
  }[];
}

const [QUICK_EPOCHS, QUICK_ROWS] = [2, 2000] as const;
export const some = (data: Dataset, most: number) =>
  subset(
    data,
    Array.from({ length: Math.min(most, data.length) }, (_, i) => i),
  );

/** Rows of one task: each seed and method, then each method over the seeds, `auto` among all; and what a network trained on the target's own labels tells. */
export async function* digitRows(task: DigitTask, { quick, done, note }: BenchOptions): AsyncGenerator<BenchRow, void, void> {
  const whole = await task.domains();
  const most = quick ? (task.rows?.quick ?? QUICK_ROWS) : (task.rows?.whole ?? Number.POSITIVE_INFINITY);
  const { source, target, test } = { ...whole, source: some(whole.source, most), target: some(whole.target, most) };
  const rows: BenchRow[] = [];
  for (const seed of SEEDS) {
    const shaken = (data: ExampleSource) => (task.shake ? shakenSource(data, { ...task.shake, seed }) : data);
    const options = { epochs: quick ? QUICK_EPOCHS : task.epochs, batchSize: BATCH, seed, schedule: schedules.cosine() };
    const optimiser = { name: 'adam', settings: { lr: LR } } as const;
    const network = () => leNet(seed, source.inputShape[0] as number);
    // All methods of a seed share the source's own network, and `auto` has only to choose. What was cut off goes on from there.
    const folder = join(WORK, `${task.name}-${seed}${quick ? '-quick' : ''}`);
    type How = Pick<AdaptNetworkOptions, 'method' | 'methods' | 'halving' | 'targetLabels'>;
    const adapted = async (how: How, kept = folder): Promise<Outcome> => {
      const given = { ...how, fit: { ...options, optimiser, checkpoints: { folder: kept } }, scoreOn: test };
      const { scored, choice, seconds } = await finish(adaptNetwork(network(), shaken(source), shaken(target), given));
      if (!scored) throw new Error('Nothing was scored.');
      const { candidates, ...scores } = scored;
      const judged = choice.ranked.map(({ candidate: { name }, scores, rank, out }, i) => ({
        name,
        accuracy: candidates[i] as number,
        ...scores,
        rank,
        out,
      }));
      return { ...scores, seconds, by: choice.chosen.name, judged };
    };
    const trained = async (): Promise<Outcome> => {
      const own = network();
      const { seconds } = await finish(
        fit(own, shaken(target), { ...options, epochs: Math.ceil((options.epochs * source.length) / target.length), optimiser }),
      );
      const { accuracy = Number.NaN } = await evaluate(own, test);
      return { chosen: accuracy, last: accuracy, oracle: accuracy, sourceOnly: Number.NaN, seconds, by: 'its last epoch', judged: [] };
    };
    const needy = (method: NetworkMethodName) => (networkMethods[method] as NetworkMethod).known === 'needed';
    const few = task.methods.filter(needy);
    const methods = task.methods.filter((method) => !needy(method));
    const parts: Record<string, () => Promise<Outcome>> = {
      ...Object.fromEntries((['source-only', ...methods] as const).map((method) => [method, () => adapted({ method })])),
      auto: () => adapted({ method: 'auto', methods }),
      ...(task.halving && { [HALVED]: () => adapted({ method: 'auto', methods, halving: true }, join(folder, 'halved')) }),
      ...Object.fromEntries(
        few.map((method) => [`${method}, ${LABELLED} labels a class`, () => adapted({ method, targetLabels: fewLabels(target) })]),
      ),
      'trained on the target': trained,
    };
    for (const [method, run] of Object.entries(parts)) {
      const name = `${task.name}: ${method}, seed ${seed}`;
      const known = done.get(name);
      if (known) {
        rows.push(known);
        yield known;
        continue;
      }
      const { by, chosen, judged, ...outcome } = await run();
      const row: BenchRow = { case: name, task: task.name, part: method, seed, graft: chosen, chosen: by, ...outcome };
      note(
        `${name}: ${percent(chosen)} by ${by}, last ${percent(outcome.last)}, oracle ${percent(outcome.oracle)}, source only ${percent(outcome.sourceOnly)}, ${outcome.seconds.toFixed(0)} s`,
      );
      if (method === 'auto' || method === HALVED) for (const one of judged) note(`  ${JSON.stringify(one)}`);
      rows.push(row);
      yield row;
    }
    await rm(folder, { recursive: true, force: true });
  }
  for (const method of new Set(rows.map(({ part }) => part as string))) {
    const of = (key: string) => summarise(rows.filter(({ part }) => part === method).map((row) => row[key] as number));
    yield {
      case: `${task.name}: ${method}`,
      task: task.name,
      method,
      protocol: 'inductive',
      graft: of('graft').mean,
      labelFree: of('graft'),
      last: of('last').mean,
      oracle: of('oracle').mean,
      seconds: of('seconds').mean,
    };
  }
}
