// What Graft and its peer answered for the same test rows -> the numbers of a row, with whether they differ by more than chance. Called by bench.ts.
import { bootstrapMean } from '../../src/score/bootstrap.ts';
import { pairedBootstrap } from '../../src/score/paired.ts';

/** Of each test row what Graft's metric counts: 1 or 0 where it is right, or minus the squared error in units of `unit`. */
export interface GraftAnswers {
  readonly values: readonly number[];
  /** Of a regression: the deviation of the training targets, that Graft learns them in. */
  readonly unit?: number | undefined;
}

/** What the peer predicted: class indices, or amounts. */
export interface PeerAnswers {
  readonly predicted: readonly number[];
  /** Of the same rows. */
  readonly labels: readonly number[];
}

/** Accuracies, or R2 with the root mean squared errors. */
export interface Compared {
  readonly graft: number;
  readonly low: number;
  readonly high: number;
  readonly peer: number;
  /** Graft's less the peer's, with its paired interval. */
  readonly difference: number;
  readonly differenceLow: number;
  readonly differenceHigh: number;
  readonly p: number;
  readonly error?: number;
  readonly peerError?: number;
}

/** @throws Error when the two did not answer for as many rows. */
export function compared({ values, unit }: GraftAnswers, { predicted, labels }: PeerAnswers): Compared {
  if (values.length !== predicted.length || labels.length !== predicted.length)
    throw new Error(`Graft answered for ${values.length} test rows, its peer for ${predicted.length} of ${labels.length}.`);
  if (unit === undefined)
    return paired(
      values,
      predicted.map((label, i) => (label === labels[i] ? 1 : 0)),
    );
  const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const variance = labels.reduce((sum, label) => sum + (label - mean) ** 2, 0) / labels.length;
  const squares = values.map((value) => -value * unit * unit);
  const peerSquares = predicted.map((value, i) => (value - (labels[i] as number)) ** 2);
  const explained = (square: number) => 1 - square / variance;
  return { ...paired(squares.map(explained), peerSquares.map(explained)), error: root(squares), peerError: root(peerSquares) };
}

function paired(graft: readonly number[], peer: readonly number[]): Compared {
  const { estimate, low, high } = bootstrapMean(graft);
  const { estimate: difference, low: differenceLow, high: differenceHigh, p } = pairedBootstrap(graft, peer);
  return { graft: estimate, low, high, peer: estimate - difference, difference, differenceLow, differenceHigh, p };
}

function root(squares: readonly number[]): number {
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}
