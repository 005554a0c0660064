// Texts as fields of a CSV file, and what spreadsheet programs would make of them. Called wherever answers are written as tables.

/** In quotes where a comma, a quote or the end of a line stands in it (RFC 4180, section 2). */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * What to say of texts that spreadsheet programs take for formulas, as `=1+1` or `@name` (OWASP, "CSV Injection"); nothing where there are none. They stand in
 * the file as they are, so that whatever reads it gets them back; numbers such as `-1` are no formulas.
 */
export function formulaWarning(path: string, texts: readonly string[]): string | undefined {
  const found = texts.find((text) => /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)));
  if (found === undefined) return undefined;
  return `"${path}" holds texts such as ${JSON.stringify(found)}, which a spreadsheet program takes for a formula: import its columns as text.`;
}
