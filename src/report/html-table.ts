// Tables of the report: a caption, columns and rows come in, an accessible HTML table leaves. Called by sections.
import { html, type Markup } from './markup.ts';
import { type Cell, type Column, cellText, type Row } from './table.ts';

/** What a table shows. */
export interface TableContent {
  readonly caption: string;
  /** For screen readers only, where a heading just above says the same. */
  readonly hideCaption?: boolean;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Which row was chosen, from 0: it stands out. */
  readonly chosen?: number;
}

/** A table that scrolls within its own frame where the page is too narrow; the first cell of each row is its heading. */
export function htmlTable({ caption, hideCaption = false, columns, rows, chosen }: TableContent): Markup {
  const kind = (column: Column) => (column.format === undefined ? 'text' : 'number');
  const greatest = columns.map((column, c) => (column.format === 'percent' ? 1 : Math.max(...rows.map((row) => sizeOf(row[c])))));
  const body = rows.map((row, r) => {
    const mark = r === chosen && html`<span class="chosen-mark"> chosen</span>`;
    const cells = columns.map((column, c) => {
      const text = cellText(row[c], column);
      if (c === 0) return html`<th scope="row" class="${kind(column)}">${text}${mark}</th>`;
      return html`<td class="${kind(column)}"${column.bar && bar(sizeOf(row[c]) / (greatest[c] as number))}>${text}</td>`;
    });
    return html`<tr${r === chosen && html` class="chosen"`}>${cells}</tr>\n`;
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

/** A number's size for its bar; none for text and what is not known. */
function sizeOf(cell: Cell): number {
  const value = typeof cell === 'object' ? cell.mean : cell;
  return typeof value === 'number' && value > 0 ? value : 0;
}

function bar(share: number): Markup | undefined {
  return share > 0 ? html` style="--share:${Math.min(1, share).toFixed(3)}"` : undefined;
}

/** A frame that can be scrolled sideways, by keyboard too; shadows at its sides show that there is more. */
export function scrolling(label: string, content: Markup): Markup {
  return html`<div class="scroll" role="group" aria-label="${label}" tabindex="0">${content}</div>`;
}
