// Section `headline`: how good the model is, with an interval, beside what simpler means reach. Called by the page.
import { fail } from '../../core/errors.ts';
import type { Interval } from '../../score/interval.ts';
import { factList } from '../fact-list.ts';
import { type Estimate, middleOf, strips } from '../figures/strip.ts';
import { formatValue, valueParts } from '../format.ts';
import { scrolling } from '../html-table.ts';
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';

/** The main numbers. */
export interface HeadlineSection extends SectionHead {
  readonly kind: 'headline';
  readonly measures: readonly HeadlineMeasure[];
}

/** One measure, such as accuracy on the test part. */
export interface HeadlineMeasure {
  readonly label: string;
  /** `percent` writes shares as percentages. Default `number`. */
  readonly format?: 'number' | 'percent';
  /** Decimals; the default depends on the format. */
  readonly digits?: number;
  /** How it came about: on how many examples, say. */
  readonly detail?: string;
  readonly result: NamedEstimate;
  /** Majority class, linear probe, from scratch ...: what the result is to be seen beside. */
  readonly yardsticks?: readonly NamedEstimate[];
}

/** A value, with or without an interval, and what reaches it. */
export interface NamedEstimate {
  readonly name: string;
  readonly value: Estimate;
}

/**
 * The numbers, large; and for each with yardsticks a figure of dots and intervals with all numbers beside it.
 * @throws GraftError `invalid-data` when a value or an end of an interval is not finite.
 */
export function headline({ title, measures }: HeadlineSection): Markup {
  if (measures.length === 0) return html`<p class="empty">Nothing was measured.</p>`;
  for (const { result, yardsticks = [] } of measures) for (const one of [result, ...yardsticks]) requireFinite(title, one);
  const facts = measures.map((measure) => {
    const { value } = measure.result;
    const interval = typeof value === 'object' && `${levelText(value)} ${endsText(value, measure)}`;
    const detail = [interval, measure.detail].filter(Boolean).join('; ');
    return { label: measure.label, value: valueText(value, measure), ...(detail && { detail }) };
  });
  return html`${factList(facts)}
${measures.map((measure) => measure.yardsticks && measure.yardsticks.length > 0 && comparison(measure, measure.yardsticks))}`;
}

function comparison(measure: HeadlineMeasure, yardsticks: readonly NamedEstimate[]): Markup {
  const { label, format = 'number', result } = measure;
  const all = [result, ...yardsticks];
  const estimates = all.map(({ value }) => value);
  const { ticks, strip } = strips({ label, format }, estimates);
  const rows = all.map(({ name, value }, i) => {
    const ends = typeof value === 'object' && html`<span class="ends">${endsText(value, measure)}</span>`;
    return html`<tr${i === 0 && html` class="chosen"`}><th scope="row" class="text">${name}</th><td class="strip-cell">${strip(value, i === 0 ? 's0' : 'plain')}</td><td class="number">${valueText(value, measure)}${ends}</td></tr>
`;
  });
  const measured = estimates.find((value) => typeof value === 'object');
  return scrolling(
    `${label}, beside the yardsticks`,
    html`<table class="strips">
<caption><span>${label}, beside the yardsticks.${measured && ` Lines: ${levelText(measured)}.`}</span></caption>
<thead><tr><td></td><td class="strip-cell">${ticks}</td><th scope="col" class="number">${label}</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`,
  );
}

function valueText(value: Estimate, { format = 'number', digits }: HeadlineMeasure): string {
  return formatValue(middleOf(value), format, digits);
}

function endsText({ low, high }: Interval, { format = 'number', digits }: HeadlineMeasure): string {
  return `${valueParts(low, format, digits).value} – ${formatValue(high, format, digits)}`;
}

function levelText({ level }: Interval): string {
  return `${Number((100 * level).toPrecision(3))} % interval`;
}

function requireFinite(title: string, { name, value }: NamedEstimate): void {
  const wrong = (typeof value === 'number' ? [value] : [value.estimate, value.low, value.high]).find((number) => !Number.isFinite(number));
  if (wrong !== undefined) fail('invalid-data', `Section \`${title}\`: the value of \`${name}\` holds ${wrong}; leave it out where it is not known.`);
}
