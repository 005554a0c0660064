// What a column is used as: kinds of columns in, uses out, by what their values look like. Called by `openData`.
import type { Column, StringColumn } from '../table/column.ts';

/** What a column is taken for. `identifier`: tells rows apart and nothing else; `constant`: the same everywhere, or missing. */
export type Use = 'photo' | 'text' | 'category' | 'number' | 'date' | 'array' | 'sparse' | 'list' | 'identifier' | 'constant';

/** Rows that are looked at. */
const SAMPLE = 10_000;
/** A text has at least so many words on average, or is so many characters long. */
const [LEAST_WORDS, LEAST_CHARACTERS] = [3, 40];
/** More of all values than this differ: an identifier, where there are rows enough to tell. */
const [MOSTLY_DIFFERENT, ROWS_TO_TELL] = [0.95, 50];

/** What a column looks like it is for. */
export function useOf(column: Column): Use {
  switch (column.kind) {
    case 'string':
      return useOfStrings(column);
    case 'number':
      return useOfNumbers(column.name, column.values);
    case 'date':
      return isConstant(column.values) ? 'constant' : 'date';
    default:
      return column.kind;
  }
}

/** What values of a string column look like, from evenly spaced rows. */
interface StringLook {
  readonly present: number;
  readonly different: number;
  readonly words: number;
  readonly characters: number;
}

/** Averages are over the values that are there. */
function lookAt({ values, length }: StringColumn): StringLook {
  const step = Math.max(1, Math.floor(length / SAMPLE));
  const different = new Set<string>();
  let [present, words, characters] = [0, 0, 0];
  for (let i = 0; i < length; i += step) {
    const value = values.at(i);
    if (value === null) continue;
    present++;
    different.add(value);
    characters += value.length;
    words += value.trim().split(/\s+/).length;
  }
  return { present, different: different.size, words: words / Math.max(1, present), characters: characters / Math.max(1, present) };
}

/** Whether hardly any value comes twice. */
export function isMostlyDifferent(column: StringColumn): boolean {
  const { different, present } = lookAt(column);
  return different > 1 && different / present > MOSTLY_DIFFERENT;
}

function useOfStrings(column: StringColumn): Use {
  const { present, different, words, characters } = lookAt(column);
  if (different <= 1) return 'constant';
  const varied = different / present;
  // Scripts without spaces between words have long texts of one word.
  if ((words >= LEAST_WORDS || characters >= LEAST_CHARACTERS) && varied > 0.3) return 'text';
  return varied > MOSTLY_DIFFERENT && present >= ROWS_TO_TELL ? 'identifier' : 'category';
}

function useOfNumbers(name: string, values: Float64Array): Use {
  if (isConstant(values)) return 'constant';
  const named = /^(?:(?:row|record)?_?(?:id|index|idx|key|nr|no)|unnamed: 0|column1?)$/i.test(name);
  return named && values.length >= ROWS_TO_TELL && counts(values) ? 'identifier' : 'number';
}

/** Whether numbers are whole and rise by one from row to row. */
function counts(values: Float64Array): boolean {
  return values.every((value, i) => Number.isInteger(value) && (i === 0 || value === (values[i - 1] as number) + 1));
}

function isConstant(values: Float64Array): boolean {
  const first = values.find((value) => !Number.isNaN(value));
  return values.every((value) => value === first || Number.isNaN(value));
}
