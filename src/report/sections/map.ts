// Section `map`: how the model's features lie to each other, in the plane. Called by the page.
import { fail } from '../../core/errors.ts';
import { type ScatterPoint, scatter } from '../figures/scatter.ts';
import { markSample } from '../figures/series-style.ts';
import { formatCount } from '../format.ts';
import { htmlTable } from '../html-table.ts';
import { html, type Markup } from '../markup.ts';
import type { SectionHead } from '../section.ts';
import type { Column, Row } from '../table.ts';

/** Maps of the same examples: principal components and t-SNE, say. */
export interface MapSection extends SectionHead {
  readonly kind: 'map';
  /** Names of the groups, such as classes. */
  readonly groups: readonly string[];
  readonly maps: readonly FeatureMap[];
}

/** One map of a {@link MapSection}. */
export interface FeatureMap {
  readonly name: string;
  /** What is to be seen on it, in a sentence or two with numbers: read out in place of the picture, and shown below it. */
  readonly says: string;
  readonly points: readonly MapPoint[];
}

/** One example on a {@link FeatureMap}. */
export interface MapPoint {
  readonly x: number;
  readonly y: number;
  /** Index of its group. */
  readonly group: number;
  /** Whether it was predicted rightly, where that is known; wrong ones get a ring. */
  readonly right?: boolean;
  /** Its name and what it was taken for, say; shown by the pointer, after the group. */
  readonly label?: string;
}

/** More groups cannot be told apart, whatever their colours and shapes; the smaller ones then stay in the background. */
const MOST_GROUPS = 12;

const COLUMNS: readonly Column[] = [
  { label: 'Group' },
  { label: 'Points', format: 'count' },
  { label: 'Wrong', format: 'count' },
  { label: 'Centre, right', format: 'number', digits: 2 },
  { label: 'Centre, up', format: 'number', digits: 2 },
  { label: 'Mean distance to it', format: 'number', digits: 2 },
];

/**
 * The maps side by side with one legend, and where each group lies as tables.
 * @throws GraftError `invalid-data` when a place is not finite or a group has no name.
 */
export function map({ title, groups, maps }: MapSection): Markup {
  for (const one of maps) requirePoints(title, one, groups.length);
  const counts = groups.map((_, group) => Math.max(0, ...maps.map(({ points }) => points.filter((point) => point.group === group).length)));
  const largest = groups.map((_, group) => group).sort((a, b) => (counts[b] as number) - (counts[a] as number));
  const shown = largest
    .filter((group) => (counts[group] as number) > 0)
    .slice(0, MOST_GROUPS)
    .sort((a, b) => a - b);
  if (shown.length === 0) return html`<p class="empty">There are no points.</p>`;
  const looks = new Map(shown.map((group, look) => [group, look]));
  const others = counts.filter((count, group) => count > 0 && !looks.has(group)).length;

  const figures = maps.map((one) => {
    const points = one.points.map((point) => asDrawn(point, groups, looks));
    return html`<figure>${scatter(`${title}: ${one.name}`, one.says, points)}<figcaption>${one.name}<p>${one.says}</p></figcaption></figure>
`;
  });
  const entries = shown.map((group) => html`<li>${markSample(looks.get(group) as number)} ${groups[group]}</li>`);
  const ringed = maps.some(({ points }) => points.some(({ right }) => right === false));
  const tables = maps.map(({ name, points }) => {
    return htmlTable({ caption: `${title}: where each group lies on the map ${name}`, columns: COLUMNS, rows: rowsOf(points, groups, shown) });
  });
  return html`<ul class="legend">${entries}${others > 0 && html`<li>${REST_SAMPLE} ${formatCount(others)} smaller groups</li>`}${
    ringed && html`<li>${RING_SAMPLE} predicted wrongly</li>`
  }</ul>
<div class="maps">
${figures}</div>
<details><summary>Numbers</summary>${tables}</details>`;
}

const REST_SAMPLE = html`<svg class="sample rest" width="14" height="14" aria-hidden="true"><circle class="mark" cx="7" cy="7" r="3"/></svg>`;
const RING_SAMPLE = html`<svg class="sample" width="14" height="14" aria-hidden="true"><circle class="ring" cx="7" cy="7" r="5.5"/></svg>`;

function asDrawn({ x, y, group, right, label }: MapPoint, groups: readonly string[], looks: ReadonlyMap<number, number>): ScatterPoint {
  const told = [groups[group], label, right === false && 'predicted wrongly'].filter(Boolean).join(', ');
  return { x, y, look: looks.get(group), ringed: right === false, label: told };
}

function rowsOf(points: readonly MapPoint[], groups: readonly string[], shown: readonly number[]): Row[] {
  return shown.map((group) => {
    const own = points.filter((point) => point.group === group);
    const mean = (of: (point: MapPoint) => number) => own.reduce((sum, point) => sum + of(point) / own.length, 0);
    const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
    const known = own.some(({ right }) => right !== undefined);
    const wrong = own.filter(({ right }) => right === false).length;
    return [groups[group], own.length, known ? wrong : undefined, x, y, mean((point) => Math.hypot(point.x - x, point.y - y))];
  });
}

function requirePoints(title: string, { name, points }: FeatureMap, groups: number): void {
  points.forEach(({ x, y, group }, i) => {
    const place = `Section \`${title}\`, map \`${name}\`: point ${i}`;
    if (!Number.isFinite(x) || !Number.isFinite(y)) fail('invalid-data', `${place} lies at (${x}, ${y}); leave it out, or mend what it comes from.`);
    if (!Number.isInteger(group) || group < 0 || group >= groups)
      fail('invalid-data', `${place} is of group ${group}; there are names for 0..${groups - 1}.`);
  });
}
