// Tables of the report: a caption, columns and rows come in, an accessible HTML table leaves. Called by sections.
import { html, type Markup } from './markup.ts';
import { type Column, cellText, type Row } from './table.ts';

/** What a table shows. */
export interface TableContent {
  readonly caption: string;
  /** For screen readers only, where a heading just above says the same. */
  readonly hideCaption?: boolean;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** A table that scrolls within its own frame where the page is too narrow; the first cell of each row is its heading. */
export function htmlTable({ caption, hideCaption = false, columns, rows }: TableContent): Markup {
  const kind = (column: Column) => (column.format === undefined ? 'text' : 'number');
  const body = rows.map((row) => {
    const cells = columns.map((column, c) => {
      const text = cellText(row[c], column);
      return c === 0 ? html`<th scope="row" class="${kind(column)}">${text}</th>` : html`<td class="${kind(column)}">${text}</td>`;
    });
    return html`<tr>${cells}</tr>\n`;
  });
  return scrolling(
    caption,
    html`<table>
<caption${hideCaption && html` class="unseen"`}><span>${caption}</span></caption>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${kind(column)}">${column.label}</th>`)}</tr></thead>
<tbody>
${body}</tbody>
</table>`,
  );
}

/** A frame that can be scrolled sideways, by keyboard too; shadows at its sides show that there is more. */
export function scrolling(label: string, content: Markup): Markup {
  return html`<div class="scroll" role="group" aria-label="${label}" tabindex="0">${content}</div>`;
}
