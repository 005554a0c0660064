// The look of a report: two palettes and one style sheet. Included by the page.
import { COLOURS } from './figures/series-style.ts';
import { html } from './markup.ts';

/** Colours of one mode, as `#rrggbb`. Every text and line has a contrast of at least 4.5 to `paper`, and `ink` to the shades in a matrix. */
export interface Palette {
  readonly paper: string;
  readonly panel: string;
  readonly ink: string;
  readonly quiet: string;
  readonly rule: string;
  readonly link: string;
  readonly right: string;
  readonly wrong: string;
  readonly series: readonly string[];
}

/** The series' colours were searched for the greatest distance between any two under every kind of colour blindness; dashes and marks go with them. */
export const palettes: { readonly light: Palette; readonly dark: Palette } = {
  light: {
    paper: '#ffffff',
    panel: '#f4f6f8',
    ink: '#1a1d21',
    quiet: '#59636e',
    rule: '#d5dae0',
    link: '#0b5cad',
    right: '#2f81c4',
    wrong: '#d9661f',
    series: ['#002263', '#c05500', '#0b855b', '#90659c', '#642800', '#2e2531'],
  },
  dark: {
    paper: '#14171a',
    panel: '#1d2125',
    ink: '#e7eaed',
    quiet: '#a3adb8',
    rule: '#3a4149',
    link: '#7cbcf5',
    right: '#2f81c4',
    wrong: '#d4682a',
    series: ['#759cf6', '#de582e', '#15e998', '#b26a92', '#ffdd41', '#dee8ff'],
  },
};

/** Share of the shade in the strongest cell of a matrix. */
export const STRONGEST = 0.6;

function variables({ series, ...named }: Palette): string {
  const all: [string, string][] = [...Object.entries(named), ...series.map((colour, i): [string, string] => [`series-${i}`, colour])];
  return all.map(([name, colour]) => `--${name}:${colour};`).join('');
}

const seriesRules = Array.from({ length: COLOURS }, (_, i) => `.s${i}{--colour:var(--series-${i});}`).join('');

