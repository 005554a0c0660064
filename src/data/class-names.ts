// Names of classes: whether they are names, and whether two sides that go together mean the same by an index. Called by datasets, models and training.
import { type ErrorCode, fail } from '../core/errors.ts';
import { inWords } from '../core/known-options.ts';

/** '0', '1', ...: what classes are called when nobody named them. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

/** @throws GraftError when the names are no list of strings, or two are the same. */
export function checkClassNames(classes: readonly string[], code: ErrorCode, place: string): void {
  if (!Array.isArray(classes))
    fail(code, `\`classes\` of ${place} are ${inWords(classes)}; give a list of names, in the order of the class indices.`);
  const odd = classes.findIndex((name) => typeof name !== 'string');
  if (odd >= 0) fail(code, `\`classes\` of ${place}: class ${odd} is ${inWords(classes[odd])}; give names as strings.`);
  const twice = classes.findIndex((name, i) => classes.indexOf(name) !== i);
  if (twice < 0) return;
  const name = classes[twice] as string;
  fail(code, `\`classes\` of ${place} names "${name}" twice, at ${classes.indexOf(name)} and ${twice}; give each class a name of its own.`);
}

/** Where two lists of as many names differ, in words; nothing where they agree or the first only counts its classes. */
export function differenceOfClasses(
  given: readonly string[],
  own: readonly string[],
): { readonly at: number; readonly reordered: boolean } | undefined {
  if (given.every((name, i) => name === String(i))) return undefined;
  const at = given.findIndex((name, i) => name !== own[i]);
  return at < 0 ? undefined : { at, reordered: given.every((name) => own.includes(name)) };
}
