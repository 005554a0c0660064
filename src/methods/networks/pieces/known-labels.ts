// The few rows of the target that were labelled by hand, where a network learns from both domains at once: how often they come, and how the graph knows their labels.
// Called where such a training is made.
import { tensorOf } from '../../../core/tensor.ts';
import type { Dim } from '../../../graph/types.ts';
import type { KnownRows } from '../../domains/pieces/domain-method.ts';
import type { PairedModel } from './paired-model.ts';

/** Name of the input that takes which rows of the target a batch holds, int64 `[N]`. */
export const TARGET_ROWS = 'target rows';

/** Where few are known, one in so many of the target's rows that come is. */
const ONE_IN = 8;

/** One in how many of the target's rows that come is a known one: as many as there are, but no fewer than {@link ONE_IN} says, and others too where there are others. */
export function spacing(known: number, length: number): number {
  return known === length ? 1 : Math.min(ONE_IN, Math.max(2, Math.round(length / known)));
}

/**
 * The paired model with the labels of a batch's rows of the target. They are a constant of the graph: a run that was stopped goes on with the same ones alone.
 * @param length rows of the target.
 */
export function withKnownLabels(paired: PairedModel, { rows, labels }: KnownRows, length: number): PairedModel {
  const { model } = paired;
  const { graph: g } = model;
  const all = new Array<number>(length).fill(-1);
  rows.forEach((row, i) => {
    all[row] = labels[i] as number;
  });
  const asked = g.input(TARGET_ROWS, 'int64', [model.input.shape[0] as Dim]);
  const known = g.gather(g.constant(tensorOf('int64', all)), asked);
  return { ...paired, model: { ...model, extras: [...(model.extras ?? []), asked] }, known };
}
