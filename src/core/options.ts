// Option records: each option is written once, with its default, range, unit and help. Called by optimisers, schedules and methods to check what they
// were given; the CLI's flags, the studio's forms and the docs read the same records.
import { fail } from './errors.ts';
import { nearest, suggest } from './nearest.ts';

/** Where a number may lie; a missing side reaches to any finite number. */
export interface OptionRange {
  /** Smallest value allowed. */
  min?: number;
  /** Greatest value allowed; `Infinity` lets infinity itself in. */
  max?: number;
  /** Values must be greater than this. */
  above?: number;
  /** Values must be less than this. */
  below?: number;
}

/** One option. Its type is that of its default. */
export interface OptionRecord {
  default: number | boolean | string;
  /** For numbers. */
  range?: OptionRange;
  /** For numbers: only whole ones. */
  integer?: boolean;
  /** For strings: the only values allowed. */
  values?: readonly string[];
  /** For strings without a list: what one may look like, for errors. */
  example?: string;
  /** Such as `steps` or `s`; left out where there is none. */
  unit?: string;
  /** One sentence for the CLI, the form and the docs. */
  help: string;
}

/** Options by name. */
export type OptionRecords = Record<string, OptionRecord>;

/** The resolved options of `D`: every name present, typed after its default or its list of values. */
export type OptionsOf<D extends OptionRecords> = {
  readonly [K in keyof D]: D[K]['values'] extends readonly (infer V)[] ? V : Widened<D[K]['default']>;
};

/** What a caller may give for the options `D`: any of them. */
export type GivenOptions<D extends OptionRecords> = Partial<OptionsOf<D>>;

type Widened<T> = T extends number ? number : T extends boolean ? boolean : string;

/**
 * Takes a table of option records as it is, keeping its exact type for {@link OptionsOf}.
 * @throws GraftError `internal` when a default breaks its own record.
 */
export function defineOptions<const D extends OptionRecords>(records: D): D {
  for (const [name, record] of Object.entries(records)) {
    const wrong = problemWith(record, record.default);
    if (wrong) fail('internal', `The default of option \`${name}\` (=${show(record.default)}) ${wrong}.`);
  }
  return records;
}

/**
 * Checks the options that were given and fills in the defaults of the others; `undefined` counts as not given.
 * @param place where the options were given, to begin an error with: "optimiser `adam`".
 * @throws GraftError `invalid-argument` for a name that is not an option (suggesting the nearest), a value of the wrong type, out of range or not in the list.
 */
export function resolveOptions<D extends OptionRecords>(records: D, given: GivenOptions<D>, place: string): OptionsOf<D> {
  const resolved: Record<string, unknown> = Object.fromEntries(Object.entries(records).map(([name, record]) => [name, record.default]));
  for (const [name, value] of Object.entries(given)) {
    const record = Object.hasOwn(records, name) ? records[name] : undefined;
    if (!record) fail('invalid-argument', `${place}: there is no option \`${name}\`; ${suggest(name, Object.keys(records))}`);
    if (value === undefined) continue;
    const wrong = problemWith(record, value);
    if (wrong)
      fail('invalid-argument', `${place}: \`${name}\` (=${show(value)}) ${wrong}; its default is ${show(record.default)}.${meant(record, value)}`);
    resolved[name] = value;
  }
  return resolved as OptionsOf<D>;
}

/** What is wrong with a value, as the rest of a sentence that begins with it; nothing when it is in order. */
function problemWith(record: OptionRecord, value: unknown): string | undefined {
  const type = typeof record.default;
  if (typeof value !== type) return `must be a ${type}${record.example === undefined ? '' : `, for instance ${show(record.example)}`}`;
  if (record.values && !record.values.includes(value as string)) return `must be one of ${record.values.map(show).join(', ')}`;
  if (typeof value !== 'number') return undefined;
  const { min, max, above, below } = record.range ?? {};
  const inside =
    (Number.isFinite(value) || value === max) &&
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below);
  if (inside && (!record.integer || Number.isInteger(value))) return undefined;
  const sides = [
    min !== undefined && `>= ${min}`,
    above !== undefined && `> ${above}`,
    max !== undefined && `<= ${max}`,
    below !== undefined && `< ${below}`,
  ];
  const noun = `${record.integer ? 'an integer' : max === Number.POSITIVE_INFINITY ? 'a number' : 'a finite number'}${record.unit ? ` of ${record.unit}` : ''}`;
  return `must be ${[noun, sides.filter(Boolean).join(' and ')].filter(Boolean).join(' ')}`;
}

/** The value of the list that was most likely meant. */
function meant({ values }: OptionRecord, value: unknown): string {
  const best = values && typeof value === 'string' ? nearest(value, values) : undefined;
  return best === undefined ? '' : ` Did you mean ${show(best)}?`;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  return typeof value === 'string' ? `'${value}'` : String(value);
}
