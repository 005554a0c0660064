// A linear model on features, with the penalty that fits the validation examples best: features and labels in, model and scores out. Called by the plan.
import { fail } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Labels } from '../data/labels.ts';
import type { Design } from '../methods/probes/design.ts';
import { type LinearModel, linearScores, linearTrainer } from '../methods/probes/linear.ts';
import { type Goal, goalScores } from './goal.ts';

/** Features with the labels of the same examples. */
export interface LabelledDesign {
  readonly design: Design;
  readonly labels: Labels;
}

/** What {@link linearProbe} found. */
export interface LinearProbe {
  readonly linear: LinearModel;
  /** The penalty that was chosen. */
  readonly l2: number;
  /** Scores of the validation examples, `[N, C]`. */
  readonly validation: Tensor<'float32'>;
  /** For each penalty tried its loss on the validation examples, the strongest first. */
  readonly path: readonly { readonly l2: number; readonly loss: number }[];
}

/** Penalties tried, for features of about size 1 and deviation 1: from hardly any freedom to hardly any penalty. */
const PENALTIES = [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5];
/** What {@link linearProbe} counts its progress in. */
export const STRENGTHS = 'strengths of the penalty';
/** After so many penalties in a row that are no better, weaker ones are not tried. */
const PATIENCE = 3;

/**
 * @param train of features of about the same size each; both designs are released.
 * @param enough asked after each step: whether time is up; what was found until then is kept.
 * @throws GraftError `aborted` when the signal says so.
 */
export async function linearProbe(
  goal: Goal,
  train: LabelledDesign,
  validation: LabelledDesign,
  {
    signal,
    enough = () => false,
    progress = () => undefined,
  }: { signal?: AbortSignal | undefined; enough?: () => boolean; progress?: (done: number, of: number) => void } = {},
): Promise<LinearProbe> {
  const trainer = await linearTrainer(train.design, train.labels, { loss: goal.loss, outputs: goal.outputs });
  try {
    const path: { l2: number; loss: number }[] = [];
    let best: { linear: LinearModel; l2: number; loss: number; scores: Tensor<'float32'> } | undefined;
    let start: LinearModel | undefined;
    let worse = 0;
    for (const [i, l2] of PENALTIES.entries()) {
      const fitted = await trainer.fit(l2, start, { signal, enough });
      if (signal?.aborted) fail('aborted', 'The linear probe was stopped.');
      start = fitted;
      const scores = await linearScores(validation.design, fitted);
      const { loss } = goalScores(goal, scores, validation.labels);
      path.push({ l2, loss });
      progress(i + 1, PENALTIES.length);
      if (best && loss >= best.loss) worse++;
      else {
        best = { linear: fitted, l2, loss, scores };
        worse = 0;
      }
      if (worse === PATIENCE || enough()) break;
    }
    if (!best) return fail('internal', 'No penalty was tried.');
    return { linear: best.linear, l2: best.l2, validation: best.scores, path };
  } finally {
    await trainer.release();
    await validation.design.release();
  }
}
