// Which labels go wrong beside which others, where an example may have several: `[N, labels]` of 0 and 1 come in, counted mistakes leave. Called by reports.
import { classAt, requirePairs, rowsOf } from './checks.ts';

/** A mistake about one label, seen together with another label of the same examples. */
export interface LabelMistake {
  /**
   * `swapped`: `label` is missed and `other` wrongly given. `missed`: `label` is missed where `other` is rightly given. `added`: `label` is wrongly given where
   * `other` is rightly given.
   */
  readonly kind: 'swapped' | 'missed' | 'added';
  readonly label: number;
  readonly other: number;
  readonly count: number;
  /** Examples where it could have happened: those with `label` and without `other`, with both, or with `other` and without `label`. */
  readonly of: number;
}

/**
 * All of them, the most frequent first.
 * @param truth `[N, labels]` of 0 and 1; `predicted` likewise.
 * @throws GraftError `invalid-shape` when the lengths differ or are not whole rows, `invalid-data` for another number than 0 or 1, or no examples.
 */
export function labelMistakes(truth: ArrayLike<number>, predicted: ArrayLike<number>, labels: number): LabelMistake[] {
  requirePairs(truth, predicted, 'predictions');
  const counts = new Map<string, { kind: LabelMistake['kind']; label: number; other: number; count: number }>();
  const [having, both] = [new Float64Array(labels), new Map<number, number>()];
  const add = (kind: LabelMistake['kind'], label: number, other: number) => {
    const key = `${kind} ${label} ${other}`;
    const entry = counts.get(key) ?? { kind, label, other, count: 0 };
    counts.set(key, entry);
    entry.count++;
  };
  for (let row = 0; row < rowsOf(truth, labels, 'labels'); row++) {
    const all = Array.from({ length: labels }, (_, label) => label);
    const has = all.map((label) => classAt(truth, row * labels + label, 2, 'Label') === 1);
    const given = all.map((label) => classAt(predicted, row * labels + label, 2, 'Prediction') === 1);
    const [own, missed] = [all.filter((label) => has[label]), all.filter((label) => has[label] && !given[label])];
    const [found, added] = [own.filter((label) => given[label]), all.filter((label) => given[label] && !has[label])];
    for (const label of own) {
      having[label] = (having[label] as number) + 1;
      for (const other of own) both.set(label * labels + other, (both.get(label * labels + other) ?? 0) + 1);
    }
    for (const label of missed) for (const other of added) add('swapped', label, other);
    for (const other of found) {
      for (const label of missed) add('missed', label, other);
      for (const label of added) add('added', label, other);
    }
  }
  const possible = ({ kind, label, other }: Pick<LabelMistake, 'kind' | 'label' | 'other'>) => {
    const together = both.get(label * labels + other) ?? 0;
    if (kind === 'missed') return together;
    return (having[kind === 'swapped' ? label : other] as number) - together;
  };
  return [...counts.values()].map((entry) => ({ ...entry, of: possible(entry) })).sort((a, b) => b.count - a.count);
}
