// Section `reliability`: whether the model is as often right as it is sure. Called by the page.
import { fail } from '../../core/errors.ts';
import { type Fact, factList } from '../fact-list.ts';
import { type DiagramBin, reliabilityDiagram } from '../figures/reliability-diagram.ts';
import { formatCount, valueParts } from '../format.ts';
import { htmlTable } from '../html-table.ts';
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';
import type { Column } from '../table.ts';

/** Confidence beside accuracy. */
export interface ReliabilitySection extends SectionHead {
  readonly kind: 'reliability';
  /** Those without predictions are left out. */
  readonly bins: readonly DiagramBin[];
  /** Calibration error and Brier score before and after temperature scaling, say. */
  readonly facts?: readonly Fact[];
}

const COLUMNS: readonly Column[] = [
  { label: 'Confidence', format: 'percent', digits: 1 },
  { label: 'Accuracy', format: 'percent', digits: 1 },
  { label: 'Points too sure', format: 'number', digits: 1 },
  { label: 'Predictions', format: 'count' },
];

/**
 * The diagram, what it says in a sentence, and its numbers as a table.
 * @throws GraftError `invalid-data` when a confidence or accuracy is not in 0..1 or a count not a whole number.
 */
export function reliability({ title, bins, facts = [] }: ReliabilitySection): Markup {
  for (const bin of bins) requireBin(title, bin);
  const filled = bins.filter(({ count }) => count > 0);
  const told = facts.length > 0 && html`${factList(facts)}\n`;
  if (filled.length === 0) return html`${told}<p class="empty">There are no predictions.</p>`;
  const verdict = verdictOn(filled);
  const description = `Accuracy over confidence of ${filled.length} bins of predictions. ${verdict} The table below it holds the numbers.`;
  return html`${told}<figure>
${reliabilityDiagram(title, description, filled)}
<figcaption><p>${verdict} Below the dashed line the model is surer than it is right, above it less sure. The larger a dot, the more predictions; lines are 95\u00a0% intervals.</p></figcaption>
</figure>
<details><summary>Numbers</summary>${htmlTable({
    caption: `${title}: confidence and accuracy`,
    columns: COLUMNS,
    rows: filled.map(({ confidence, accuracy, count }) => [confidence, accuracy, 100 * (confidence - accuracy), count]),
  })}</details>`;
}

function verdictOn(bins: readonly DiagramBin[]): string {
  const all = bins.reduce((sum, { count }) => sum + count, 0);
  const gap = bins.reduce((sum, { confidence, accuracy, count }) => sum + (count / all) * (confidence - accuracy), 0);
  const points = `${valueParts(Math.abs(gap), 'percent', 1).value} points`;
  return `Over ${formatCount(all)} predictions the mean confidence lies ${points} ${gap < 0 ? 'below' : 'above'} the accuracy.`;
}

function requireBin(title: string, { confidence, accuracy, count }: DiagramBin): void {
  const share = (value: number) => value >= 0 && value <= 1;
  if (count === 0 || (share(confidence) && share(accuracy) && Number.isInteger(count) && count > 0)) return;
  fail(
    'invalid-data',
    `Section \`${title}\`: a bin has confidence ${confidence}, accuracy ${accuracy} and count ${count}; the first two must be shares in 0..1, the last a whole number.`,
  );
}
