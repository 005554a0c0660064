// Section `confusion`: which classes are taken for which others. Called by the page.
import { fail } from '../../core/errors.ts';
import { type ClassScore, classScores } from '../../score/metrics.ts';
import { formatCount, UNKNOWN, valueParts } from '../format.ts';
import { htmlTable, scrolling } from '../html-table.ts';
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';
import type { Column, Row } from '../table.ts';

/** Counts of predictions for each class. */
export interface ConfusionSection extends SectionHead {
  readonly kind: 'confusion';
  /** Names, in the order of the classes. */
  readonly classes: readonly string[];
  /** Counts `[classes, classes]`, row-major: row = label, column = prediction, as `confusionMatrix` gives them. */
  readonly matrix: ArrayLike<number>;
}

const CONFUSION_COLUMNS: readonly Column[] = [
  { label: 'True' },
  { label: 'Predicted' },
  { label: 'Examples', format: 'count' },
  { label: 'Of the true class', format: 'percent', digits: 1 },
];
const CLASS_COLUMNS: readonly Column[] = [
  { label: 'Class' },
  { label: 'Examples', format: 'count' },
  { label: 'Recall', format: 'percent', digits: 1 },
  { label: 'Precision', format: 'percent', digits: 1 },
];

interface Counts {
  readonly classes: readonly string[];
  readonly scores: readonly ClassScore[];
  /** Examples of class `label` that were predicted as `predicted`. */
  at(label: number, predicted: number): number;
}

/** With more classes a matrix is too wide to read. */
const MOST_IN_MATRIX = 20;
/** Entries of the lists that then take its place. */
const MOST_LISTED = 20;
/** Shade of the rarest confusion; it and the root in between keep few errors visible beside many right answers. */
const FAINTEST = 0.2;

/**
 * The matrix with each class's recall and precision; for many classes the most frequent confusions and the classes found least often.
 * @throws GraftError `invalid-shape` when the matrix is not `[classes, classes]`.
 */
export function confusion({ title, classes, matrix }: ConfusionSection): Markup {
  const n = classes.length;
  if (matrix.length !== n * n) {
    fail('invalid-shape', `Section \`${title}\`: the confusion matrix has ${matrix.length} counts; ${n} classes need ${n * n}.`);
  }
  const flat = Int32Array.from(matrix);
  const counts: Counts = { classes, scores: classScores(flat), at: (label, predicted) => flat[label * n + predicted] as number };
  if (n === 0) return html`<p class="empty">There are no classes.</p>`;
  return n <= MOST_IN_MATRIX ? wholeMatrix(title, counts) : lists(title, counts);
}

function wholeMatrix(title: string, { classes, scores, at }: Counts): Markup {
  const rows = classes.map((name, label) => {
    const support = scores[label]?.support ?? 0;
    const cells = classes.map((_, predicted) => {
      const count = at(label, predicted);
      if (count === 0) return html`<td class="none">0</td>`;
      const kind = label === predicted ? 'right' : 'wrong';
      const strength = FAINTEST + (1 - FAINTEST) * Math.sqrt(count / support);
      return html`<td class="${kind}" style="--strength:${strength.toFixed(3)}">${formatCount(count)}</td>`;
    });
    return html`<tr><th scope="row"><span title="${name}">${name}</span></th>${cells}<td class="score">${recall(scores[label])}</td></tr>\n`;
  });
  const heads = classes.map((name) => html`<th scope="col"><span title="${name}">${name}</span></th>`);
  const turned = classes.some((name) => name.length > 4) && ' turned';
  return html`${scrolling(
    title,
    html`<table class="confusion${turned}">
<caption><span>${title}: a row for each true class, a column for each predicted one</span></caption>
<thead><tr><td></td>${heads}<th scope="col" class="score">Recall %</th></tr></thead>
<tbody>
${rows}</tbody>
<tfoot><tr><th scope="row">Precision %</th>${scores.map((score) => html`<td class="score">${precision(score)}</td>`)}<td></td></tr></tfoot>
</table>`,
  )}
<p class="key"><span class="right">3</span> right, <span class="wrong">2</span> wrong; the stronger the shade, the larger the share of the true class.</p>`;
}

function lists(title: string, { classes, scores, at }: Counts): Markup {
  const pairs = classes.flatMap((_, label) => classes.map((_, predicted) => ({ label, predicted, count: at(label, predicted) })));
  const wrong = pairs.filter(({ label, predicted, count }) => label !== predicted && count > 0).sort((a, b) => b.count - a.count);
  const confusions = wrong.slice(0, MOST_LISTED).map(({ label, predicted, count }): Row => {
    return [classes[label], classes[predicted], count, count / (scores[label]?.support ?? 1)];
  });
  const found = scores
    .map((score, label) => ({ ...score, name: classes[label] }))
    .filter(({ support }) => support > 0)
    .sort((a, b) => a.recall - b.recall);
  const worst = found.slice(0, MOST_LISTED).map(({ name, support, recall, precision, predicted }): Row => {
    return [name, support, recall, predicted > 0 ? precision : undefined];
  });
  return html`<p>${classes.length} classes are too many for a matrix; ${formatCount(wrong.length)} pairs of classes were confused.</p>
${confusions.length > 0 && htmlTable({ caption: `${title}: most frequent confusions`, columns: CONFUSION_COLUMNS, rows: confusions })}
${htmlTable({ caption: `${title}: classes found least often`, columns: CLASS_COLUMNS, rows: worst })}`;
}

function recall(score: ClassScore | undefined): string {
  return score && score.support > 0 ? valueParts(score.recall, 'percent', 1).value : UNKNOWN;
}

function precision(score: ClassScore): string {
  return score.predicted > 0 ? valueParts(score.precision, 'percent', 1).value : UNKNOWN;
}
