// What is given as a model -> refused in a sentence where it is none. Called first thing by what takes one.
import { fail } from '../core/errors.ts';
import { inWords } from '../core/known-options.ts';

/** @throws GraftError `invalid-argument` unless `given` is a model. */
export function requireModel(place: string, given: unknown): void {
  const is = typeof given === 'object' && given !== null && ['graph', 'logits', 'parameters'].every((key) => key in given);
  if (!is) fail('invalid-argument', `\`${place}\` takes a model as \`createModel\` and \`loadOnnx\` give it, not ${inWords(given)}.`);
}
