// What a report says of a regression besides its headline: predictions against the truth, errors, each target and the largest errors. Called by the run's report.

import { exampleName } from '../data/images/picture.ts';
import { formatAmount, formatCount } from '../report/format.ts';
import type { Section } from '../report/sections/index.ts';
import type { RegressionVerdict } from './regression-verdict.ts';
import { MOST_SHOWN, shownRow } from './shown-row.ts';
import { rowsOf, type Told } from './told.ts';

/** Nothing for other tasks. */
export async function regressionSections(told: Told): Promise<Section[]> {
  const { regression, part } = told.verdict;
  const { task } = told.fitted.goal;
  if (!regression || task.kind !== 'regression') return [];
  const { targets, predictions, each } = regression;
  const width = task.targets.length;
  const column = (values: Float64Array, c: number) => values.filter((_, i) => i % width === c);
  const named = task.targets.map((name, c) => ({ name, truth: column(targets, c), predicted: column(predictions, c) }));
  const labels = Array.from(rowsOf(told), (row) => exampleName(told.fitted.data, row));
  return [
    { kind: 'predicted', title: 'Predicted against true', note: `Examples of the ${part} part.`, targets: named.map((one) => ({ ...one, labels })) },
    { kind: 'residuals', title: 'How far off it is', targets: named },
    ...(width > 1 ? [byTarget(task.targets, each)] : []),
    await largest(told, task.targets, regression),
  ];
}

function byTarget(names: readonly string[], each: RegressionVerdict['each']): Section {
  return {
    kind: 'table',
    title: 'By target',
    note: 'Errors in the unit of the target; the last column is what always predicting the mean of the training part comes to.',
    columns: ['target', 'R2', 'mean error', 'median error', 'root mean squared error', 'mean error of the mean'].map((label, c) => ({
      label,
      // Each target has a unit, and digits, of its own: see `formatAmount`.
      ...(c > 0 && { format: 'number' as const }),
    })),
    rows: each.map(({ rSquared, meanAbsoluteError, medianAbsoluteError, rootMeanSquaredError, errorOfMean }, c) => [
      names[c],
      Number.isNaN(rSquared) ? undefined : rSquared,
      ...[meanAbsoluteError, medianAbsoluteError, rootMeanSquaredError, errorOfMean].map(formatAmount),
    ]),
  };
}

/** By the error in units of what always predicting the mean is off, so that targets of different units compare. */
async function largest(told: Told, names: readonly string[], { targets, predictions, each }: RegressionVerdict): Promise<Section> {
  const width = names.length;
  const rows = rowsOf(told);
  const shown = shownRow(told.fitted.data);
  const off = (at: number) => (predictions[at] as number) - (targets[at] as number);
  const share = (at: number) => Math.abs(off(at)) / (each[at % width]?.errorOfMean || 1);
  const worstOf = (row: number) => names.map((_, c) => row * width + c).reduce((most, at) => (share(at) > share(most) ? at : most));
  const worst = Array.from({ length: targets.length / width }, (_, row) => worstOf(row)).sort((a, b) => share(b) - share(a));
  const examples = await Promise.all(
    worst.slice(0, MOST_SHOWN).map(async (at) => {
      const says = `is ${formatAmount(targets[at] as number)}, predicted ${formatAmount(predictions[at] as number)}`;
      const amount = `${formatAmount(Math.abs(off(at)))} too ${off(at) > 0 ? 'high' : 'low'}`;
      return { ...(await shown(rows[Math.floor(at / width)] as number)), caption: `${names[at % width]} ${says}: ${amount}` };
    }),
  );
  return {
    kind: 'gallery',
    title: 'Largest errors',
    note: `The ${formatCount(examples.length)} examples that it is most wrong about. Some may be mislabelled.`,
    examples,
  };
}
