// FlatBuffers, as Arrow writes what describes its data -> where fields lie. Called by the reader of Arrow messages; a place outside of the bytes is an error.

/** Gives the place of the field at a slot (4, 6, 8 ...), or 0 where the table lacks it. */
export type FlatTable = (slot: number) => number;

/** The table that the offset at `at` leads to. @throws RangeError outside of the bytes. */
export function flatTable(view: DataView, at: number): FlatTable {
  const start = at + view.getInt32(at, true);
  const fields = start - view.getInt32(start, true);
  const size = view.getInt16(fields, true);
  return (slot) => {
    const offset = slot < size ? view.getInt16(fields + slot, true) : 0;
    return offset === 0 ? 0 : start + offset;
  };
}

/**
 * The entries of a vector: where each begins.
 * @param at where the offset to it lies; 0 for none.
 * @param stride bytes an entry.
 * @throws RangeError when it does not lie inside of the bytes.
 */
export function flatVector(view: DataView, at: number, stride: number): readonly number[] {
  if (at === 0) return [];
  const start = at + view.getInt32(at, true);
  const length = view.getInt32(start, true);
  if (length < 0 || start < 0 || start + 4 + length * stride > view.byteLength)
    throw new RangeError(`a list of ${length} entries does not fit ${view.byteLength} bytes`);
  return Array.from({ length }, (_, i) => start + 4 + i * stride);
}

/** A 64-bit number that JavaScript can hold. @throws RangeError for a larger one. */
export function flatInt64(view: DataView, at: number): number {
  const value = Number(view.getBigInt64(at, true));
  if (!Number.isSafeInteger(value)) throw new RangeError(`the number ${value} is too large`);
  return value;
}
