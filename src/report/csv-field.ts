// A text as one field of a CSV file. Called wherever answers are written as tables.

/** In quotes where a comma, a quote or the end of a line stands in it (RFC 4180, section 2). */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
