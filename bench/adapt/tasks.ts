// The pairs of domains that adaptation is measured on: real files in, features of all domains out, each read once.
import { join } from 'node:path';
import type { Tensor } from '../../src/core/tensor.ts';
import { finish, openLabelled } from '../../src/index.ts';
import { viewsOf } from '../../src/plan/adapt/adapt-data.ts';
import type { DomainData, FeatureView } from '../../src/plan/adapt/view.ts';
import { dataFolder } from '../few-labels/photos.ts';

/** One way from sources to a target, in features. */
export interface Pair {
  readonly name: string;
  readonly views: readonly FeatureView[];
  /** Of all source rows. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** Of the rows that were adapted to: for scoring alone. */
  readonly targetLabels: Int32Array;
  /** Rows of the target that adaptation never saw, where the task has such: then it is measured on them. */
  readonly held?: { readonly views: readonly Tensor<'float32'>[]; readonly labels: Int32Array };
}

/** A task of the table. */
export interface AdaptTask {
  readonly name: string;
  /** `transductive`: measured on the very rows that were adapted to. `inductive`: on others of the target. */
  readonly protocol: 'transductive' | 'inductive';
  pairs(): Promise<Pair[]>;
}

interface DomainRows {
  readonly name: string;
  readonly views: readonly { readonly name: string; readonly rows: Tensor<'float32'> }[];
  readonly labels: Int32Array;
}

/** All domains of a folder with their labels. */
async function domainsOf(root: string, names: readonly string[], fileOf: (name: string) => string) {
  const opened = await Promise.all(names.map((name) => openLabelled(join(root, fileOf(name)))));
  const task = opened[0]?.task;
  const classes = task?.kind === 'classification' ? task.classes : [];
  return { opened, classes };
}

/** Each domain to each other. */
function everyPair<T extends { readonly name: string }>(domains: readonly T[]): [T, T][] {
  return domains.flatMap((a) => domains.filter((b) => b !== a).map((b): [T, T] => [a, b]));
}

/** Features of photos: all domains read at once, then put together in pairs. */
const officeCaltech: AdaptTask = {
  name: 'office-caltech10',
  protocol: 'transductive',
  async pairs() {
    const root = dataFolder('office-caltech10');
    const { opened, classes } = await domainsOf(root, ['amazon', 'caltech10', 'dslr', 'webcam'], (name) => name);
    const [view] = await finish(
      viewsOf({ sources: opened.slice(0, -1), target: opened.at(-1) as DomainData, classes, backbone: 'auto', threads: 0 }),
    );
    const rows = [...(view?.sources ?? []), view?.target as Tensor<'float32'>];
    const domains = opened.map(({ name, labels }, i): DomainRows => {
      return { name, labels: labels as Int32Array, views: [{ name: view?.name as string, rows: rows[i] as Tensor<'float32'> }] };
    });
    return everyPair(domains).map(([from, to]) => pairOf([from], to, classes.length));
  },
};

/** MiniLM's features of each file, and the words of each pair. */
const sentences: AdaptTask = {
  name: 'sentences',
  protocol: 'transductive',
  async pairs() {
    const root = dataFolder('sentiment-sentences');
    const { opened, classes } = await domainsOf(root, ['amazon_cells', 'imdb', 'yelp'], (name) => `${name}.tsv`);
    const pairs: Pair[] = [];
    for (const [from, to] of everyPair(opened)) {
      const views = await finish(viewsOf({ sources: [from], target: to, classes, backbone: 'auto', threads: 0 }));
      pairs.push({
        name: `${from.name} to ${to.name}`,
        views,
        labels: from.labels as Int32Array,
        classes: classes.length,
        targetLabels: to.labels as Int32Array,
      });
    }
    return pairs;
  },
};

/** Counts of words: adapted to the unlabelled train part of the target, measured on its test part. */
const amazon: AdaptTask = {
  name: 'amazon',
  protocol: 'inductive',
  async pairs() {
    const root = dataFolder('amazon-reviews');
    const names = ['books', 'dvd', 'electronics', 'kitchen'];
    const train = await domainsOf(root, names, (name) => `${name}_train.svmlight.gz`);
    const test = await domainsOf(root, names, (name) => `${name}_test.svmlight.gz`);
    const { classes } = train;
    const pairs: Pair[] = [];
    const pairFor = async (from: readonly number[], to: number, name: string) => {
      const sources = from.map((i) => train.opened[i] as DomainData);
      const [target, held] = [train.opened[to] as DomainData, test.opened[to] as DomainData];
      // Test rows take the weights of the words, and give none.
      const views = await finish(viewsOf({ sources, target, classes, backbone: 'auto', threads: 0 }));
      pairs.push({
        name,
        views,
        labels: Int32Array.from(from.flatMap((i) => Array.from(train.opened[i]?.labels as Int32Array))),
        classes: classes.length,
        targetLabels: train.opened[to]?.labels as Int32Array,
        held: { views: await Promise.all(views.map((view) => view.read(held))), labels: test.opened[to]?.labels as Int32Array },
      });
    };
    for (const from of names.keys()) for (const to of names.keys()) if (from !== to) await pairFor([from], to, `${names[from]} to ${names[to]}`);
    return pairs;
  },
};

function pairOf(from: readonly DomainRows[], to: DomainRows, classes: number): Pair {
  const views = (from[0]?.views ?? []).map(({ name }, v): FeatureView => {
    return { name, sources: from.map((one) => one.views[v]?.rows as Tensor<'float32'>), target: to.views[v]?.rows as Tensor<'float32'> };
  });
  return {
    name: `${from.map(({ name }) => name).join(' + ')} to ${to.name}`,
    views,
    labels: Int32Array.from(from.flatMap(({ labels }) => Array.from(labels))),
    classes,
    targetLabels: to.labels,
  };
}

export const tasks: readonly AdaptTask[] = [officeCaltech, sentences, amazon];
