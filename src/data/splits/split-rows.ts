// Rows of any data -> train, validation and test, such that what the last two say is true. Called by `openData`.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { defineOptions, type GivenOptions, resolveOptions } from '../../core/options.ts';
import { stream } from '../../core/rng.ts';
import type { Duplicates } from '../duplicates/duplicates.ts';
import type { Part } from '../reading/format.ts';
import { cutByTime } from './cut-by-time.ts';
import { drawParts } from './draw-parts.ts';
import { LEAKED, PARTS, partsFrom } from './given-parts.ts';
import { strataOf } from './strata.ts';
import { type Keys, rowsOf, unitsOf } from './units.ts';
import { warningsOf } from './warnings.ts';

/** What is cut from the rows that train, as parts of them. */
export const splitOptions = defineOptions({
  validation: { default: 0.15, range: { min: 0, below: 1 }, help: 'Part of the rows to choose models by, where none are given; 0 for none.' },
  test: { default: 0.15, range: { min: 0, below: 1 }, help: 'Part of the rows that is used once, at the end, where none are given; 0 for none.' },
});

/** What {@link splitRows} goes by. */
export interface SplitParts {
  /** Number of rows, >= 1. */
  readonly length: number;
  /** Class indices, or targets; one a row. */
  readonly labels?: Int32Array | Float64Array | undefined;
  /** Names by class index, for what is told. */
  readonly classes?: readonly string[] | undefined;
  /** For each row whom or what it comes from; rows without (`null`, NaN) stand alone. */
  readonly groups?: Keys | undefined;
  /** For each row when it is from, in any unit; NaN where that is not known. */
  readonly time?: ArrayLike<number> | undefined;
  /** For each row the part that it was given as. */
  readonly given?: readonly Part[] | undefined;
  /** Copies among the rows. */
  readonly duplicates?: Pick<Duplicates, 'contentOf' | 'groupOf'> | undefined;
  /** Rows that the model to go on from has learnt from, 1 for each such; they and what belongs to them are never cut from train. */
  readonly learnt?: Uint8Array | undefined;
  /** What is cut; by default 0.15 each, up to 10,000 rows. */
  readonly fractions?: GivenOptions<typeof splitOptions> | undefined;
  /** Whole number >= 0. */
  readonly seed: number;
}

/** Disjoint lists of rows, in ascending order. */
export interface RowSplit {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
  /** Rows that are in none of them: copies of rows that test or validation has. */
  readonly leaked: Int32Array;
  /** What was done, in sentences. */
  readonly facts: readonly string[];
  /** What makes the numbers less sure than they look, in sentences. */
  readonly warnings: readonly string[];
}

const MOST_BY_DEFAULT = 10_000;
/** Rows that are new to the earlier model: parts cut from fewer measure little. */
const FEW_NEW = 100;

const KINDS: OptionKinds<SplitParts> = {
  length: 'number',
  labels: 'list',
  classes: 'list',
  groups: 'list',
  time: 'list',
  given: 'list',
  duplicates: 'object',
  learnt: 'list',
  fractions: 'object',
  seed: 'number',
};

/**
 * Divides rows into train, validation and test. Parts that are given are kept, but for copies: a row of train that test or validation has too, exactly or
 * nearly, is taken out, and so is one of validation that test has; test stays as it is. Parts that are not given are cut from train.
 *
 * By default they are drawn such that every class has its share to within one row, a target by its quantiles. Each class stays in train; one with three rows
 * or more is in each part; the second of two rows goes to validation or test, whichever lacks more. With `groups`, or copies, no group is in two parts, and
 * shares are as near as that allows. With `time`, test has the newest rows and validation those before; rows of one moment stay together, and a group goes
 * with its newest row. The same seed gives the same parts.
 * @throws GraftError `invalid-argument` for options that there are not or lists of another length; `invalid-data` where labels are missing, no row is given
 *   as train, or `time` has one moment only.
 */
