// How far predictions agree with their surroundings: with those of the nearest rows, and with the vote of other predictions. No label is looked at.
// Called where an adapted model is chosen.
import { fail } from '../../core/errors.ts';

/**
 * Mean share of the nearest rows of each row that are predicted as it is: classes that lie together are told apart where nothing lies.
 * Saito et al. 2021, Tune it the right way (arXiv:2108.10860), has the soft form of it; here neighbours vote with one voice each.
 * @param predicted classes `[N]`.
 * @param nearest rows `[N, k]`, of each row its nearest.
 */
export function neighbourAgreementOf(predicted: ArrayLike<number>, nearest: ArrayLike<number>): number {
  const length = predicted.length;
  const k = nearest.length / length;
  if (!Number.isInteger(k) || k < 1) fail('invalid-shape', `There are ${nearest.length} neighbours for ${length} rows; give as many for each.`);
  let same = 0;
  for (let i = 0; i < nearest.length; i++) if (predicted[nearest[i] as number] === predicted[Math.floor(i / k)]) same++;
  return same / nearest.length;
}

/**
 * Share of rows that are predicted as the mean of several predictions has it: EnsV, Hu et al. 2023, Towards realistic unsupervised fine-tuning and model
 * selection (Ensemble-based validation), where the ensemble stands in for the labels.
 * @param predicted classes `[N]`.
 * @param vote classes `[N]`.
 */
export function voteAgreement(predicted: ArrayLike<number>, vote: ArrayLike<number>): number {
  if (predicted.length !== vote.length)
    fail('invalid-shape', `There are ${predicted.length} predictions but ${vote.length} votes; give one for each.`);
  let same = 0;
  for (let i = 0; i < predicted.length; i++) if (predicted[i] === vote[i]) same++;
  return same / Math.max(1, predicted.length);
}