/** The `<style>` of a report. On paper the light palette holds. */
export const styleSheet = html`<style>
:root { color-scheme: light dark; ${variables(palettes.light)} }
@media screen and (prefers-color-scheme: dark) { :root { ${variables(palettes.dark)} } }
${seriesRules}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 .75rem; }
p { margin: 0 0 .75rem; max-width: 46rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.summary { font-size: 1.15rem; }
.note, .empty, footer, figcaption p, .key { color: var(--quiet); }
nav { margin: 1.5rem 0 0; }
nav ul, .legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0; padding: 0; }
section { border-top: 1px solid var(--rule); margin-top: 2.25rem; padding-top: 1.5rem; }
footer { border-top: 1px solid var(--rule); margin-top: 2.5rem; padding-top: 1rem; font-size: .875rem; }

.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: .75rem; margin: 0 0 .75rem; }
.facts div { background: var(--panel); border-radius: .5rem; padding: .75rem 1rem; }
.facts dt { color: var(--quiet); font-size: .875rem; }
.facts dd { margin: 0; font-size: .875rem; }
.facts .value { font-size: 1.35rem; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; }

.scroll { --shadow: color-mix(in srgb, var(--quiet) 55%, transparent); overflow-x: auto; margin: 0 0 .75rem; background:
  linear-gradient(to right, var(--paper) 40%, transparent) left / 3rem 100% no-repeat local,
  linear-gradient(to left, var(--paper) 40%, transparent) right / 3rem 100% no-repeat local,
  linear-gradient(to right, var(--shadow), transparent) left / 1rem 100% no-repeat scroll,
  linear-gradient(to left, var(--shadow), transparent) right / 1rem 100% no-repeat scroll; }
table { border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
caption { text-align: left; color: var(--quiet); font-size: .93em; padding-bottom: .4rem; }
caption span { display: inline-block; position: sticky; left: 0; max-width: calc(100vw - 2rem); }
th, td { padding: .35rem .9rem .35rem 0; text-align: left; vertical-align: top; unicode-bidi: isolate; border-bottom: 1px solid var(--rule); }
thead th { font-size: .93em; vertical-align: bottom; }
tbody th { font-weight: 500; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
td, tbody th { max-width: 24rem; }
tbody .text { min-width: 6rem; }
tbody .text:last-child { min-width: 12rem; }
.number { text-align: right; white-space: nowrap; }
td[style*="--share"] { print-color-adjust: exact; background: linear-gradient(var(--right), var(--right)) left bottom / calc(var(--share) * (100% - .9rem)) 3px no-repeat; }
.chosen th, .chosen td { font-weight: 600; }
.chosen-mark { display: inline-block; margin-left: .5rem; padding: 0 .5rem; border: 1px solid var(--link); border-radius: 1rem; color: var(--link); font-size: .8em; }

pre { margin: 0 0 .75rem; padding: .75rem 1rem; background: var(--panel); border-radius: .5rem; white-space: pre-wrap; font: .9375rem/1.5 ui-monospace, monospace; }

figure { margin: 0 0 .75rem; min-width: 0; }
.chart { display: block; max-width: 100%; height: auto; overflow: visible; font-size: 12px; }
.chart text { fill: var(--quiet); font-variant-numeric: tabular-nums; }
.chart .axis-label { fill: var(--ink); font-weight: 600; }
.chart .series-label { fill: var(--colour); font-weight: 600; }
.grid { stroke: var(--rule); fill: none; }
.axis { stroke: var(--quiet); fill: none; }
.line { stroke: var(--colour); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; fill: none; }
.crowd { opacity: .75; }
.bar { fill: var(--colour); stroke: var(--paper); stroke-width: 1; print-color-adjust: exact; }
.band { fill: var(--colour); opacity: .2; }
.leader { stroke: var(--colour); opacity: .5; fill: none; }
.mark { fill: var(--colour); stroke: var(--paper); stroke-width: 1; }
.sample { vertical-align: -1px; overflow: visible; }
.guide { stroke: var(--quiet); stroke-dasharray: 4 4; fill: none; }
.ring { stroke: var(--ink); stroke-width: 1.5; fill: none; }
.rest { --colour: var(--quiet); }
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; margin-top: .5rem; }
.maps .chart { width: min(100%, 34rem); }
.maps figcaption { font-weight: 600; }
.maps figcaption p { font-weight: 400; }
.frame { stroke: var(--rule); fill: none; }

.strips { width: 100%; }
.strips .strip-cell { width: 60%; padding: 0 1.5rem 0 .75rem; vertical-align: middle; }
.strips tbody th, .strips .number { vertical-align: middle; }
.strips thead .number { white-space: normal; }
.strips tbody .text { width: 22%; }
.strip { --colour: var(--quiet); display: block; overflow: visible; font-size: 12px; }
.strip.s0 { --colour: var(--series-0); }
.strip text { fill: var(--quiet); }
.ends { display: block; color: var(--quiet); font-size: .87em; font-weight: 400; }

.cards { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: 1rem; margin: 0 0 .75rem; padding: 0; }
.wide-cards { grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }
.cards li { background: var(--panel); border-radius: .5rem; padding: .75rem; break-inside: avoid; }
.cards img { display: block; width: 100%; max-width: 12rem; aspect-ratio: 1; object-fit: contain; margin-bottom: .5rem; }
.cards p { margin: 0; font-size: .875rem; line-height: 1.4; }
.cards .source { color: var(--quiet); font-size: .8125rem; }
blockquote { margin: 0 0 .5rem; padding-left: .75rem; border-left: 3px solid var(--rule); white-space: pre-line; }
.legend { font-size: .9375rem; padding: .25rem 0; }
.narrow { display: none; }
.narrow .chart { width: min(100%, 30rem); }
figcaption p { font-size: .875rem; margin: .25rem 0 0; }
details { margin-bottom: .75rem; }
summary { cursor: pointer; color: var(--link); margin-bottom: .5rem; }

.confusion th, .confusion td { border: 1px solid var(--paper); padding: .3rem .4rem; min-width: 2.9rem; text-align: right; }
.confusion tbody th, .confusion tfoot th { text-align: left; padding-left: 0; }
.confusion th span { display: inline-block; max-width: 9rem; max-height: 9rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; }
.confusion.turned thead th:not(.score) { text-align: center; }
.confusion.turned thead th:not(.score) span { writing-mode: vertical-rl; transform: rotate(180deg); }
.confusion .score { color: var(--quiet); white-space: nowrap; padding-left: .75rem; }
.confusion tfoot th { white-space: nowrap; }
.confusion tfoot .score { padding-left: .4rem; font-size: .87em; }
.confusion .none { color: var(--quiet); }
.right, .wrong { print-color-adjust: exact; background: color-mix(in srgb, var(--shade) calc(${STRONGEST * 100}% * var(--strength, .7)), var(--paper)); }
.right { --shade: var(--right); font-weight: 600; }
.wrong { --shade: var(--wrong); }
.key span { padding: .1rem .5rem; color: var(--ink); }

@media (max-width: 48rem) {
  body { padding: 1.25rem 1rem 3rem; }
  h1 { font-size: 1.5rem; }
  .wide { display: none; }
  .narrow { display: block; }
  .strips tbody .text { width: 34%; }
  .strips .strip-cell { width: 38%; padding: 0 1.1rem 0 .5rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  .wide { display: block; }
  .narrow { display: none; }
  .scroll { overflow: visible; background: none; }
  table { font-size: .8em; }
  figure, table, .facts div { break-inside: avoid; }
  h2 { break-after: avoid; }
}
</style>`;
