// `node --import ./scripts/typescript.mjs scripts/look-at-report.ts FOLDER [REPORT.html]`: screenshots of a report (default: one of every kind of section) and what axe finds in it; CHROMIUM names the browser.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium } from 'playwright-core';
import { htmlReport } from '../src/report/html.ts';
import { sampleReport } from './sample-report.ts';

const VIEWS = [
  { name: 'light', colorScheme: 'light', width: 1200, media: 'screen' },
  { name: 'dark', colorScheme: 'dark', width: 1200, media: 'screen' },
  { name: 'phone', colorScheme: 'light', width: 360, media: 'screen' },
  { name: 'phone-dark', colorScheme: 'dark', width: 360, media: 'screen' },
  { name: 'print', colorScheme: 'dark', width: 794, media: 'print' },
] as const;

const [folder, given] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name a folder for the screenshots.');
mkdirSync(folder, { recursive: true });
const file = resolve(given ?? join(folder, 'report.html'));
if (given === undefined) writeFileSync(file, htmlReport(await sampleReport()));

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' });
let findings = 0;
for (const view of VIEWS) findings += await look(browser, view, folder);
await browser.close();
console.log(findings === 0 ? 'Nothing found.' : `${findings} findings.`);
process.exitCode = findings === 0 ? 0 : 1;

/** A screenshot of each section and of the whole; returns how much is wrong. */
async function look(in_: Browser, { name, colorScheme, width, media }: (typeof VIEWS)[number], into: string): Promise<number> {
  const page = await in_.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(pathToFileURL(file).href);
  await page.emulateMedia({ media });
  await page.screenshot({ path: join(into, `${name}.png`), fullPage: true });
  for (const [i, section] of (await page.locator('section').all()).entries()) {
    await section.screenshot({ path: join(into, `${name}-${String(i + 1).padStart(2, '0')}.png`) });
  }
  // Strings, as the page's own types are not known here.
  const broken = await page.evaluate<number>('[...document.images].filter((image) => image.naturalWidth === 0).length');
  if (broken > 0) complaints.push(`${broken} pictures do not show`);
  const wider = await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  if (wider > 0) complaints.push(`the page is ${wider} px wider than the window`);
  await page.evaluate('document.querySelectorAll("details").forEach((details) => { details.open = true; })');
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
  for (const { id, help, nodes } of violations) complaints.push(`axe ${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  for (const complaint of complaints) console.log(`${name}: ${complaint}`);
  await page.close();
  return complaints.length;
}
