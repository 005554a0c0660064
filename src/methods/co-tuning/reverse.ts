// p(source class | target class) by Bayes' rule: a logistic regression tells target classes from the source's probabilities. Called by `co-tuning`.
import { type Judged, meanOf, type Relation } from './relation.ts';

/** Strengths of the regression's penalty |W|^2 / (2 C) that are tried, the strongest first. */
const STRENGTHS = [1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4];
/** Every so many-th example of a class tells which strength is best, and how sure the regression should be. */
const HELD_OUT = 5;
/** Examples that the regression learns from at most: its time grows with their square. */
const MOST = 500;
const STEPS = 300;
/** Factors of the regression's scores that are tried for its calibration. */
const SCALES = Array.from({ length: 81 }, (_, i) => 2 ** (i / 10 - 4));

/**
 * p(s | t) in proportion to p(t | s) p(s): p(s) is the mean of the source's probabilities, p(t | s) is what the regression, without intercept, says of an
 * example that is wholly s. Among the strengths of its penalty the one that is right most often on the examples held out is taken, of equal ones the weakest.
 */
export function reverseRelation({ rows, labels }: Judged, classes: number): Relation {
  const places = evenly(labels.length, MOST);
  const seen = new Map<number, number>();
  const [learn, held]: [number[], number[]] = [[], []];
  for (const i of places) {
    const label = labels[i] as number;
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    (count % HELD_OUT === 0 ? held : learn).push(i);
  }
  const judging = held.length > 0 ? held : learn;
  const at = (indices: readonly number[]) => indices.map((i) => rows[i] as Float64Array);
  const classOf = (indices: readonly number[]) => indices.map((i) => labels[i] as number);
  const [known, asked] = [at(learn), at(judging)];
  const fitted = regressions(known, classOf(learn), classes);
  const similar = asked.map((row) => known.map((other) => dot(row, other)));
  const scored = fitted.map((weights) => similar.map((row) => combine(row, weights, classes)));
  const right = scored.map((scores) => scores.filter((row, i) => row.indexOf(Math.max(...row)) === classOf(judging)[i]).length);
  const best = right.lastIndexOf(Math.max(...right));
  const scale = calibration(scored[best] as number[][], classOf(judging));
  const marginal = meanOf(rows);
  const weights = fitted[best] as readonly Float64Array[];
  const joint = marginal.map((p, s) => {
    const column = known.map((row) => row[s] as number);
    return softmax(combine(column, weights, classes).map((score) => score * scale)).map((share) => share * p);
  });
  return Array.from({ length: classes }, (_, c) => {
    const shares = joint.map((row) => row[c] as number);
    const sum = shares.reduce((a, b) => a + b, 0);
    return shares.map((share) => share / sum);
  });
}

/**
 * For each strength a row of coefficients for each example: W = sum_i a_i p_i^T, since the optimum lies in the examples' span. Accelerated gradient
 * descent (Nesterov 1983) on the scores, each strength from the one before.
 */
function regressions(rows: readonly Float64Array[], labels: readonly number[], classes: number): Float64Array[][] {
  const kernel = rows.map((row) => rows.map((other) => dot(row, other)));
  // The greatest eigenvalue is at most the greatest sum of a row; half of it bounds the curvature of the softmax.
  const curvature = Math.max(...kernel.map((row) => row.reduce((a, b) => a + Math.abs(b), 0))) / 2;
  let start = rows.map(() => new Float64Array(classes));
  return STRENGTHS.map((strength) => {
    const rate = 1 / (curvature + 1 / strength);
    let [now, before] = [start, start];
    for (let step = 0; step < STEPS; step++) {
      const pull = step / (step + 3);
      const ahead = now.map((row, i) => row.map((value, c) => value + pull * (value - (before[i]?.[c] as number))));
      before = now;
      now = ahead.map((row, i) => {
        const shares = softmax(combine(kernel[i] as number[], ahead, classes));
        return row.map((value, c) => value - rate * ((shares[c] as number) - (labels[i] === c ? 1 : 0) + value / strength));
      });
    }
    start = now;
    return now;
  });
}

/** sum_i w_i a_i: scores of the classes. */
function combine(weights: readonly number[], rows: readonly Float64Array[], classes: number): number[] {
  const scores = new Array<number>(classes).fill(0);
  rows.forEach((row, i) => {
    const weight = weights[i] as number;
    for (let c = 0; c < classes; c++) scores[c] = (scores[c] as number) + weight * (row[c] as number);
  });
  return scores;
}

/** The factor of the scores that makes the labels likeliest. */
function calibration(scores: readonly (readonly number[])[], labels: readonly number[]): number {
  const surprise = (scale: number) =>
    scores.reduce(
      (sum, row, i) => sum - Math.log(Math.max(Number.MIN_VALUE, softmax(row.map((score) => score * scale))[labels[i] as number] as number)),
      0,
    );
  return SCALES.reduce((best, scale) => (surprise(scale) < surprise(best) ? scale : best));
}

function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const shares = scores.map((score) => Math.exp(score - highest));
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

/** At most `most` of the places below `count`, evenly spread. */
function evenly(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.floor((i * count) / most));
}
