// What the source's classifier says of the target's examples -> which source classes stand for each target class. Called by `co-tuning`.
import { fail } from '../../core/errors.ts';
import type { ExampleSource } from '../../data/dataset.ts';
import type { Model } from '../../nn/model.ts';
import { withSourceHead } from '../../nn/source-head.ts';
import { softmaxRows } from '../../score/probabilities.ts';
import { evaluate } from '../../train/evaluate.ts';
import type { FitOptions } from '../../train/fit-options.ts';

/** Probabilities of the source's classes for some examples, and the target's class of each. */
export interface Judged {
  readonly rows: readonly Float64Array[];
  readonly labels: readonly number[];
}

/** One row for each target class: the distribution of the source's classes. */
export type Relation = readonly (readonly number[])[];

/** Asks the source's classifier on the model's features as they are. */
export async function sourceProbabilities(model: Model, temperature: number, { device, threads }: FitOptions, data: ExampleSource): Promise<Judged> {
  const { model: whole, sourceLogits } = withSourceHead(model);
  if (sourceLogits.shape.length !== 2) {
    fail('invalid-argument', `The source's classifier of model \`${model.name}\` gives scores [${sourceLogits.shape.join(', ')}], not [N, classes].`);
  }
  whole.graph.outputs.clear();
  whole.graph.output('logits', sourceLogits);
  const { classes: _, ...asked } = { ...whole, logits: sourceLogits };
  const labels: number[] = [];
  const unlabelled: ExampleSource = {
    name: data.name,
    length: data.length,
    inputShape: data.inputShape,
    inputDtype: data.inputDtype,
    classes: undefined,
    gather: async (indices) => {
      const { inputs, extras, labels: given } = await data.gather(indices);
      if (!(given instanceof Int32Array)) return fail('invalid-data', `Strategy \`co-tuning\` needs class labels, which \`${data.name}\` lacks.`);
      for (const [i, index] of Array.from(indices).entries()) labels[index] = given[i] as number;
      return { inputs, extras, labels: undefined };
    },
  };
  const { logits } = await evaluate(asked, unlabelled, { ...(device && { device }), ...(threads && { threads }) });
  const classes = logits.dims[1] as number;
  const probabilities = softmaxRows(
    logits.data.map((score) => score / temperature),
    classes,
  );
  return { rows: labels.map((_label, i) => probabilities.subarray(i * classes, (i + 1) * classes)), labels };
}

/** The mean over the examples of each class; over all where a class has none. */
export function directRelation({ rows, labels }: Judged, classes: number): Relation {
  const all = meanOf(rows);
  return Array.from({ length: classes }, (_, c) => {
    const own = rows.filter((_row, i) => labels[i] === c);
    return own.length > 0 ? meanOf(own) : all;
  });
}

/** @throws GraftError `invalid-data` for no rows. */
export function meanOf(rows: readonly Float64Array[]): number[] {
  const width = rows[0]?.length ?? fail('invalid-data', 'There are no examples to take the mean of.');
  const sum = new Float64Array(width);
  for (const row of rows) for (const [i, value] of row.entries()) sum[i] = (sum[i] as number) + value;
  return Array.from(sum, (value) => value / rows.length);
}