export function splitRows(options: SplitParts): RowSplit {
  knownOptions(options, KINDS, 'splitRows');
  const { length, labels, groups, time, given, duplicates, seed } = options;
  requireLists(options);
  requireLabels(labels);
  const fractions = resolveOptions(splitOptions, options.fractions ?? {}, '`splitRows`');
  if (fractions.validation + fractions.test >= 1) {
    const sum = `${fractions.validation} and ${fractions.test}`;
    fail('invalid-argument', `\`splitRows\`: the fractions ${sum} for validation and test leave nothing for train; their sum must be below 1.`);
  }
  const { partOf, ...from } = partsFrom(length, given, duplicates, groups);
  const rowsIn = (part: number) => Int32Array.from(partOf.keys()).filter((row) => partOf[row] === part);
  const trained = rowsIn(0);
  if (trained.length === 0) fail('invalid-data', 'No row is left to train on: all are given as validation or test; give some as train.');
  const keys = [groups, duplicates?.groupOf].filter((list) => list !== undefined);
  const known = options.learnt?.includes(1) ? spread(options.learnt, keys) : undefined;
  const pool = known ? trained.filter((row) => known[row] === 0) : trained;

  const missing = [1, 2].filter((part) => fractionOf(part) > 0 && !from.given.has(part));
  if (known && missing.includes(1) && pool.length < 2)
    fail(
      'invalid-data',
      `The model to go on from has learnt from ${pool.length === 0 ? 'all' : 'all but one'} of the ${trained.length} rows${groups ? ', or from others of their groups' : ''}: nothing is left to choose by or to test on; give rows that are new to it, or train anew, without it.`,
    );
  const wanted = wantedOf(missing);
  if (missing.length > 0) {
    const units = unitsOf(pool, keys);
    const placed = time ? cutByTime(units, time, wanted) : drawParts(units, strataOf(labels, length, units), wanted, stream(seed, 'split'));
    placed.forEach((place, unit) => {
      if (place > 0) for (const row of rowsOf(units, unit)) partOf[row] = missing[place - 1] as number;
    });
  }
  const [train, validation, test, leaked] = [rowsIn(0), rowsIn(1), rowsIn(2), rowsIn(LEAKED)];
  const cut = missing.map((part, i) => ({ part: PARTS[part] as Part, wanted: wanted[i] as number }));
  const learnt = known ? toldOfLearnt(known) : { facts: [], warnings: [] };
  return {
    train,
    validation,
    test,
    leaked,
    facts: [...factsOf(cut.map(({ part }) => part)), ...learnt.facts],
    warnings: [...from.warnings, ...learnt.warnings, ...warningsOf({ train, validation, test }, cut, options)],
  };

  function fractionOf(part: number): number {
    return part === 1 ? fractions.validation : fractions.test;
  }

  /** Where the rows are that the earlier model knows: as a fact, and what flatters as warnings. */
  function toldOfLearnt(seen: Uint8Array): { facts: readonly string[]; warnings: readonly string[] } {
    const knownOf = (rows: Int32Array) => rows.filter((row) => seen[row] === 1).length;
    const few = pool.length < FEW_NEW;
    const rest = few ? ', too few to measure well: give more that are new to it, or train anew, without it' : '';
    const names = cut.map(({ part }) => part).join(' and ');
    const placed =
      cut.length > 0 && trained.length > pool.length
        ? [
            `The model to go on from has learnt from ${trained.length - pool.length} of ${length} rows, or from copies of them: these are in train, and ${names} cut from the other ${pool.length}${rest}.`,
          ]
        : [];
    const leaked = ([1, 2] as const).flatMap((part) => {
      const rows = part === 1 ? validation : test;
      const [name, count] = [PARTS[part], knownOf(rows)];
      return count > 0
        ? [
            `The model to go on from has learnt from ${count} of the ${rows.length} rows of ${name}, or from copies of them, so what is measured flatters; take them out of ${name}, or train anew, without it.`,
          ]
        : [];
    });
    return few ? { facts: [], warnings: [...placed, ...leaked] } : { facts: placed, warnings: leaked };
  }

  /** Rows to cut for each missing part, one at least where that leaves one to train on. */
  function wantedOf(parts: readonly number[]): number[] {
    const counts: number[] = [];
    for (const part of parts) {
      const byDefault = options.fractions?.[PARTS[part] as 'validation' | 'test'] === undefined;
      const rows = Math.max(1, Math.round(pool.length * fractionOf(part)));
      const spare = pool.length - 1 - counts.reduce((sum, count) => sum + count, 0);
      counts.push(Math.min(rows, spare, byDefault ? MOST_BY_DEFAULT : rows));
    }
    return counts;
  }

  function factsOf(cutParts: readonly Part[]): string[] {
    const kept = PARTS.filter((_, part) => from.given.has(part));
    const how = time ? 'cut by time, the newest rows last' : `drawn ${wayOf(labels)} with seed ${seed}`;
    const copies = duplicates?.groupOf.some((first, row) => first !== row);
    const joined = cutParts.length > 0 && groups && duplicates ? joinedGroups(groups, duplicates.groupOf) : 0;
    const whole = [groups && 'groups', copies && 'copies'].filter(Boolean).join(' and ');
    return [
      kept.length > 0 ? `Given: ${kept.join(', ')}.` : undefined,
      cutParts.length > 0 ? `From train: ${cutParts.join(' and ')}, ${how}.` : undefined,
      cutParts.length > 0 && whole ? `Kept together: ${whole}.` : undefined,
      joined > 0 ? `${joined} groups share copies with others, and stay with them in one part.` : undefined,
      `Rows: ${train.length} train, ${validation.length} validation, ${test.length} test.`,
    ].filter((fact) => fact !== undefined);
  }
}

