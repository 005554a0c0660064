// Tables of a page in Markdown that are printed from results: rows in, the page with them in their place out. Called by benchmarks that keep such a page.

const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;

/** A table in Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const END = '<!-- end of tables -->';

/** The page with `tables` between its marks. @param script what writes them, relative to the project's folder. @throws Error where the page has no such marks. */
export function withTablesOf(page: string, script: string, tables: string): string {
  const begin = `<!-- tables: npm run example -- ${script} -->`;
  const [before, rest] = page.split(begin);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined) throw new Error(`The page has no place for the tables of ${script}: ${begin} ... ${END}.`);
  return `${before}${begin}\n\n${tables}\n\n${END}${after}`;
}
