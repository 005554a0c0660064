// Adaptation to targets without labels: every method and the label-free choice, on each pair of domains, over seeds. Labels of the target are looked at here
// alone, when all is chosen. Beside skada's shallow methods on the same features.

import { accuracy, adaptFeatures, argmaxRows, finish, summarise } from '../../src/index.ts';
import { probabilitiesOf } from '../../src/methods/domains/pieces/classifier.ts';
import { mcnemar } from '../../src/score/paired.ts';
import type { Bench, BenchRow } from '../bench.ts';
import { digitRows, digitTasks } from './digits.ts';
import { type Pair, tasks } from './tasks.ts';

const SEEDS = [1, 2, 3];

/** What one pair and seed gave, by method; `auto` among them. */
interface Outcome {
  readonly accuracies: ReadonlyMap<string, number>;
  readonly oracle: number;
  readonly chosen: string;
  readonly seconds: number;
  /** p that the choice is worse than the source alone by chance; 1 where it is not. */
  readonly harm: number;
}

async function measured(pair: Pair, seed: number): Promise<Outcome> {
  const start = performance.now();
  const { candidates, choice, linear, linearView, yardstick } = await finish(adaptFeatures(pair, { seed }));
  const seconds = (performance.now() - start) / 1000;
  const { classes, targetLabels, held } = pair;
  const labels = held?.labels ?? targetLabels;
  const accuracies = new Map<string, number>();
  const answered = new Map<string, Int32Array>();
  for (const { name, probabilities, linear: own, view } of candidates) {
    const rows = held?.views[pair.views.indexOf(view)];
    const said = rows ? own && (await probabilitiesOf(rows, own)) : probabilities;
    if (!said) continue;
    answered.set(name, argmaxRows(said, classes));
    accuracies.set(name, accuracy(labels, answered.get(name) as Int32Array));
  }
  const rows = held?.views[pair.views.indexOf(linearView)];
  const auto = rows ? argmaxRows(await probabilitiesOf(rows, linear), classes) : (answered.get(choice.chosen.name) as Int32Array);
  const oracle = Math.max(...accuracies.values());
  accuracies.set('auto', accuracy(labels, auto));
  const { p, onlyFirst, onlySecond } = mcnemar(labels, auto, answered.get(yardstick.name) as Int32Array);
  return {
    accuracies,
    oracle: Math.max(oracle, accuracies.get('auto') as number),
    chosen: choice.chosen.name,
    seconds,
    harm: onlySecond > onlyFirst ? p : 1,
  };
}

export const bench: Bench = {
  about:
    'Accuracy on targets without labels: each method, and the choice that sees no label of the target; mean over all pairs of domains and three seeds.',
  columns: {
    case: { label: 'task and method' },
    protocol: { label: 'measured' },
    graft: { label: 'accuracy', format: 'percent', digits: 1 },
    sd: { label: '± over seeds', format: 'percent', digits: 2 },
    worst: { label: 'worst pair against source only', format: 'percent', digits: 1 },
    last: { label: 'last epoch', format: 'percent', digits: 1 },
    oracle: { label: 'oracle', format: 'percent', digits: 1 },
    seconds: { label: 's a pair', format: 'number', digits: 1 },
  },
  async *rows(options) {
    const { quick, only = '', done, note } = options;
    for (const task of tasks.filter(({ name }) => name.includes(only))) {
      const known = [...done.values()].filter((row) => row.task === task.name);
      if (known.length > 0) {
        yield* known;
        continue;
      }
      const seeds = quick ? SEEDS.slice(0, 1) : SEEDS;
      const pairs = (await task.pairs()).slice(0, quick ? 2 : undefined);
      const outcomes = new Map<number, Outcome[]>();
      for (const seed of seeds) {
        for (const pair of pairs) {
          const outcome = await measured(pair, seed);
          outcomes.set(seed, [...(outcomes.get(seed) ?? []), outcome]);
          note(
            `${task.name}, ${pair.name}, seed ${seed}: ${percent(outcome.accuracies.get('auto'))} by ${outcome.chosen}, source only ${percent([...outcome.accuracies.values()][0])}, oracle ${percent(outcome.oracle)}${outcome.harm < 0.05 ? ` HARM p=${outcome.harm.toFixed(3)}` : ''}`,
          );
        }
      }
      yield* summary(task.name, task.protocol, [...outcomes.values()]);
    }
    for (const task of digitTasks.filter(({ name }) => name.includes(only))) {
      const known = [...done.values()].filter((row) => row.task === task.name);
      yield* known.length > 0 ? known : digitRows(task, options);
    }
  },
};

const percent = (share = Number.NaN) => `${(100 * share).toFixed(1)} %`;

/** Rows of a task: `auto` first, then each method that was measured on all pairs. */
function summary(task: string, protocol: string, bySeed: readonly (readonly Outcome[])[]): BenchRow[] {
  const all = bySeed.flat();
  const yardstick = [...(all[0]?.accuracies.keys() ?? [])][0] as string;
  const names = ['auto', ...[...new Set(all.flatMap(({ accuracies }) => [...accuracies.keys()]))].filter((name) => name !== 'auto')];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return names.flatMap((name): BenchRow[] => {
    const values = bySeed.map((pairs) => pairs.map(({ accuracies }) => accuracies.get(name)));
    if (values.flat().some((value) => value === undefined)) return [];
    const { mean: accuracyOf, sd } = summarise(values.map((pairs) => mean(pairs as number[])));
    const gains = all.map(({ accuracies }) => (accuracies.get(name) as number) - (accuracies.get(yardstick) as number));
    return [
      {
        case: `${task}: ${name}`,
        task,
        method: name,
        protocol,
        graft: accuracyOf,
        sd,
        worst: Math.min(...gains),
        ...(name === 'auto' && { oracle: mean(all.map(({ oracle }) => oracle)), seconds: mean(all.map(({ seconds }) => seconds)) }),
      },
    ];
  });
}
