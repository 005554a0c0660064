// What a report says of a task with several labels besides its headline: each label, what goes wrong together, and the surest mistakes. Called by the run's
// report.
import { formatCount, formatValue } from '../report/format.ts';
import type { Section } from '../report/sections/index.ts';
import { type LabelMistake, labelMistakes } from '../score/label-mistakes.ts';
import type { LabelVerdict } from './label-verdict.ts';
import { MOST_SHOWN, shownRow } from './shown-row.ts';
import { rowsOf, type Told } from './told.ts';

/** Rows of the table of mistakes. */
const MOST_PAIRS = 20;

/** Nothing for other tasks. */
export async function labelSections(told: Told): Promise<Section[]> {
  const { labels } = told.verdict;
  const { task } = told.fitted.goal;
  if (!labels || task.kind !== 'multi-label') return [];
  const { classes } = task;
  return [byLabel(classes, labels), together(classes, labels), await mistakes(told, classes, labels)];
}

function byLabel(classes: readonly string[], { scores, averagePrecision }: LabelVerdict): Section {
  const share = { format: 'percent', digits: 1 } as const;
  return {
    kind: 'table',
    title: 'By label',
    note: `A label is given where its probability is above one half. Average precision says how well the probabilities rank the examples, whatever that threshold. F1 of all decisions together is ${formatValue(scores.microF1, 'percent', 1)}.`,
    columns: [
      { label: 'label' },
      { label: 'examples', format: 'count' },
      { label: 'given', format: 'count' },
      { label: 'recall', ...share },
      { label: 'precision', ...share },
      { label: 'F1', ...share },
      { label: 'average precision', ...share },
    ],
    rows: scores.labels.map(({ support, predicted, recall, precision, f1 }, c) => [
      classes[c],
      support,
      predicted,
      support > 0 ? recall : undefined,
      predicted > 0 ? precision : undefined,
      support + predicted > 0 ? f1 : undefined,
      averagePrecision[c],
    ]),
  };
}

/** Which labels it tears apart, adds and swaps. */
function together(classes: readonly string[], { truth, predicted }: LabelVerdict): Section {
  const all = labelMistakes(truth, predicted, classes.length);
  const said = ({ kind, label, other }: LabelMistake) => {
    const [own, beside] = [classes[label] as string, classes[other] as string];
    if (kind === 'swapped') return `“${own}” is missed, “${beside}” given`;
    return `“${own}” is ${kind === 'missed' ? 'missed' : 'wrongly given'} beside “${beside}”`;
  };
  return {
    kind: 'table',
    title: 'What goes wrong together',
    note: `Mistakes about one label in the company of another${all.length > MOST_PAIRS ? `; the ${MOST_PAIRS} most frequent of ${formatCount(all.length)}` : ''}. The share is of the examples where it could have happened.`,
    columns: [{ label: 'mistake' }, { label: 'examples', format: 'count' }, { label: 'share', format: 'percent', digits: 1, bar: true }],
    rows: all.slice(0, MOST_PAIRS).map((one) => [said(one), one.count, one.count / one.of]),
  };
}

async function mistakes(told: Told, classes: readonly string[], { truth, predicted, probabilities }: LabelVerdict): Promise<Section> {
  const rows = rowsOf(told);
  const shown = shownRow(told.fitted.data);
  const width = classes.length;
  const labelsOf = (row: number) => classes.flatMap((name, c) => ({ name, at: row * width + c }));
  const wrongIn = (row: number) => labelsOf(row).filter(({ at }) => truth[at] !== predicted[at]);
  /** How sure it is of the decision at a place. */
  const sure = (at: number) => Math.max(probabilities[at] as number, 1 - (probabilities[at] as number));
  const surest = (row: number) => Math.max(...wrongIn(row).map(({ at }) => sure(at)));
  const wrong = Array.from({ length: truth.length / width }, (_, row) => row).filter((row) => wrongIn(row).length > 0);
  const worst = wrong
    .map((row) => ({ row, sure: surest(row) }))
    .sort((a, b) => b.sure - a.sure)
    .slice(0, MOST_SHOWN);
  const examples = await Promise.all(
    worst.map(async ({ row }) => {
      const own = labelsOf(row).filter(({ at }) => truth[at] === 1);
      const details = wrongIn(row).map(({ name, at }) => {
        return `${name} ${predicted[at] === 1 ? 'wrongly given' : 'missed'}, ${formatValue(sure(at), 'percent', 1)} sure`;
      });
      return {
        ...(await shown(rows[row] as number)),
        caption: `Is ${own.map(({ name }) => name).join(', ') || 'none of the labels'}; ${details.join('; ')}`,
      };
    }),
  );
  return {
    kind: 'gallery',
    title: 'Where it is wrong and sure',
    note: `${formatCount(wrong.length)} of ${formatCount(truth.length / width)} examples have a wrong label${wrong.length > worst.length ? `; these ${worst.length} most surely` : ''}.${wrong.length > 0 ? ' Some may be mislabelled.' : ''}`,
    examples,
  };
}
