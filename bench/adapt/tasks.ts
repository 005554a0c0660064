// The pairs of domains that adaptation is measured on: real files in, features of all domains out, each read once.
import { join } from 'node:path';
import { evenly } from '../../src/core/evenly.ts';
import { type Tensor, tensor } from '../../src/core/tensor.ts';
import { finish, loadMnist, loadOptdigits, mapInputs, openLabelled, resize } from '../../src/index.ts';
import type { DomainMethodName } from '../../src/methods/domains/names.ts';
import { viewsOf } from '../../src/plan/adapt/adapt-data.ts';
import { wordsView } from '../../src/plan/adapt/sparse-views.ts';
import type { DomainData, FeatureView, View } from '../../src/plan/adapt/view.ts';
import { dataFolder } from '../few-labels/photos.ts';
import { uspsDigits } from './usps.ts';

/** One way from sources to a target, in features. */
export interface Pair {
  readonly name: string;
  /** Computed when they are wanted: those of all pairs at once would be too many. */
  views(): Promise<readonly FeatureView[]>;
  /** Of all source rows. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** Of the rows that were adapted to: for scoring alone. */
  readonly targetLabels: Int32Array;
  /** Rows of the target that adaptation never saw, where the task has such: then it is measured on them. */
  readonly held?: { read(view: FeatureView): Promise<Tensor<'float32'>>; readonly labels: Int32Array };
}

/** A task of the table. */
export interface AdaptTask {
  readonly name: string;
  /** `transductive`: measured on the very rows that were adapted to. `inductive`: on others of the target. */
  readonly protocol: 'transductive' | 'inductive';
  /** So many features, or rows of so many classes, that the peers take minutes a pair: they get some of the pairs, and none in the quick form. */
  readonly wide?: true;
  /** Methods that take too long on so many features, and are not tried by `auto` either. */
  readonly slow?: readonly DomainMethodName[];
  pairs(): Promise<Pair[]>;
}

type Opened = Awaited<ReturnType<typeof openLabelled>>;

/** All domains of a folder with their labels. */
async function domainsOf(root: string, names: readonly string[], fileOf: (name: string) => string) {
  const opened = await Promise.all(names.map((name) => openLabelled(join(root, fileOf(name)))));
  const task = opened[0]?.task;
  const classes = task?.kind === 'classification' ? task.classes : [];
  return { opened, classes };
}

/** Each domain to each other. */
function everyPair<T>(domains: readonly T[]): [T, T][] {
  return domains.flatMap((a) => domains.filter((b) => b !== a).map((b): [T, T] => [a, b]));
}

/** The same for every seed. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** The pretrained network's features of all domains, each computed once. */
async function networkFeatures(opened: readonly Opened[], classes: readonly string[]) {
  const [view] = await finish(viewsOf({ sources: opened.slice(0, -1), target: opened.at(-1) as DomainData, classes, backbone: 'auto', threads: 0 }));
  const { name, units, sources, target } = view as FeatureView;
  const rows = [...sources, target];
  const rowsOf = (one: Opened) => rows[opened.indexOf(one)] as Tensor<'float32'>;
  return (from: readonly Opened[], to: Opened): FeatureView => ({ name, units, sources: from.map(rowsOf), target: rowsOf(to) });
}

const labelsOf = ({ labels }: Opened) => labels as Int32Array;
const allLabels = (sources: readonly Opened[]) => Int32Array.from(sources.flatMap((source) => Array.from(labelsOf(source))));
const nameOf = ({ name }: Opened) => name.replace(/\..*$/, '');

/** What is learnt from for a domain. */
type SourcesOf = (to: Opened, all: readonly Opened[]) => Opened[][];
const others: SourcesOf = (to, all) => all.filter((from) => from !== to).map((from) => [from]);
const allOthers: SourcesOf = (to, all) => [all.filter((from) => from !== to)];

const photos = once(async () => {
  const { opened, classes } = await domainsOf(dataFolder('office-caltech10'), ['amazon', 'caltech10', 'dslr', 'webcam'], (name) => name);
  return { opened, classes, features: await networkFeatures(opened, classes) };
});

