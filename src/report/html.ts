// A report as one HTML file that needs nothing else: its content as data comes in, the file's text leaves. Called by users, the quickstart and benches.
import { fail } from '../core/errors.ts';
import { inWords } from '../core/known-options.ts';
import { html } from './markup.ts';
import { type Section, sectionBody } from './sections/index.ts';
import { styleSheet } from './style.ts';

/** What a report tells. */
export interface ReportContent {
  readonly title: string;
  /** What came out, in a sentence or two. */
  readonly summary?: string;
  readonly sections: readonly Section[];
  /** Versions, machine, date: where the report comes from. */
  readonly footer?: string;
}

/** Fewer sections need no list of contents. */
const LEAST_LISTED = 4;

/**
 * A self-contained page: no scripts, nothing loaded; light or dark as the reader has it, readable on phones and on paper. All text is escaped.
 * @throws GraftError `invalid-argument` without a title or sections; `invalid-shape` or `invalid-data` when what a section holds does not fit together.
 */
export function htmlReport(content: ReportContent): string {
  if (typeof content?.title !== 'string' || !Array.isArray(content.sections))
    fail('invalid-argument', `\`htmlReport\` takes what it tells as \`{ title: '...', sections: [...] }\`, not ${inWords(content)}.`);
  const { title, summary, sections, footer } = content;
  const contents = sections.map((section, i) => html`<li><a href="#section-${i + 1}">${section.title}</a></li>\n`);
  const parts = sections.map((section, i) => {
    const id = `section-${i + 1}`;
    return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${section.title}</h2>
${section.note !== undefined && html`<p class="note">${section.note}</p>\n`}${sectionBody(section)}
</section>
`;
  });
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${styleSheet}
</head>
<body>
<header>
<h1>${title}</h1>
${summary !== undefined && html`<p class="summary">${summary}</p>\n`}</header>
${sections.length >= LEAST_LISTED && html`<nav aria-label="Contents"><ul>\n${contents}</ul></nav>\n`}<main>
${parts}</main>
${footer !== undefined && html`<footer><p>${footer}</p></footer>\n`}</body>
</html>
`.toString();
}
