// What is given to `fit`, `transfer`, `evaluate` and the rest as data, events and files -> refused in a sentence where it is none. Called before anything else.
import { statSync } from 'node:fs';
import { fail } from '../core/errors.ts';
import { inWords } from '../core/known-options.ts';

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

/**
 * Told before work is done for it.
 * @param like such a name, for the message.
 * @throws GraftError `invalid-argument` unless `path` is a name that a file may be written to.
 */
export function requireFile(place: string, path: unknown, like: string): void {
  requirePath(place, path, like);
  if (/[\\/]$/.test(path as string) || statSync(path as string, { throwIfNoEntry: false })?.isDirectory())
    fail('invalid-argument', `\`${place}\` writes one file, but "${path}" is a folder; name a file in it, such as "${like}".`);
}

/** @throws GraftError `invalid-argument` unless `path` is text. */
export function requirePath(place: string, path: unknown, like: string): void {
  if (typeof path !== 'string' || path === '')
    fail('invalid-argument', `\`${place}\` takes the path of the file, such as "${like}", not ${inWords(path)}.`);
}

function has(given: unknown, ...keys: readonly string[]): boolean {
  return typeof given === 'object' && given !== null && keys.every((key) => key in given);
}
