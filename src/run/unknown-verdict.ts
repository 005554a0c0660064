// Which inputs are flagged as unlike anything seen, and how often that is wrong: what `fit` found comes in, a threshold with its errors leaves. Called by the verdict.
import type { Tensor } from '../core/tensor.ts';
import { takeLabels } from '../data/labels.ts';
import type { DataFit } from '../plan/fit-data.ts';
import { encodeRows } from '../plan/table-encoder.ts';
import { classMeans, highestProbabilities, nearnessToMeans, shareFlagged, unknownThreshold } from '../score/unknown.ts';
import type { ModelInfo } from './model-info.ts';

/** Numbers of class means that are kept; of more, the highest probability is taken. */
const MOST_NUMBERS = 2 ** 16;

/**
 * Rows of a table are flagged by the distance to the nearest class mean, in standardised columns; pictures and texts by the highest probability.
 * @param scores of the part that the run is measured on.
 * @param temperature that scores are divided by.
 */
export function unknownVerdict(fitted: DataFit, scores: Tensor<'float32'>, temperature: number): ModelInfo['unknown'] {
  const { goal, chosen } = fitted;
  const found = byDistance(fitted);
  if (found) return found;
  const threshold = unknownThreshold(highestProbabilities(chosen.validation.data, goal.outputs, temperature));
  if (threshold <= 0) return undefined;
  return { threshold, wronglyFlagged: shareFlagged(highestProbabilities(scores.data, goal.outputs, temperature), threshold).estimate };
}

function byDistance({ data, goal, reading, features, test, validationLabels }: DataFit): ModelInfo['unknown'] {
  if (reading.kind !== 'table' || !features) return undefined;
  const all = classMeans(features.train.data, takeLabels(data.labels, data.parts.train) as Int32Array, goal.outputs);
  const means = all.filter((mean) => mean !== undefined);
  if (means.length * (means[0]?.length ?? 0) > MOST_NUMBERS) return undefined;
  const threshold = unknownThreshold(nearnessToMeans(features.validation.data, means));
  // Too few validation examples to promise anything.
  if (threshold === -Number.MAX_VALUE) return undefined;
  const measured = test ? encodeRows(reading.encoding, data.table.columns, test.rows) : features.validation;
  const wronglyFlagged = shareFlagged(nearnessToMeans(measured.data, means), threshold).estimate;
  const missed = missedOf(measured, (test?.labels ?? validationLabels) as Int32Array, all, {
    rows: features.validation,
    labels: validationLabels as Int32Array,
  });
  return { threshold, wronglyFlagged, ...(missed !== undefined && { missed }), means };
}

/** As if each class were new: its mean is left out, the threshold chosen on the validation rows of the others. Nothing where less than two others are left. */
function missedOf(
  measured: Tensor<'float32'>,
  labels: Int32Array,
  means: readonly (readonly number[] | undefined)[],
  validation: { readonly rows: Tensor<'float32'>; readonly labels: Int32Array },
): number | undefined {
  if (means.filter((mean) => mean !== undefined).length < 3) return undefined;
  let [missed, count] = [0, 0];
  for (const c of new Set(labels)) {
    const others = means.filter((mean, other) => mean !== undefined && other !== c) as (readonly number[])[];
    const known = rowsWhere(validation.rows, validation.labels, (label) => label !== c);
    const own = rowsWhere(measured, labels, (label) => label === c);
    if (known.length === 0) continue;
    const threshold = unknownThreshold(nearnessToMeans(known, others));
    const familiarity = nearnessToMeans(own, others);
    missed += familiarity.filter((value) => value >= threshold).length;
    count += familiarity.length;
  }
  return count === 0 ? undefined : missed / count;
}

function rowsWhere({ dims, data }: Tensor<'float32'>, labels: Int32Array, is: (label: number) => boolean): Float32Array {
  const width = dims[1] as number;
  return data.filter((_, i) => is(labels[Math.floor(i / width)] as number));
}
