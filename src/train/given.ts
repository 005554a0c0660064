// What is given to `fit`, `transfer`, `evaluate` and the rest as model and data -> refused in a sentence where it is neither. Called before anything else.
import { fail } from '../core/errors.ts';
import { inWords } from '../core/known-options.ts';

/** @throws GraftError `invalid-argument` unless `given` is a model. */
export function requireModel(place: string, given: unknown): void {
  if (has(given, 'graph', 'logits', 'parameters')) return;
  fail('invalid-argument', `\`${place}\` takes a model as \`createModel\` and \`loadOnnx\` give it, not ${inWords(given)}.`);
}

/** @throws GraftError `invalid-argument` unless `given` is a dataset or another source of examples. */
export function requireSource(place: string, given: unknown): void {
  if (has(given, 'gather', 'length', 'inputShape')) return;
  const part = typeof given === 'object' && given !== null && Object.keys(given).find((key) => has(given[key as keyof typeof given], 'gather'));
  const remedy =
    given instanceof Promise ? '' : part ? `; give one of its parts, for instance \`${part}\`` : '; make one with `dataset({ inputs, labels })`';
  fail('invalid-argument', `\`${place}\` takes its examples as a dataset, not ${inWords(given)}${remedy}.`);
}

/** @throws GraftError `invalid-argument` unless `given` tells events. */
export function requireEvents(place: string, given: unknown): void {
  if (has(given, 'next', 'return')) return;
  fail('invalid-argument', `\`${place}\` takes what \`fit\` or \`transfer\` gives, a generator of events, not ${inWords(given)}.`);
}

function has(given: unknown, ...keys: readonly string[]): boolean {
  return typeof given === 'object' && given !== null && keys.every((key) => key in given);
}
