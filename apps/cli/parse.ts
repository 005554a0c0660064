// Words of a command line -> arguments and flags, checked against the records of the command. Called by `run`.
import { parseArgs } from 'node:util';
import { GraftError, resolveOptions, suggest } from 'graft-ml/options';
import type { Given } from './command.ts';
import { type Argument, COMMON_FLAGS, type CommandWords, type FlagRecord, type FlagRecords, flagOf } from './command-words.ts';

/** Values of flags by name, as somebody gave them. */
export type GivenFlags = Readonly<Record<string, unknown>>;

/**
 * Reads what stands behind the name of a command.
 * @param defaults flags from the configuration, already checked; those of the command line win.
 * @throws GraftError `invalid-argument` for an unknown flag, naming the nearest, for a value that is missing or wrong, and for two values of a flag that takes one.
 */
export function parse(command: CommandWords, words: readonly string[], defaults: GivenFlags = {}): Given {
  const place = `graft ${command.name}`;
  const records: FlagRecords = { ...command.flags, ...COMMON_FLAGS };
  const byFlag = new Map(Object.entries(records).map(([name, record]) => [flagOf(name), { name, record }] as const));
  const options = Object.fromEntries(
    [...byFlag].map(([flag, { record }]) => [
      flag.slice(2),
      { type: typeof record.default === 'boolean' ? 'boolean' : 'string', ...(record.short !== undefined && { short: record.short }) } as const,
    ]),
  );
  const args: string[] = [];
  const given: Record<string, unknown> = {};
  for (const token of parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true }).tokens) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = `--${token.name}`;
    const negated = byFlag.get(flag.replace(/^--no-/, '--'));
    const found = byFlag.get(flag) ?? (flag.startsWith('--no-') && typeof negated?.record.default === 'boolean' ? negated : undefined);
    if (!found) unknownFlag(token.rawName, [...byFlag.keys()], place);
    const { name, record } = found;
    const value = readValue(record, flag, token.value, token.inlineValue === true, byFlag.get(flag) !== undefined, place);
    check(record, flag, value, place);
    const before = given[name];
    if (before !== undefined && !record.list && before !== value)
      throw new GraftError('invalid-argument', `${place}: \`${flagOf(name)}\` is given twice, as '${before}' and as '${value}'; keep one of them.`);
    given[name] = record.list ? [...((before as unknown[] | undefined) ?? []), value] : value;
  }
  const unset = Object.entries(records).map(([name, record]) => [name, record.list ? [] : record.default]);
  return { args, flags: { ...Object.fromEntries(unset), ...defaults, ...given } };
}

/**
 * Checks flags that a file gives, by their names in camel case.
 * @param place to begin an error with: "graft.config.json, `fit`".
 * @throws GraftError `invalid-argument` as {@link parse} does.
 */
export function checkFlags(records: FlagRecords, given: GivenFlags, place: string): GivenFlags {
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const record = Object.hasOwn(records, name) ? (records[name] as FlagRecord) : unknownFlag(name, Object.keys(records), place);
    const values = record.list && Array.isArray(value) ? (value as unknown[]) : [value];
    for (const one of values) check(record, name, one, place);
    checked[name] = record.list ? values : value;
  }
  return checked;
}

function unknownFlag(flag: string, flags: readonly string[], place: string): never {
  throw new GraftError('invalid-argument', `${place}: there is no option \`${flag}\`; ${suggest(flag, flags)}`);
}

/** What a word says, of the type of its record's default. */
function readValue(record: FlagRecord, flag: string, word: string | undefined, inline: boolean, positive: boolean, place: string): unknown {
  const wrong = (what: string): never => {
    throw new GraftError('invalid-argument', `${place}: \`${flag}\` ${what}`);
  };
  if (typeof record.default === 'boolean') {
    if (word !== undefined) wrong(`takes no value; write \`${flag}\` or \`${flag.replace(/^--(no-)?/, positive ? '--no-' : '--')}\`.`);
    return positive;
  }
  const like = record.values?.[0] ?? record.placeholder ?? (typeof record.default === 'number' ? 'number' : 'text');
  if (word === undefined) return wrong(`needs a value: \`${flag} ${like}\`.`);
  if (word === '') return wrong('has an empty value; leave it out, or give one.');
  const number = (record.unit === 'minutes' ? minutesOf(word) : undefined) ?? (word.trim() === '' ? Number.NaN : Number(word));
  if (!inline && /^-./.test(word) && Number.isNaN(number))
    return wrong(`needs a value, but \`${word}\` follows; a value that begins with a dash is written \`${flag}=${word}\`.`);
  if (typeof record.default === 'string') return word;
  return Number.isNaN(number) ? wrong(`(='${word}') must be a number.`) : number;
}

/** `20m`, `90s` or `1.5h`, in minutes. */
function minutesOf(word: string): number | undefined {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(s|m|min|h)$/.exec(word) ?? [];
  const factor = { s: 1 / 60, m: 1, min: 1, h: 60 }[unit];
  return factor && Number(count) * factor;
}

/** @throws GraftError `invalid-argument` unless the value fits the record. */
function check(record: FlagRecord, name: string, value: unknown, place: string): void {
  resolveOptions({ [name]: record }, { [name]: value } as Record<string, number | boolean | string>, place);
}

/** @throws GraftError `invalid-argument` for an argument that is missing, wrong or one too many. */
export function checkArguments({ name, args: wanted, examples }: CommandWords, given: readonly string[]): void {
  const wrong = (what: string): never => {
    throw new GraftError('invalid-argument', `graft ${name}: ${what}`);
  };
  const missing = wanted.find((argument, i) => !argument.optional && given.length <= i);
  if (missing) wrong(`<${missing.name}> is missing, ${choices(missing)}; for instance \`${examples[0]?.line ?? `graft ${name}`}\`.`);
  if (given.length > wanted.length && !wanted.at(-1)?.many) {
    const takes = wanted.length === 0 ? 'no arguments' : `only ${wanted.map((argument) => `<${argument.name}>`).join(' ')}`;
    const after = wanted.length === 0 ? '' : ` after \`${given[wanted.length - 1]}\``;
    wrong(`takes ${takes}, but was given \`${given[wanted.length]}\`${after}; leave it out, or run the command again for it.`);
  }
  for (const [i, value] of given.entries()) {
    const { name: what, values } = (wanted[i] ?? wanted.at(-1)) as Argument;
    if (value === '') wrong(`<${what}> is empty.`);
    if (values && !values.includes(value)) wrong(`there is no ${what} \`${value}\`; ${suggest(value, values)}`);
  }
}

function choices({ help, values }: Argument): string {
  return values ? `one of ${values.join(', ')}` : `${help.charAt(0).toLowerCase()}${help.slice(1).replace(/\.$/, '')}`;
}
