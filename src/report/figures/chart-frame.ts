// Two axes with ticks and labels, as one SVG: what is drawn between them comes in, markup leaves. Called by figures of numbers over numbers.
import { type Content, html, type Markup } from '../markup.ts';
import { horizontalTicks, type Scale, verticalTicks } from './axis.ts';

/** Size of the figure, and where its axes lie, in pixels. */
export interface ChartEdges {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
}

/** An axis with its name. */
export interface NamedAxis {
  readonly scale: Scale;
  readonly label: string;
}

/** @param drawn `behind` lies below the axis along the bottom, `front` above all else. */
export function chartFrame(
  title: string,
  description: string,
  { width, height, left, right, bottom }: ChartEdges,
  { x, y }: { readonly x: NamedAxis; readonly y: NamedAxis },
  { behind, front }: { readonly behind?: Content; readonly front?: Content },
): Markup {
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" class="chart">
<title>${title}</title>
<desc>${description}</desc>
${horizontalTicks(y.scale, left, right)}
${behind}<path class="axis" d="M${left} ${bottom}H${right}"/>
${verticalTicks(x.scale, bottom)}
<text class="axis-label" x="0" y="12">${y.label}</text>
<text class="axis-label" x="${right}" y="${height - 6}" text-anchor="end">${x.label}</text>
${front}</svg>`;
}