function officeCaltech(name: string, sourcesOf: SourcesOf): AdaptTask {
  return {
    name,
    protocol: 'transductive',
    pairs: once(async () => {
      const { opened, classes, features } = await photos();
      return opened.flatMap((to) =>
        sourcesOf(to, opened).map((from) => ({
          name: `${from.map(nameOf).join(' + ')} to ${nameOf(to)}`,
          views: async () => [features(from, to)],
          labels: allLabels(from),
          classes: classes.length,
          targetLabels: labelsOf(to),
        })),
      );
    }),
  };
}

/** MiniLM's features of each file, and the words of each pair. */
const sentences: AdaptTask = {
  name: 'sentences',
  protocol: 'transductive',
  pairs: once(async () => {
    const { opened, classes } = await domainsOf(dataFolder('sentiment-sentences'), ['amazon_cells', 'imdb', 'yelp'], (name) => `${name}.tsv`);
    const features = await networkFeatures(opened, classes);
    const textsOf = ({ inputs }: Opened) => (inputs.kind === 'text' ? inputs.texts : []);
    return everyPair(opened).map(([from, to]) => ({
      name: `${nameOf(from)} to ${nameOf(to)}`,
      views: async () => {
        const words = wordsView([textsOf(from)], textsOf(to), classes, () => []);
        return words ? [features([from], to), words] : [features([from], to)];
      },
      labels: labelsOf(from),
      classes: classes.length,
      targetLabels: labelsOf(to),
    }));
  }),
};

/** Counts of words: adapted to the unlabelled train part of the target, measured on its test part. */
function amazon(name: string, sourcesOf: SourcesOf): AdaptTask {
  return {
    name,
    protocol: 'inductive',
    wide: true,
    // Roots and components of a matrix of 5,000 by 5,000 words.
    slow: ['coral', 'linear-transport', 'subspace-alignment'],
    pairs: once(async () => {
      const root = dataFolder('amazon-reviews');
      const names = ['books', 'dvd', 'electronics', 'kitchen'];
      const train = await domainsOf(root, names, (domain) => `${domain}_train.svmlight.gz`);
      const test = await domainsOf(root, names, (domain) => `${domain}_test.svmlight.gz`);
      const { opened, classes } = train;
      return opened.flatMap((target, to) =>
        sourcesOf(target, opened).map((sources): Pair => {
          const held = test.opened[to] as Opened;
          return {
            name: `${sources.map((source) => names[opened.indexOf(source)]).join(' + ')} to ${names[to]}`,
            views: () => finish(viewsOf({ sources, target, classes, backbone: 'auto', threads: 0 })),
            labels: allLabels(sources),
            classes: classes.length,
            targetLabels: labelsOf(target),
            // Test rows take the weights of the words, and give none.
            held: { read: (view) => (view as View).read(held), labels: labelsOf(held) },
          };
        }),
      );
    }),
  };
}

/** Rows of each domain, and pixels along each side. */
const [DIGITS, SIDE] = [1797, 8];

/** Grey levels of small digits, as plain features. */
const digits: AdaptTask = {
  name: 'digits-8x8',
  protocol: 'transductive',
  wide: true,
  pairs: once(async () => {
    const [mnist, usps, optdigits] = await Promise.all([loadMnist(), uspsDigits('train'), loadOptdigits()]);
    const domains = await Promise.all(
      Object.entries({ mnist: mnist.train, usps, optdigits }).map(async ([name, digits]) => {
        const { inputs, labels } = await mapInputs(digits, resize([SIDE, SIDE])).gather(evenly(digits.length, DIGITS));
        const { data } = inputs as Tensor<'float32'>;
        return { name, labels: labels as Int32Array, rows: tensor('float32', [DIGITS, SIDE * SIDE], data) };
      }),
    );
    return everyPair(domains).map(([from, to]) => ({
      name: `${from.name} to ${to.name}`,
      views: async () => [{ name: 'grey levels', units: 'alike', sources: [from.rows], target: to.rows }],
      labels: from.labels,
      classes: 10,
      targetLabels: to.labels,
    }));
  }),
};

export const tasks: readonly AdaptTask[] = [
  digits,
  officeCaltech('office-caltech10', others),
  officeCaltech('office-caltech10-three-sources', allOthers),
  sentences,
  amazon('amazon', others),
  amazon('amazon-three-sources', allOthers),
];
