// A linear model on features, with the penalty that fits the validation examples best: features and labels in, model and scores out. Called by the plan.
import { fail } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Labels } from '../data/labels.ts';
import { denseDesign } from '../methods/probes/design.ts';
import { type LinearModel, linearScores, linearTrainer } from '../methods/probes/linear.ts';
import { type Goal, goalScores } from './goal.ts';
import { type Standard, standardised, standardOf, unstandardised } from './standardise.ts';

/** Features with the labels of the same examples. */
export interface LabelledFeatures {
  readonly features: Tensor<'float32'>;
  readonly labels: Labels;
}

/** What {@link linearProbe} found. */
export interface LinearProbe {
  /** On features as they are given. */
  readonly linear: LinearModel;
  /** The penalty that was chosen. */
  readonly l2: number;
  /** Scores of the validation examples, `[N, C]`. */
  readonly validation: Tensor<'float32'>;
  /** For each penalty tried its loss on the validation examples, the strongest first. */
  readonly path: readonly { readonly l2: number; readonly loss: number }[];
}

/** Penalties tried, for standardised features: from hardly any freedom to hardly any penalty. */
const PENALTIES = [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4];
/** After so many penalties in a row that are no better, weaker ones are not tried. */
const PATIENCE = 3;

/** @throws GraftError `aborted` when the signal says so. */
export async function linearProbe(
  goal: Goal,
  train: LabelledFeatures,
  validation: LabelledFeatures,
  { signal, progress = () => undefined }: { signal?: AbortSignal | undefined; progress?: (done: number, of: number) => void } = {},
): Promise<LinearProbe> {
  const standard: Standard = standardOf(train.features);
  const design = await denseDesign(standardised(train.features, standard), goal.outputs);
  const held = await denseDesign(standardised(validation.features, standard), goal.outputs);
  const trainer = await linearTrainer(design, train.labels, { loss: goal.loss, outputs: goal.outputs });
  try {
    const path: { l2: number; loss: number }[] = [];
    let best: { linear: LinearModel; l2: number; loss: number; scores: Tensor<'float32'> } | undefined;
    let start: LinearModel | undefined;
    let worse = 0;
    for (const [i, l2] of PENALTIES.entries()) {
      if (signal?.aborted) fail('aborted', 'The linear probe was stopped.');
      const fitted = await trainer.fit(l2, start, { signal });
      start = fitted;
      const scores = await linearScores(held, fitted);
      const { loss } = goalScores(goal, scores, validation.labels);
      path.push({ l2, loss });
      progress(i + 1, PENALTIES.length);
      if (best && loss >= best.loss) worse++;
      else {
        best = { linear: fitted, l2, loss, scores };
        worse = 0;
      }
      if (worse === PATIENCE) break;
    }
    if (!best) return fail('internal', 'No penalty was tried.');
    return { linear: unstandardised(best.linear, standard), l2: best.l2, validation: best.scores, path };
  } finally {
    await trainer.release();
    await held.release();
  }
}
