// The size of an image as transforms take it. Called by those that make images of another size.
import { fail } from '../core/errors.ts';
import { inWords } from '../core/known-options.ts';

/** @throws GraftError `invalid-argument` unless it is a pair. */
export function requireSize(place: string, size: unknown): void {
  if (Array.isArray(size) && size.length === 2) return;
  const remedy = typeof size === 'number' ? `[${size}, ${size}]` : '[28, 28]';
  fail('invalid-argument', `\`${place}\` takes [height, width], for instance ${remedy}, not ${inWords(size)}.`);
}
