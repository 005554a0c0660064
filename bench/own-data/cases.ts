// The data sets that `graft fit` is measured on: where they lie, how they are read, what time training gets. Called by bench.ts.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DataOptions, stream } from '../../src/index.ts';
import { dataFolder } from '../few-labels/photos.ts';

/** One data set and one way to divide it. */
export interface OwnCase {
  readonly name: string;
  readonly path: string;
  /** Options of `openData`, which are flags of `graft fit` too. */
  readonly data: Partial<DataOptions>;
  readonly formatOptions?: Readonly<Record<string, string>>;
  /** What `graft fit` gets as `--time`. */
  readonly minutes: number;
  /** Whether a quick run has it. */
  readonly quick: boolean;
}

/** Divisions of data that comes without any. */
const SEEDS = [1, 2, 3];
/** Labelled photos of a class, where they are few. */
const FEW = 10;
/** Tables of scikit-learn, by the column to predict; `peer.py tables` writes them. */
const TABLES = { optdigits: 'digit', breast_cancer: 'diagnosis', wine: 'cultivar', diabetes: 'progression' } as const;
/** What a table may take at most; it takes seconds. */
const TABLE_MINUTES = 2;

/** All cases, the quick ones first. @param folder where the tables of scikit-learn lie, and where photos are put that were drawn. */
export function casesIn(folder: string): OwnCase[] {
  const tables = seeded((seed) =>
    Object.entries(TABLES).map(([name, label]) => ({
      name: `${name}, seed ${seed}`,
      path: join(folder, `${name}.csv`),
      data: { label, seed },
      minutes: TABLE_MINUTES,
      quick: seed === 1,
    })),
  );
  const counts = ['books', 'dvd', 'electronics', 'kitchen'].map((domain) => {
    const file = (part: string) => join(dataFolder('amazon-reviews'), `${domain}_${part}.svmlight.gz`);
    return { name: `counts ${domain}`, path: file('train'), data: { test: file('test') }, minutes: TABLE_MINUTES, quick: domain === 'books' };
  });
  const sentences = seeded((seed) =>
    ['amazon_cells', 'imdb', 'yelp'].map((name) => ({
      name: `sentences ${name}, seed ${seed}`,
      path: join(dataFolder('sentiment-sentences'), `${name}.tsv`),
      data: { label: 'column2', seed },
      formatOptions: { delimiter: 'tab', quote: 'none', header: 'no' },
      minutes: 1,
      quick: seed === 1 && name === 'yelp',
    })),
  );
  const few = seeded((seed) => [
    {
      name: `cifar10, ten a class, draw ${seed}`,
      path: drawn(folder, seed),
      data: { test: join(dataFolder('cifar10'), 'test'), seed },
      minutes: 1,
      quick: false,
    },
  ]);
  const whole: OwnCase = { name: 'cifar10, all 500 a class', path: dataFolder('cifar10'), data: {}, minutes: 5, quick: false };
  const photos = seeded((seed) => [
    { name: `photos amazon, seed ${seed}`, path: join(dataFolder('office-caltech10'), 'amazon'), data: { seed }, minutes: 1.5, quick: false },
  ]);
  return [...tables, ...counts, ...sentences, ...few, ...photos, whole];
}

function seeded(of: (seed: number) => readonly OwnCase[]): OwnCase[] {
  return SEEDS.flatMap(of);
}

/** A folder with {@link FEW} photos of each class of CIFAR-10's training part, drawn by the seed. */
function drawn(folder: string, seed: number): string {
  const [from, to] = [join(dataFolder('cifar10'), 'train'), join(folder, `ten-${seed}`)];
  for (const name of readdirSync(from).sort()) {
    const files = readdirSync(join(from, name)).sort();
    mkdirSync(join(to, name), { recursive: true });
    for (const i of stream(seed, 'ten a class', name).permutation(files.length).subarray(0, FEW)) {
      const file = files[i] as string;
      copyFileSync(join(from, name, file), join(to, name, file));
    }
  }
  return to;
}
