// How often predictions of each confidence are right, as one SVG: bins come in, markup leaves. Called by the section of reliability.
import type { ReliabilityBin } from '../../score/calibration.ts';
import { wilsonInterval } from '../../score/interval.ts';
import { formatCount, formatValue } from '../format.ts';
import { html, type Markup } from '../markup.ts';
import { type Axis, type Scale, scaleFor } from './axis.ts';
import { chartFrame } from './chart-frame.ts';

/** Predictions of about one confidence, as `reliabilityBins` gives them: their mean confidence and the share that was right, both 0..1, and their number. */
export type DiagramBin = Pick<ReliabilityBin, 'confidence' | 'accuracy' | 'count'>;

const [WIDTH, HEIGHT] = [380, 350];
const [LEFT, RIGHT, TOP, BOTTOM] = [50, WIDTH - 16, 28, HEIGHT - 44];
const SMALLEST = 2.5;
const LARGEST = 10;

/** Dots on the diagonal are as sure as they are right; their areas grow with the number of predictions, lines through them are 95 % intervals. */
export function reliabilityDiagram(title: string, description: string, bins: readonly DiagramBin[]): Markup {
  const axis = (label: string): Axis => ({ label, format: 'percent' });
  const x = scaleFor(axis('confidence'), [0, 1], [LEFT, RIGHT], 5, false);
  const y = scaleFor(axis('accuracy'), [0, 1], [BOTTOM, TOP], 5, false);
  const most = Math.max(...bins.map(({ count }) => count));
  return chartFrame(
    title,
    description,
    { width: WIDTH, height: HEIGHT, left: LEFT, right: RIGHT, bottom: BOTTOM },
    { x: { scale: x, label: 'confidence' }, y: { scale: y, label: 'accuracy' } },
    {
      front: html`<path class="guide" d="M${LEFT} ${BOTTOM}L${RIGHT} ${TOP}"/>
${bins.map((bin) => dot(bin, most, x, y))}`,
    },
  );
}

function dot({ confidence, accuracy, count }: DiagramBin, most: number, x: Scale, y: Scale): Markup {
  const { low, high } = wilsonInterval(Math.round(accuracy * count), count);
  const [cx, cy] = [x.place(confidence).toFixed(1), y.place(accuracy).toFixed(1)];
  const radius = Math.max(SMALLEST, LARGEST * Math.sqrt(count / most)).toFixed(1);
  const told = `confidence ${formatValue(confidence, 'percent', 1)}, accuracy ${formatValue(accuracy, 'percent', 1)}, ${formatCount(count)} predictions`;
  return html`<g class="s0"><title>${told}</title><path class="leader" d="M${cx} ${y.place(low).toFixed(1)}V${y.place(high).toFixed(1)}"/><circle class="mark" cx="${cx}" cy="${cy}" r="${radius}"/></g>
`;
}
