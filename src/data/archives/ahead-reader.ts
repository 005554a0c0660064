// A file in, what `yauzl` reads a zip file's directory by out: it asks for a few bytes at a time, which are read far ahead here. Called by `zipEntries`.
import { RandomAccessReader } from 'yauzl';
import type { FileInput } from '../reading/file-input.ts';

/** Bytes read at once. */
const AHEAD = 2 ** 20;

/** The library's own readers ask the system twice for each entry, which takes most of the time. */
export class AheadReader extends RandomAccessReader {
  readonly #input: FileInput;
  #start = 0;
  #bytes: Uint8Array = new Uint8Array();

  constructor(input: FileInput) {
    super();
    this.#input = input;
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void): void {
    const give = () => {
      const from = position - this.#start;
      const found = from < 0 ? [] : this.#bytes.subarray(from, from + length);
      if (found.length === length) buffer.set(found, offset);
      return found.length === length;
    };
    if (give()) {
      callback(null);
      return;
    }
    this.#input.slice(position, position + Math.max(length, AHEAD)).then((bytes) => {
      [this.#start, this.#bytes] = [position, bytes];
      callback(give() ? null : new Error('the file ends too early'));
    }, callback);
  }

  override close(callback: (error: Error | null) => void): void {
    setImmediate(callback, null);
  }
}
