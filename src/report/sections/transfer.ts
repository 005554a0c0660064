// Section `transfer`: what moved from the source model to the target, what did not, and why. Called by the page.
import { formatCount } from '../format.ts';
import { htmlTable } from '../html-table.ts';
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';
import type { Row } from '../table.ts';

/** The fate of each parameter. */
export interface TransferSection extends SectionHead {
  readonly kind: 'transfer';
  readonly rows: readonly TransferRow[];
}

/** One parameter of a {@link TransferSection}. */
export interface TransferRow {
  /** Of the target's parameter; for `unused`, of the source's. */
  readonly id: string;
  /** The source's parameter, where its values moved. */
  readonly from?: string;
  readonly dims?: readonly number[];
  /** `moved`: values of the source. `fresh`: newly drawn. `unused`: of the source, without a place in the target. */
  readonly outcome: 'moved' | 'fresh' | 'unused';
  /** Why it is not `moved`. */
  readonly reason?: string;
}

type Outcome = TransferRow['outcome'];

/** A sign besides the word, so that a long list can be skimmed. */
const OUTCOMES: Readonly<Record<Outcome, { readonly sign: string; readonly word: string }>> = {
  moved: { sign: '→', word: 'moved' },
  fresh: { sign: '+', word: 'new' },
  unused: { sign: '×', word: 'not used' },
};

/** More rows than this are folded away when all is well with them. */
const MOST_OPEN = 24;

const COLUMNS = [{ label: 'Parameter' }, { label: 'Outcome' }, { label: 'From' }, { label: 'Shape' }, { label: 'Why' }];

/** How much moved, in one sentence, and a row for each parameter; in a large model those that moved are folded away. */
export function transfer({ title, rows }: TransferSection): Markup {
  if (rows.length === 0) return html`<p class="empty">There were no parameters.</p>`;
  if (rows.length <= MOST_OPEN) return html`${total(rows)}${list(title, rows, true)}`;
  const [moved, others] = [rows.filter(({ outcome }) => outcome === 'moved'), rows.filter(({ outcome }) => outcome !== 'moved')];
  return html`${total(rows)}${others.length > 0 && list(`${title}: what did not move`, others)}
<details><summary>${moved.length} that moved</summary>${list(`${title}: what moved`, moved)}</details>`;
}

function list(caption: string, rows: readonly TransferRow[], hideCaption = false): Markup {
  return htmlTable({ caption, hideCaption, columns: COLUMNS, rows: rows.map(cells) });
}

function total(rows: readonly TransferRow[]): Markup {
  const count = (outcome: Outcome) => rows.filter((row) => row.outcome === outcome).length;
  const values = (of: readonly TransferRow[]) => of.reduce((sum, { dims }) => sum + (dims?.reduce((size, dim) => size * dim, 1) ?? 0), 0);
  const target = rows.filter(({ outcome }) => outcome !== 'unused');
  const moved = target.filter(({ outcome }) => outcome === 'moved');
  return html`<p><strong>${moved.length} of ${target.length} parameters moved</strong> (${formatCount(values(moved))} of ${formatCount(values(target))} values); ${count('fresh')} new, ${count('unused')} of the source not used.</p>
`;
}

function cells({ id, from, dims, outcome, reason }: TransferRow): Row {
  const { sign, word } = OUTCOMES[outcome];
  return [id, `${sign} ${word}`, from, dims && `[${dims.join(',\u00a0')}]`, reason];
}
