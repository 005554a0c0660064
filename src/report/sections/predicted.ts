// Section `predicted`: amounts as predicted against what they are. Called by the page.
import { quantile } from '../../score/quantile.ts';
import { agreementPlot } from '../figures/agreement-plot.ts';
import { formatAmount, formatCount } from '../format.ts';
import { htmlTable } from '../html-table.ts';
import { html, type Markup } from '../markup.ts';
import { errorsOf, type PredictedTarget } from '../predicted-target.ts';
import type { SectionHead } from '../section.ts';

/** A plot for each target. */
export interface PredictedSection extends SectionHead {
  readonly kind: 'predicted';
  readonly targets: readonly NamedTarget[];
}

/** A target whose examples have names. */
export interface NamedTarget extends PredictedTarget {
  /** Shown by the pointer. */
  readonly labels?: readonly string[];
}

/** More points than this hide each other; of more, every so many is drawn. */
const MOST_POINTS = 600;
/** Ranges of true values in the table. */
const RANGES = 10;

/**
 * Points around the diagonal, what they say in a sentence, and their numbers by ranges of true values as a table.
 * @throws GraftError `invalid-shape` when there is another number of predictions than of true values; `invalid-data` when one is not finite.
 */
export function predicted({ title, targets }: PredictedSection): Markup {
  const all = targets.map((target) => ({ target, errors: errorsOf(title, target) })).filter(({ errors }) => errors.length > 0);
  if (all.length === 0) return html`<p class="empty">There are no predictions.</p>`;
  const figures = all.map(({ target, errors }) => {
    const says = verdictOn(errors);
    const description = `Predicted over true values of ${target.name}. ${says} The table below it holds the numbers.`;
    return html`<figure>${agreementPlot(`${title}: ${target.name}`, description, pointsOf(target))}<figcaption>${target.name}<p>${says}${sampled(target)}</p></figcaption></figure>
`;
  });
  return html`<div class="maps">
${figures}</div>
<p class="note">On the dashed line a prediction is right, above it too high, below it too low.</p>
<details><summary>Numbers</summary>${all.map(({ target, errors }) => numbers(title, target, errors))}</details>`;
}

function verdictOn(errors: Float64Array): string {
  const sizes = errors.map(Math.abs).sort();
  const within = (share: number) => formatAmount(quantile(sizes, share));
  return `Of ${formatCount(errors.length)} predictions half are at most ${within(0.5)} off, nine of ten at most ${within(0.9)}.`;
}

function sampled({ truth }: PredictedTarget): string {
  return truth.length > MOST_POINTS ? ` ${formatCount(MOST_POINTS)} of them are drawn.` : '';
}

function pointsOf({ truth, predicted: guesses, labels }: NamedTarget) {
  const count = Math.min(MOST_POINTS, truth.length);
  return Array.from({ length: count }, (_, k) => {
    const i = Math.floor((k * truth.length) / count);
    const [own, guess] = [truth[i] as number, guesses[i] as number];
    const says = `true ${formatAmount(own)}, predicted ${formatAmount(guess)}`;
    return { truth: own, predicted: guess, label: labels?.[i] === undefined ? says : `${labels[i]}: ${says}` };
  });
}

/** Means over as many examples each, from the smallest true values to the largest. */
function numbers(title: string, { name, truth, predicted: guesses }: PredictedTarget, errors: Float64Array): Markup {
  const order = Array.from({ length: truth.length }, (_, i) => i).sort((a, b) => (truth[a] as number) - (truth[b] as number));
  const ranges = Math.min(RANGES, order.length);
  const rows = Array.from({ length: ranges }, (_, k) => {
    const own = order.slice(Math.floor((k * order.length) / ranges), Math.floor(((k + 1) * order.length) / ranges));
    const mean = (of: (i: number) => number) => own.reduce((sum, i) => sum + of(i) / own.length, 0);
    const [first, last] = [own[0], own.at(-1)].map((i) => formatAmount(truth[i as number] as number));
    const means = [truth, guesses, errors, errors.map(Math.abs)].map((values) => formatAmount(mean((i) => values[i] as number)));
    return [`${first} – ${last}`, own.length, ...means];
  });
  const columns = ['True value', 'Examples', 'Mean of the true', 'Mean of the predicted', 'Mean too high', 'Mean error'];
  return htmlTable({
    caption: `${title}: ${name} by ranges of the true value`,
    columns: columns.map((label, c) => ({ label, ...(c > 0 && { format: c === 1 ? ('count' as const) : ('number' as const) }) })),
    rows,
  });
}
