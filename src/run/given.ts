// What the verbs that take paths are given -> refused where it names what is not there, and told as the call that does it again. Called by `fit` and `adapt`.
import { knownOptions, type OptionKind, type OptionKinds } from '../core/known-options.ts';
import type { GivenOptions, OptionRecords } from '../core/options.ts';
import type { OpenContext } from '../data/open/open-data.ts';
import type { dataOptions } from '../data/open/options.ts';

/** What the verbs that take paths have in common. */
export interface SharedGiven {
  /** Options of reading, for all data alike; not used where data is given that is open already. */
  readonly data?: GivenOptions<typeof dataOptions>;
  readonly formatOptions?: OpenContext['formatOptions'];
  /** Folder that the run's own is made in; default `runs`. */
  readonly runs?: string;
  /** How to do it again, for the report; default the call. */
  readonly again?: string;
  readonly signal?: AbortSignal | undefined;
}

/** What these hold. */
export const SHARED_KINDS = {
  data: { kind: 'object', like: "{ label: 'kind' }" },
  formatOptions: { kind: 'object', like: "{ delimiter: ';' }" },
  runs: 'string',
  again: 'string',
  signal: 'object',
} as const satisfies Record<keyof SharedGiven, OptionKind>;

/** The last part of a path that has a name, for a run's folder. */
export function nameOf(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? 'data';
}

/**
 * Makes sure that `given` has known names; one that is an option of a part is said to belong there.
 * @param parts records of the options that the objects in `given` hold, by its name.
 * @throws GraftError `invalid-argument`.
 */
export function requireGiven<T extends object>(given: T, kinds: OptionKinds<T>, verb: string, parts: Readonly<Record<string, OptionRecords>>): void {
  const homes = Object.entries(parts).flatMap(([part, records]) =>
    Object.keys(records).map((name): [string, string] => [name, `it is one of \`${part}\`: \`{ ${part}: { ${name}: … } }\`.`]),
  );
  knownOptions(given, kinds, verb, Object.fromEntries(homes));
}

/** The call as a program has it, for a report; what is not given and what cannot be written down is left out. */
export function callOf(verb: string, ...args: readonly (string | object)[]): string {
  const told = args.map((arg) =>
    JSON.stringify(arg, (key, value) => (key === 'signal' || (key !== '' && isEmpty(value)) ? undefined : (value as unknown))),
  );
  return `${verb}(${told.filter((arg) => arg !== '{}').join(', ')})`;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}
