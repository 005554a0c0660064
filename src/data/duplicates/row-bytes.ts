// Rows of columns -> bytes that are the same for the same cells alone. Called by the search for copies of rows.
import { type Column, sparseRow } from '../table/column.ts';

/** Marks of what follows, so that a missing cell is no empty one. */
const MISSING = 0;
const GIVEN = 1;

/** Gives the cells of a row as bytes, valid until the next call; nothing for a row whose cells all are missing. */
export function rowBytes(columns: readonly Column[]): (row: number) => Uint8Array | undefined {
  let bytes = Buffer.alloc(2 ** 10);
  let used = 0;
  const reserve = (count: number) => {
    if (used + count <= bytes.length) return;
    const larger = Buffer.alloc(Math.max(bytes.length * 2, used + count));
    bytes.copy(larger);
    bytes = larger;
  };
  const writeNumber = (value: number) => {
    reserve(8);
    // Adding 0 makes 0 of -0.
    used = bytes.writeDoubleLE(value + 0, used);
  };
  const writeString = (text: string) => {
    const count = Buffer.byteLength(text);
    writeNumber(count);
    reserve(count);
    used += bytes.write(text, used);
  };
  const writeArray = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array) => {
    writeNumber(byteLength);
    reserve(byteLength);
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), used);
    used += byteLength;
  };
  const mark = (given: boolean) => {
    reserve(1);
    used = bytes.writeUInt8(given ? GIVEN : MISSING, used);
    return given;
  };
  /** Writes a cell and says whether there was one. */
  const write = (column: Column, row: number): boolean => {
    switch (column.kind) {
      case 'number':
      case 'date': {
        const value = column.values[row] as number;
        if (!mark(!Number.isNaN(value))) return false;
        writeNumber(value);
        return true;
      }
      case 'string': {
        const text = column.values.at(row);
        if (!mark(text !== null)) return false;
        writeString(text ?? '');
        return true;
      }
      case 'photo': {
        const photo = column.values[row];
        if (!mark(Boolean(photo))) return false;
        writeString(photo?.name ?? '');
        return true;
      }
      case 'list': {
        const list = column.values[row];
        if (!mark(Boolean(list))) return false;
        writeNumber(list?.length ?? 0);
        list?.forEach(writeString);
        return true;
      }
      case 'array': {
        const size = column.values.length / column.length;
        writeArray(column.values.subarray(row * size, (row + 1) * size));
        return true;
      }
      case 'sparse': {
        const { indices, values } = sparseRow(column, row);
        writeArray(indices);
        writeArray(values);
        return true;
      }
    }
  };
  return (row) => {
    used = 0;
    const given = columns.filter((column) => write(column, row));
    return given.length > 0 ? bytes.subarray(0, used) : undefined;
  };
}
