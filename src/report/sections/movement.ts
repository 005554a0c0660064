// Section `movement`: which layers learnt, and how far they moved from where they began. Called by the page.
import { formatCount, valueParts } from '../format.ts';
import { htmlTable } from '../html-table.ts';
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';
import type { Column } from '../table.ts';

/** The groups of a model, from input to output. */
export interface MovementSection extends SectionHead {
  readonly kind: 'movement';
  readonly groups: readonly MovedGroup[];
}

/** Parameters that were trained, or frozen, together. */
export interface MovedGroup {
  readonly name: string;
  /** What its values were when training began: `efficientnet-lite0`, `drawn`. */
  readonly began: string;
  readonly parameters: readonly MovedParameter[];
  /** How far all that learnt in it moved, as a share of its length; nothing where that was 0. */
  readonly moved?: number | undefined;
  /** Running statistics that stayed as they were. */
  readonly kept?: number;
}

/** One parameter of a {@link MovedGroup}. */
export interface MovedParameter {
  readonly id: string;
  readonly numbers: number;
  readonly learnt: boolean;
  /** As a share of its length; nothing where that was 0. */
  readonly moved?: number | undefined;
}

const COLUMNS: readonly Column[] = [
  { label: 'Layers' },
  { label: 'Began as' },
  { label: 'Numbers', format: 'count' },
  { label: 'That learnt', format: 'count' },
  { label: 'Moved, % of their length', format: 'number', digits: 2, bar: true },
];
const PARAMETER_COLUMNS: readonly Column[] = [
  { label: 'Parameter' },
  { label: 'Numbers', format: 'count' },
  { label: 'Fate' },
  { label: 'Moved, % of its length', format: 'number', digits: 2 },
];

/** How much learnt in a sentence, a row for each group, and each parameter below. */
export function movement({ title, groups }: MovementSection): Markup {
  const all = groups.flatMap(({ parameters }) => parameters);
  if (all.length === 0) return html`<p class="empty">There were no parameters.</p>`;
  const percent = (learnt: boolean, share: number | undefined) => (learnt && share !== undefined ? 100 * share : undefined);
  const rows = groups.map(({ name, began, parameters, moved }) => {
    const learning = parameters.filter(({ learnt }) => learnt);
    return [name, began, numbersIn(parameters), numbersIn(learning), percent(learning.length > 0, moved)];
  });
  const fates = all.map(({ id, numbers, learnt, moved }) => [id, numbers, learnt ? 'learnt' : 'frozen', percent(learnt, moved)]);
  return html`<p>${total(groups)}</p>
${htmlTable({ caption: title, hideCaption: true, columns: COLUMNS, rows })}
<details><summary>${formatCount(all.length)} parameters</summary>${htmlTable({ caption: `${title}: each parameter`, columns: PARAMETER_COLUMNS, rows: fates })}</details>`;
}

function total(groups: readonly MovedGroup[]): Markup {
  const all = groups.flatMap(({ parameters }) => parameters);
  const learnt = all.filter((one) => one.learnt);
  const frozen = groups.filter(({ parameters }) => parameters.length > 0 && parameters.every((one) => !one.learnt)).map(({ name }) => name);
  const kept = groups.reduce((sum, group) => sum + (group.kept ?? 0), 0);
  const far = groups.filter(({ moved }) => moved !== undefined).sort((a, b) => (b.moved as number) - (a.moved as number));
  const most =
    far[0] && learnt.length > 0 && ` ${far[0].name} moved most, by ${valueParts(far[0].moved as number, 'percent', 2).value}\u00a0% of its length.`;
  return html`<strong>${formatCount(numbersIn(learnt))} of ${formatCount(numbersIn(all))} numbers learnt.</strong> ${
    frozen.length > 0 ? `Frozen: ${frozen.join(', ')}.` : 'No layer was frozen.'
  }${kept > 0 && ` ${formatCount(kept)} running statistics stayed as they were.`}${most}`;
}

function numbersIn(parameters: readonly MovedParameter[]): number {
  return parameters.reduce((sum, { numbers }) => sum + numbers, 0);
}
