// One line that says how far training is: numbers and a width come in, text leaves. Called by the progress view.
import { formatClock, formatCount, formatNumber, formatRate, formatValue } from './format.ts';

/** What the line tells; what is not known yet is left out. */
export interface ProgressState {
  readonly label: string;
  /** What is counted in the rate: `images`. */
  readonly unit: string;
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps made in this epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Share of all updates that are made, 0..1. */
  readonly done: number;
  readonly loss?: number;
  readonly rate?: number;
  readonly secondsLeft?: number;
  /** Of the last evaluation. */
  readonly evaluation?: { readonly loss: number; readonly accuracy?: number };
}

/** The bar apart from the text after it, so that it can be coloured: `[before, done, left, after]`. */
export type ProgressLine = readonly [before: string, done: string, left: string, after: string];

const BAR = { least: 8, most: 28 };
const GAP = '  ';

/** In the order in which they are dropped where the terminal is narrow. */
const DROPPED = ['label', 'step', 'metric', 'rate', 'loss', 'left', 'epoch'] as const;
type Piece = (typeof DROPPED)[number];

/** The line for a terminal of `width` columns; never longer. */
export function progressLine(state: ProgressState, width: number): ProgressLine {
  const pieces = new Map<Piece, string>(piecesOf(state));
  const after = () => [...pieces].flatMap(([name, text]) => (name === 'label' ? [] : GAP + text)).join('');
  const before = () => (pieces.has('label') ? `${pieces.get('label')}${GAP}` : '');
  const room = () => width - before().length - after().length;
  for (const name of DROPPED) {
    if (room() >= BAR.least) break;
    pieces.delete(name);
  }
  const bar = Math.max(0, Math.min(BAR.most, room()));
  const filled = Math.floor(bar * Math.min(1, Math.max(0, state.done)));
  return [before(), '█'.repeat(filled), '░'.repeat(bar - filled), after()];
}

/** How far and how well, for a plain line: `epoch 2/10, step 120/1,875, loss 0.3142, accuracy 97.12 %, 4,321 images/s, 0:42 left`. */
export function progressText(state: ProgressState): string {
  return piecesOf(state)
    .flatMap(([name, text]) => (name === 'label' ? [] : text.trim()))
    .join(', ');
}

/** Loss and, where there are classes, accuracy of an evaluation. */
export function evaluationText({ loss, accuracy }: { readonly loss: number; readonly accuracy?: number }): string {
  return accuracy === undefined ? `loss ${formatNumber(loss)}` : `loss ${formatNumber(loss)}, accuracy ${formatValue(accuracy, 'percent')}`;
}

/** In the order of the line. Counts are padded to the width of their totals: what follows them stays in its place. */
function piecesOf(state: ProgressState): [Piece, string][] {
  const { label, unit, epoch, epochs, step, stepsPerEpoch, loss, rate, secondsLeft, evaluation } = state;
  const pieces: [Piece, string | undefined][] = [
    ['label', label || undefined],
    ['epoch', `epoch ${outOf(epoch, epochs)}`],
    ['step', `step ${outOf(step, stepsPerEpoch)}`],
    ['loss', loss === undefined ? undefined : `loss ${steady(loss)}`],
    ['metric', evaluation && metricText(evaluation)],
    ['rate', rate === undefined ? undefined : formatRate(rate, unit)],
    ['left', secondsLeft === undefined ? undefined : `${formatClock(secondsLeft)} left`],
  ];
  return pieces.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]]));
}

function metricText({ loss, accuracy }: { readonly loss: number; readonly accuracy?: number }): string {
  return accuracy === undefined ? `validation loss ${steady(loss)}` : `accuracy ${formatValue(accuracy, 'percent')}`;
}

/** A loss in six characters, so that what follows it stays in its place. */
function steady(loss: number): string {
  return loss >= 1e-3 && loss < 10 ? loss.toFixed(4) : formatNumber(loss);
}

function outOf(part: number, whole: number): string {
  const total = formatCount(whole);
  return `${formatCount(part).padStart(total.length)}/${total}`;
}
