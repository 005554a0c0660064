// Predictions over what is true, as one SVG with the diagonal where they are equal: points come in, markup leaves. Called by the section of predicted values.
import { html, type Markup } from '../markup.ts';
import { type Scale, scaleFor } from './axis.ts';
import { chartFrame } from './chart-frame.ts';

/** One example. */
export interface AgreementPoint {
  readonly truth: number;
  readonly predicted: number;
  /** Shown by the pointer. */
  readonly label: string;
}

const [WIDTH, HEIGHT] = [420, 400];
const [RIGHT, TOP, BOTTOM] = [WIDTH - 16, 28, HEIGHT - 44];
const CHARACTER = 7;

/** Both axes have the same ends, so that the diagonal runs from corner to corner. */
export function agreementPlot(title: string, description: string, points: readonly AgreementPoint[]): Markup {
  const values = points.flatMap(({ truth, predicted }) => [truth, predicted]);
  const y = scaleFor({ label: 'predicted' }, values, [BOTTOM, TOP], 6, true);
  const left = 14 + CHARACTER * Math.max(...y.ticks.map(({ text }) => text.length));
  const x = apart(scaleFor({ label: 'true' }, values, [left, RIGHT], 6, true));
  const radius = points.length > 300 ? 2.5 : 3.5;
  const marks = points.map(({ truth, predicted, label }) => {
    const [cx, cy] = [x.place(truth).toFixed(1), y.place(predicted).toFixed(1)];
    return html`<circle class="mark" cx="${cx}" cy="${cy}" r="${radius}"><title>${label}</title></circle>
`;
  });
  return chartFrame(
    title,
    description,
    { width: WIDTH, height: HEIGHT, left, right: RIGHT, bottom: BOTTOM },
    { x: { scale: x, label: 'true' }, y: { scale: y, label: 'predicted' } },
    {
      front: html`<g class="s0 crowd">
${marks}</g>
<path class="guide" d="M${left} ${BOTTOM}L${RIGHT} ${TOP}"/>
`,
    },
  );
}

/** With only so many of its ticks that their texts stand side by side. */
function apart(scale: Scale): Scale {
  const { ticks } = scale;
  const [first, second] = ticks;
  if (!first || !second) return scale;
  const widest = CHARACTER * (1 + Math.max(...ticks.map(({ text }) => text.length)));
  const step = Math.ceil(widest / Math.abs(second.at - first.at));
  return { ...scale, ticks: ticks.filter((_, i) => i % step === 0) };
}
