// Many strings in little memory: UTF-8 bytes one after the other, each text that comes often stored once. Called by the columns of tables.
import { fail } from '../../core/errors.ts';

/** Strings by index; `null` where one is missing. */
export interface Strings {
  readonly length: number;
  /** `null` beyond the end, too. */
  at(index: number): string | null;
}

/** Strings that still grow. */
export interface StringsBuilder {
  append(value: string | null): void;
  /** What was appended; the builder is spent. */
  finish(): Strings;
}

/** As many different strings are looked for among those before; later ones are stored as they come. */
const MOST_SHARED = 2 ** 16;
/** Longer strings are hardly ever the same. */
const LONGEST_SHARED = 64;
const MISSING = 0xffffffff;
/** A buffer that JavaScript allows. */
const MOST_BYTES = 2 ** 32 - 2 ** 20;

/** Takes up to 4 GiB of UTF-8. */
export function stringsBuilder(): StringsBuilder {
  const encoder = new TextEncoder();
  const shared = new Map<string, number>();
  let bytes = new Uint8Array(2 ** 6);
  let used = 0;
  // Small at first: a table may have a hundred thousand columns.
  /** Starts of the different strings, and for each appended one which of them it is. */
  let [starts, which] = [new Uint32Array(2 ** 4), new Uint32Array(2 ** 4)];
  let [different, length] = [0, 0];

  function store(value: string): number {
    const most = used + value.length * 3;
    if (most > MOST_BYTES) fail('invalid-data', 'A column holds more than 4 GiB of text; split the data into smaller files.');
    if (most > bytes.length) bytes = grown(bytes, Math.min(MOST_BYTES, Math.max(most, bytes.length * 2)));
    if (different + 2 > starts.length) starts = grown(starts, starts.length * 2);
    used += encoder.encodeInto(value, bytes.subarray(used)).written;
    different++;
    starts[different] = used;
    return different - 1;
  }

  return {
    append(value) {
      if (length === which.length) which = grown(which, length * 2);
      if (value === null) which[length++] = MISSING;
      else if (value.length > LONGEST_SHARED) which[length++] = store(value);
      else {
        let index = shared.get(value);
        if (index === undefined) {
          index = store(value);
          if (shared.size < MOST_SHARED) shared.set(value, index);
        }
        which[length++] = index;
      }
    },
    finish() {
      shared.clear();
      const [text, ends, order] = [Buffer.from(bytes.buffer, 0, used), starts.slice(0, different + 1), which.slice(0, length)];
      return {
        length,
        at: (index) => {
          const place = order[index] ?? MISSING;
          return place === MISSING ? null : text.toString('utf8', ends[place], ends[place + 1]);
        },
      };
    },
  };
}

/** The strings at `indices`, not copied. */
export function takeStrings(strings: Strings, indices: ArrayLike<number>): Strings {
  return { length: indices.length, at: (i) => (i < indices.length ? strings.at(indices[i] as number) : null) };
}

function grown<T extends Uint8Array | Uint32Array>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
}