/** Marks what belongs to a marked row too. */
function spread(marked: Uint8Array, keys: readonly Keys[]): Uint8Array {
  const all = unitsOf(Int32Array.from(marked.keys()), keys);
  const out = marked.slice();
  for (let unit = 0; unit < all.count; unit++) {
    const rows = rowsOf(all, unit);
    if (rows.some((row) => marked[row] === 1)) for (const row of rows) out[row] = 1;
  }
  return out;
}

/** How many groups have copies of rows of other groups. */
function joinedGroups(groups: Keys, groupOf: Int32Array): number {
  const keyOf = new Map<number, string | number>();
  const joined = new Set<string | number>();
  groupOf.forEach((first, row) => {
    const key = groups[row] ?? null;
    if (key === null || Number.isNaN(key)) return;
    const known = keyOf.get(first) ?? key;
    keyOf.set(first, known);
    if (known !== key) joined.add(known).add(key);
  });
  return joined.size;
}

function wayOf(labels: SplitParts['labels']): string {
  if (!labels) return 'at random';
  return labels instanceof Int32Array ? 'with the share of every class' : 'with the shares of the quantiles of the target';
}

function requireLists({ length, duplicates, ...lists }: SplitParts): void {
  if (!Number.isInteger(length) || length < 1)
    fail('invalid-argument', `\`splitRows\`: \`length\` (=${length}) must be a whole number of rows >= 1.`);
  const given = {
    labels: lists.labels,
    groups: lists.groups,
    time: lists.time,
    given: lists.given,
    duplicates: duplicates?.groupOf,
    learnt: lists.learnt,
  };
  for (const [name, list] of Object.entries(given)) {
    if (list === undefined || list.length === length) continue;
    fail('invalid-argument', `\`splitRows\`: \`${name}\` has ${list.length} values for ${length} rows; give one for each row.`);
  }
}

function requireLabels(labels: SplitParts['labels']): void {
  const wrong = labels?.findIndex((label: number) => !Number.isFinite(label) || (labels instanceof Int32Array && label < 0)) ?? -1;
  if (wrong >= 0) fail('invalid-data', `Row ${wrong} has no label (${labels?.[wrong]}); leave out rows without one before they are divided.`);
}
