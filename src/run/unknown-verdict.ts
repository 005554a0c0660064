// Which inputs are flagged as unlike anything seen, and how often that is wrong: what `fit` found comes in, a threshold with its errors leaves. Called by the verdict.
import type { Tensor } from '../core/tensor.ts';
import { type Labels, takeLabels } from '../data/labels.ts';
import type { DataFit } from '../plan/fit-data.ts';
import { classMeans, distancesToMeans, highestProbabilities, shareFlagged, unknownThreshold } from '../score/unknown.ts';
import type { ModelInfo } from './model-info.ts';

/** What the graph computes in 32 bits may lie so far below, as a share: rows of few kinds are many as familiar as the threshold, and are not to be flagged. */
const ROUNDING = 1e-5;

/** What `model.json` says of the flag, and the class means that the graph is to measure distances from. */
export type Unknown = NonNullable<ModelInfo['unknown']>;

/**
 * By the distance to the nearest class mean, of rows in standardised columns, of pictures and texts in the features that the head reads; by the highest probability
 * where neither is known.
 * @param scores of the part that the run is measured on.
 * @param temperature that scores are divided by.
 */
export function unknownVerdict(fitted: DataFit, scores: Tensor<'float32'>, temperature: number): Unknown | undefined {
  const { goal, chosen } = fitted;
  const found = byDistance(fitted);
  if (found) return found;
  const threshold = unknownThreshold(highestProbabilities(chosen.validation.data, goal.outputs, temperature));
  if (threshold <= 0) return undefined;
  return { threshold, wronglyFlagged: shareFlagged(highestProbabilities(scores.data, goal.outputs, temperature), threshold).estimate };
}

/** How far the flag can be trusted, for people. */
export function unknownText({ output, means, wronglyFlagged, missed }: Unknown): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const how =
    output || means ? 'is far from the mean of every class' : 'is given to no class with much probability, which few inputs of another kind are';
  const left = missed === undefined ? '' : ` Of examples of a class whose mean is left out (each in turn), ${percent(missed)} are not flagged.`;
  return `An input that ${how} is flagged as unlike anything seen: wrongly for ${percent(wronglyFlagged)} of the examples that it was measured on.${left}`;
}

function byDistance({ data, goal, looks, test, validationLabels }: DataFit): Unknown | undefined {
  if (!looks) return undefined;
  const all = classMeans(looks.train.data, takeLabels(data.labels, data.parts.train) as Int32Array, goal.outputs);
  const means = all.filter((mean) => mean !== undefined);
  const place = all.map((mean) => (mean ? means.indexOf(mean) : -1));
  const part = (rows: Tensor<'float32'>, labels: Labels) =>
    partOf(
      distancesToMeans(rows.data, means),
      (labels as Int32Array).map((label) => place[label] as number),
    );
  const validation = part(looks.validation, validationLabels);
  const measured = test && looks.test ? part(looks.test, test.labels) : validation;
  const lowest = unknownThreshold(validation.familiarity);
  // Too few validation examples to promise anything.
  if (lowest === -Number.MAX_VALUE) return undefined;
  const size = looks.validation.data.reduce((sum, value) => sum + value * value, 0) / looks.validation.data.length;
  const threshold = lowest - ROUNDING * (size - lowest);
  const wronglyFlagged = shareFlagged(measured.familiarity, threshold).estimate;
  const missed = missedOf(measured, validation, means.length);
  return { threshold, wronglyFlagged, ...(missed !== undefined && { missed }), means };
}

/** Examples by their nearest class means. */
interface Part {
  /** The place of each one's own mean. */
  readonly places: Int32Array;
  /** The place of its nearest mean, how familiar it is by that, and how familiar by the next, if that one was not there. */
  readonly nearest: Int32Array;
  readonly familiarity: Float64Array;
  readonly next: Float64Array;
}

/** @param distances `[N, means]`. */
function partOf(distances: Float64Array, places: Int32Array): Part {
  const means = distances.length / places.length;
  const nearest = new Int32Array(places.length);
  const [familiarity, next] = [new Float64Array(places.length), new Float64Array(places.length)];
  for (let row = 0; row < places.length; row++) {
    let [least, second, at] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
    for (let c = 0; c < means; c++) {
      const distance = distances[row * means + c] as number;
      if (distance < least) [least, second, at] = [distance, least, c];
      else if (distance < second) second = distance;
    }
    nearest[row] = at;
    familiarity[row] = -least;
    next[row] = -second;
  }
  return { places, nearest, familiarity, next };
}

/** How familiar a row is without one of the means. */
const familiarityWithout = ({ nearest, familiarity, next }: Part, row: number, mean: number) =>
  (nearest[row] === mean ? next : familiarity)[row] as number;

/**
 * As if each class were new: its mean is left out, the threshold chosen on the validation rows of the others. Nothing where fewer than two others are left.
 */
function missedOf(measured: Part, validation: Part, classes: number): number | undefined {
  if (classes < 3) return undefined;
  const rows = Array.from(validation.places.keys());
  const thresholds = Array.from({ length: classes }, (_, c) => {
    const known = rows.filter((row) => validation.places[row] !== c).map((row) => familiarityWithout(validation, row, c));
    return known.length === 0 ? undefined : unknownThreshold(known);
  });
  let [missed, count] = [0, 0];
  measured.places.forEach((own, row) => {
    const threshold = thresholds[own];
    if (threshold === undefined) return;
    count++;
    if (familiarityWithout(measured, row, own) >= threshold) missed++;
  });
  return count === 0 ? undefined : missed / count;
}
