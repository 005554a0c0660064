// Section `table`: columns and rows, the same that `textTable` prints on a terminal. Called by the page.
import { htmlTable } from '../html-table.ts';
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';
import type { Column, Row } from '../table.ts';

/** Results side by side; the first column names the rows. */
export interface TableSection extends SectionHead {
  readonly kind: 'table';
  /** Where it should say more than the section's title. */
  readonly caption?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Which row was chosen, from 0: it stands out. */
  readonly chosen?: number;
}

/** The table. */
export function table({ title, caption, columns, rows, chosen }: TableSection): Markup {
  return rows.length === 0
    ? html`<p class="empty">There are no rows.</p>`
    : htmlTable({ caption: caption ?? title, hideCaption: caption === undefined, columns, rows, ...(chosen !== undefined && { chosen }) });
}
