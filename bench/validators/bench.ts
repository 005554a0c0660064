// What each label-free validator is worth: every candidate of the adaptation on features, on each pair of domains, with its accuracy on the target and all that validators
// say of it. Labels of the target are looked at here alone, when all is chosen.
import { accuracy, adaptFeatures, argmaxRows, finish, type ValidatorName } from '../../src/index.ts';
import { type AdaptTask, type Pair, tasks } from '../adapt/tasks.ts';
import { percent } from '../adapt/whole.ts';
import type { Bench, BenchRow } from '../bench.ts';
import { judgedOver, type ScoredCandidate } from './judged.ts';
import { NAMES } from './names.ts';

/** One source each; what these have in common with three at once would count twice. */
const TASKS = ['office-caltech10', 'sentences', 'amazon'];
const SEED = 1;

export const bench: Bench = {
  about: 'Label-free validators against the accuracy on the target: rank correlation over the candidates, and what is lost where one alone chooses.',
  columns: {
    case: { label: 'task and validator' },
    correlation: { label: 'Spearman', format: 'number', digits: 2 },
    loss: { label: 'loss to the oracle', format: 'percent', digits: 1 },
    worst: { label: 'worst', format: 'percent', digits: 1 },
  },
  printed: ({ correlation }) => correlation !== undefined,
  async *rows({ quick, only = '', done, note }) {
    for (const task of tasks.filter(({ name }) => TASKS.includes(name) && name.includes(only))) {
      const all: ScoredCandidate[] = [];
      for (const pair of (await task.pairs()).slice(0, quick ? 2 : undefined)) {
        const name = `${task.name}, ${pair.name}`;
        const start = `${name}: `;
        const found = done.has(name) ? [...done.values()].filter((row) => row.case.startsWith(start)) : await candidateRows(task, pair, start);
        yield* found;
        const candidates = found as unknown as readonly ScoredCandidate[];
        all.push(...candidates);
        const whole = done.get(name) ?? pairRow(name, candidates);
        // Says that the pair is complete, so it comes last.
        yield whole;
        note(`${name}: ${percent(whole.graft)} chosen, oracle ${percent(whole.oracle)}`);
      }
      for (const name of NAMES) {
        const { accuracy: graft, ...judgement } = judgedOver(all, [name]);
        yield { case: `${task.name}: ${name}`, graft, ...judgement };
      }
    }
  },
};

/** Digits that matter: scores are compared, and never by less. */
const rounded = (value: number | undefined) => (value === undefined ? undefined : Number(value.toPrecision(6)));

async function candidateRows(task: AdaptTask, pair: Pair, start: string): Promise<BenchRow[]> {
  const { labels, classes, targetLabels } = pair;
  const domains = { views: await pair.views(), labels, classes };
  const { choice, ground } = await finish(adaptFeatures(domains, { seed: SEED }, { reverse: true }));
  return choice.ranked.map(({ candidate, scores, rank, out }) => ({
    case: `${start}${candidate.name}`,
    task: task.name,
    pair: pair.name,
    candidate: candidate.name,
    graft: accuracy(targetLabels, argmaxRows(candidate.probabilities, classes)),
    stays: Number(out === undefined),
    chosen: Number(candidate === choice.chosen),
    seconds: rounded(candidate.seconds),
    ...Object.fromEntries(Object.keys(scores).map((name) => [name, rounded(scores[name as ValidatorName])])),
    rehearsal: candidate.rehearsed && rounded(accuracy(ground.rehearsed.labels, argmaxRows(candidate.rehearsed, classes))),
    'rank mean': rank === undefined ? undefined : rounded(-rank),
  }));
}

function pairRow(name: string, candidates: readonly ScoredCandidate[]): BenchRow {
  const chosen = candidates.find((one) => one.chosen === 1) as ScoredCandidate;
  return { case: name, graft: chosen.graft, oracle: Math.max(...candidates.map(({ graft }) => graft)) };
}
