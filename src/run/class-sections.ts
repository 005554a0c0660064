// What a report says of a classification besides its headline: confusions, classes, reliability and the surest mistakes. Called by the run's report.
import { formatCount, formatNumber, formatValue } from '../report/format.ts';
import type { Section } from '../report/sections/index.ts';
import type { Mistake } from '../report/sections/mistakes.ts';
import { classScores } from '../score/metrics.ts';
import { MOST_SHOWN, shownRow } from './shown-row.ts';
import { rowsOf, type Told } from './told.ts';
import { unknownText } from './unknown-verdict.ts';

/** Nothing for other tasks. */
export async function classSections(told: Told): Promise<Section[]> {
  const { fitted, verdict } = told;
  const { classification, temperature, unknown } = verdict;
  const { task } = fitted.goal;
  if (!classification || task.kind !== 'classification') return [];
  const { confusion, bins, before, after } = classification;
  const pair = (from: number, to: number, format: 'percent' | 'number') => `${formatValue(from, format)} → ${formatValue(to, format)}`;
  return [
    { kind: 'confusion', title: 'What is taken for what', classes: task.classes, matrix: confusion },
    {
      kind: 'table',
      title: 'By class',
      columns: [
        { label: 'class' },
        { label: 'examples', format: 'count' },
        { label: 'recall', format: 'percent', digits: 1 },
        { label: 'precision', format: 'percent', digits: 1 },
        { label: 'F1', format: 'percent', digits: 1 },
      ],
      rows: classScores(confusion).map(({ support, recall, precision, f1, predicted }, c) => [
        task.classes[c] as string,
        support,
        support > 0 ? recall : undefined,
        predicted > 0 ? precision : undefined,
        f1,
      ]),
    },
    {
      kind: 'reliability',
      title: 'How far its probabilities can be trusted',
      bins,
      facts: [
        {
          label: 'Calibration error',
          value: pair(before.ece, after.ece, 'percent'),
          detail: `before and after scores are divided by ${formatNumber(temperature)}`,
        },
        { label: 'Brier score', value: pair(before.brier, after.brier, 'number') },
      ],
    },
    { kind: 'text', title: 'What is unlike anything seen', paragraphs: [unknownText(unknown)] },
    await mistakes(told, task.classes, classification),
  ];
}

async function mistakes(
  told: Told,
  classes: readonly string[],
  { predicted, labels, probabilities }: NonNullable<Told['verdict']['classification']>,
): Promise<Section> {
  const rows = rowsOf(told);
  const shown = shownRow(told.fitted.data);
  const sure = (i: number) => probabilities[i * classes.length + (predicted[i] as number)] as number;
  const wrong = Array.from(labels.keys())
    .filter((i) => predicted[i] !== labels[i])
    .sort((a, b) => sure(b) - sure(a));
  const list = await Promise.all(
    wrong.slice(0, MOST_SHOWN).map(
      async (i): Promise<Mistake> => ({
        ...(await shown(rows[i] as number)),
        label: classes[labels[i] as number] as string,
        predicted: classes[predicted[i] as number] as string,
        probability: sure(i),
      }),
    ),
  );
  const note = `${formatCount(wrong.length)} of ${formatCount(labels.length)} examples are taken for another class${wrong.length > list.length ? `; these ${list.length} most surely` : ''}.${wrong.length > 0 ? ' Some may be mislabelled.' : ''}`;
  return { kind: 'mistakes', title: 'Where it is wrong and sure', note, mistakes: list };
}
