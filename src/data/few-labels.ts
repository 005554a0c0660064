// A dataset with few labels a class, and the rest of it for testing. Called by experiments on transfer.
import { fail } from '../core/errors.ts';
import { type Dataset, subset } from './dataset.ts';
import { fewPerClass } from './split.ts';

/**
 * Draws `perClass` examples of each class to learn from; all others are for testing.
 * @param perClass whole number >= 1.
 * @throws GraftError `invalid-data` when the labels are no classes, when a class has too few examples, or when none would be left for testing.
 */
export function fewLabels(source: Dataset, perClass: number, seed: number): { train: Dataset; test: Dataset } {
  const { name, labels, classes } = source;
  if (!Number.isInteger(perClass) || perClass < 1)
    fail('invalid-argument', `\`fewLabels\`: \`perClass\` (=${perClass}) must be a whole number of examples >= 1 for each class.`);
  if (!(labels instanceof Int32Array)) return fail('invalid-data', `\`${name}\` has no class labels to draw by; give it some.`);
  if (classes && perClass * classes.length === labels.length && classes.every((_, c) => labels.filter((label) => label === c).length === perClass)) {
    const most = perClass - 1;
    const remedy = most > 0 ? `ask for at most ${most}` : 'add examples';
    fail('invalid-data', `\`${name}\` has ${perClass} examples of each class, so ${perClass} a class would leave none for testing; ${remedy}.`);
  }
  const { chosen, rest } = fewPerClass(labels, perClass, seed, classes);
  return { train: subset(source, chosen, `${name}, ${perClass} a class`), test: subset(source, rest, `${name}, the rest`) };
}
