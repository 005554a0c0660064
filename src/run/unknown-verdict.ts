// Which inputs are flagged as unlike anything seen, and how often that is wrong: what `fit` found comes in, a threshold with its errors leaves. Called by the verdict.
import type { Tensor } from '../core/tensor.ts';
import { takeLabels } from '../data/labels.ts';
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

/** How far the flag can be trusted, for people. @param unknown left out where the model has none. */
export function unknownText(unknown: Unknown | undefined): string {
  if (!unknown) return 'Inputs unlike anything seen are not flagged: there were too few examples to choose by to say what is usual.';
  const { output, means, wronglyFlagged, missed } = unknown;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const how =
    output || means ? 'is far from the mean of every class' : 'is given to no class with much probability, which few inputs of another kind are';
  const left = missed === undefined ? '' : ` Of examples of a class whose mean is left out (each in turn), ${percent(missed)} are not flagged.`;
  return `An input that ${how} is flagged as unlike anything seen: wrongly for ${percent(wronglyFlagged)} of the examples that it was measured on.${left}`;
}

function byDistance({ data, goal, looks, test, validationLabels }: DataFit): Unknown | undefined {
  if (!looks) return undefined;
  return flagByMeans(goal.outputs, {
    learnt: { looks: looks.train, labels: takeLabels(data.labels, data.parts.train) as Int32Array },
    choosing: { looks: looks.validation, labels: validationLabels as Int32Array },
    ...(test && looks.test && { measured: { looks: looks.test, labels: test.labels as Int32Array } }),
  });
}

/** What rows of a part look like, `[N, D]`, and their classes. */
export interface LookedAt {
  readonly looks: Tensor<'float32'>;
  readonly labels: Int32Array;
}

/** Parts of the known rows. */
export interface FlagParts {
  /** Whose class means are the measure. */
  readonly learnt: LookedAt;
  /** By which the threshold is chosen. */
  readonly choosing: LookedAt;
  /** On which its errors are measured; default those that it was chosen by. */
  readonly measured?: LookedAt;
}

/** The threshold of the distance to the nearest class mean, with its errors; nothing where there are too few rows to promise anything. */
export function flagByMeans(
  classes: number,
  { learnt, choosing, measured: given }: FlagParts,
): (Unknown & { readonly means: number[][] }) | undefined {
  const all = classMeans(learnt.looks.data, learnt.labels, classes);
  const means = all.filter((mean) => mean !== undefined);
  const place = all.map((mean) => (mean ? means.indexOf(mean) : -1));
  const part = ({ looks, labels }: LookedAt) =>
    partOf(
      distancesToMeans(looks.data, means),
      labels.map((label) => place[label] as number),
    );
  const validation = part(choosing);
  const measured = given ? part(given) : validation;
  const lowest = unknownThreshold(validation.familiarity);
  if (lowest === -Number.MAX_VALUE) return undefined;
  const { data } = choosing.looks;
  const size = data.reduce((sum, value) => sum + value * value, 0) / data.length;
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
