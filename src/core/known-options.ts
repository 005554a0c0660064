// Options objects of public functions -> refused where one names what is not there or holds what it cannot. Called first thing by every function that
// takes one: types say the same, but not to JavaScript, nor of an object that lay in a variable.
import { fail } from './errors.ts';
import { suggest } from './nearest.ts';

type Basic = 'number' | 'string' | 'boolean' | 'function' | 'object' | 'list' | 'any';

/** What an option holds: a kind of value, the only strings it may be, or a kind with an example for the message. `any` is checked where it is used. */
export type OptionKind = Basic | readonly string[] | { readonly kind: Basic; readonly like: string };

/** The kind of every option of `T`: one left out, or one too many, does not compile. */
export type OptionKinds<T> = { readonly [K in keyof T]-?: OptionKind };

/**
 * Makes sure that `given` is an options object with known names and possible values; `undefined` counts as not given.
 * @param place what takes it, to begin an error with: `fit`.
 * @param elsewhere for names that belong elsewhere, where: the end of a sentence that begins "there is no option `epochs`; ".
 * @throws GraftError `invalid-argument`, suggesting the nearest name or the values there are.
 */
export function knownOptions<T extends object>(
  given: T | undefined,
  kinds: OptionKinds<T>,
  place: string,
  elsewhere: Readonly<Record<string, string>> = {},
): void {
  if (given === undefined) return;
  if (typeof given !== 'object' || given === null || Array.isArray(given) || isPromise(given)) {
    const names = Object.keys(kinds).map((name) => `\`${name}\``);
    fail('invalid-argument', `\`${place}\` takes its options as an object with ${listed(names)}, not ${inWords(given)}.`);
  }
  for (const [name, value] of Object.entries(given)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name as keyof T] : undefined;
    if (kind === undefined) {
      const remedy = (Object.hasOwn(elsewhere, name) && elsewhere[name]) || suggest(name, Object.keys(kinds));
      fail('invalid-argument', `\`${place}\`: there is no option \`${name}\`; ${remedy}`);
    }
    const wrong = value === undefined ? undefined : problemWith(kind, value);
    if (wrong) fail('invalid-argument', `\`${place}\`: \`${name}\` is ${inWords(value)}, but must be ${wrong}.`);
  }
}

/**
 * Makes sure that options which have no default are there.
 * @param like what each may be, to be shown: `backbone.preprocess`.
 * @throws GraftError `invalid-argument` naming the first that is missing.
 */
export function requireOptions<T extends object>(given: T, like: { readonly [K in keyof T]?: string }, place: string): void {
  for (const [name, example] of Object.entries(like)) {
    if (Object(given)[name] === undefined) fail('invalid-argument', `\`${place}\` needs \`${name}\`, for instance \`${name}: ${example}\`.`);
  }
}

/** A value as the object of a sentence: `the string 'cosine'`, `a list`, `a promise (\`await\` it)`. */
export function inWords(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return `the string '${value}'`;
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (typeof value !== 'object') return `the ${typeof value} ${String(value)}`;
  if (Array.isArray(value)) return 'a list';
  if (isPromise(value)) return 'a promise (`await` it)';
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  if (!name || name === 'Object') return Object.keys(value).length === 0 ? 'an empty object' : `an object with ${listed(Object.keys(value))}`;
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** What a value must be; nothing when it is. */
function problemWith(kind: OptionKind, value: unknown): string | undefined {
  if (typeof kind === 'string') return isOf(kind, value) ? undefined : NOUNS[kind];
  if ('kind' in kind) return isOf(kind.kind, value) ? undefined : `${NOUNS[kind.kind]}, for instance \`${kind.like}\``;
  if (kind.includes(value as string)) return undefined;
  return `one of ${kind.map((one) => `'${one}'`).join(', ')}`;
}

const NOUNS: Readonly<Record<Basic, string>> = {
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  function: 'a function',
  object: 'an object',
  list: 'a list',
  any: 'given',
};

function isOf(kind: Basic, value: unknown): boolean {
  if (kind === 'any') return true;
  if (kind === 'list') return Array.isArray(value) || ArrayBuffer.isView(value);
  if (kind === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value) && !isPromise(value);
  return typeof value === kind;
}

function isPromise(value: unknown): boolean {
  return value instanceof Promise;
}

/** The first few of many names. */
function listed(names: readonly string[]): string {
  return names.length > 6 ? `${names.slice(0, 6).join(', ')} and more` : names.join(', ');
}
