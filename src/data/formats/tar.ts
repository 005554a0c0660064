// A tar file of a folder of pictures, gzipped or not; pictures of a plain one are read where they lie when they are needed. Called through `formats`.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { fail, GraftError } from '../../core/errors.ts';
import { entryName } from '../archives/entry-name.ts';
import { type Lister, lister } from '../pictures/listing.ts';
import { isPicture } from '../pictures/names.ts';
import { pictureOptions } from '../pictures/options.ts';
import { pictureReading } from '../pictures/reading.ts';
import type { FileInput } from '../reading/file-input.ts';
import { defineFormat, type ReadContext } from '../reading/format.ts';

/** A larger picture is none. */
const MOST_BYTES = 2 ** 28;
/** Pictures of a gzipped archive stay in memory; more bytes than this are refused. */
const MOST_HELD = 2 ** 30;
/** An archive ends in blocks of zeros. */
const BLOCK = 512;
/** Archives of old kinds lack the name of their kind. */
const ANY_KIND = { highWaterMark: 2 ** 18, allowUnknownFormat: true };

export const tar = defineFormat({
  name: 'tar',
  about: 'a tar file of a folder of pictures, also gzipped, with class subfolders as in a folder',
  extensions: ['.tar', '.tgz'],
  sniff: (head) => Buffer.from(head).toString('latin1', 257, 262) === 'ustar',
  options: pictureOptions,
  async read(input, options, context) {
    const found = lister(options.svg);
    const ended = await list(input, found, options.svg, context);
    const reading = pictureReading(input.path, found.finish(), options, context);
    return ended ? reading : { ...reading, facts: { ...reading.facts, end: 'without its mark, so that the file may be cut off' } };
  },
});

/** What the types of `tar-stream` leave out: where an entry's bytes begin in the archive. */
type PlacedHeader = Header & { readonly byteOffset: number };
type Content = AsyncIterable<Uint8Array> & { resume(): unknown };

/** Reads the archive from its beginning to its end; says whether it ends as it should. */
async function list(input: FileInput, found: Lister, svg: boolean, { signal }: ReadContext): Promise<boolean> {
  let held = 0;
  let last = new Uint8Array();
  const entries = extract(ANY_KIND);
  entries.on('entry', (header, content, next) => {
    // Where the archive is damaged, the entry fails along with it; the archive's own error is told.
    content.on('error', () => undefined);
    take(header as PlacedHeader, content as unknown as Content).then(() => next(), next);
  });
  try {
    await pipeline(Readable.from(watched()), entries);
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    fail('invalid-data', `"${input.path}" cannot be read as a tar file: ${(cause as Error).message}; fetch or make it again.`, { cause });
  }
  return last.subarray(-BLOCK).every((byte) => byte === 0);

  async function* watched() {
    for await (const piece of input.stream()) {
      if (signal?.aborted) fail('aborted', 'Reading was stopped.');
      last = piece as Uint8Array<ArrayBuffer>;
      yield piece;
    }
  }

  async function take({ name, type, size, byteOffset }: PlacedHeader, content: Content): Promise<void> {
    const path = entryName(name, input.path).replace(/\/+$/, '');
    const place = `${input.path}/${path}`;
    if (type === 'directory') found.folder(path);
    else if (type === 'symlink' || type === 'link') found.link(path);
    else if (type !== 'file' && type !== 'contiguous-file') found.other(path);
    else if (!isPicture(path, svg)) found.other(path);
    else {
      if (size > MOST_BYTES) fail('invalid-data', `"${place}" has ${size} bytes, more than the ${MOST_BYTES} that a picture may have.`);
      const source = input.gzipped ? await hold(content) : () => bytesAt(input, place, byteOffset, size);
      found.file(path, () => ({ name: place, size, source }));
    }
    content.resume();
  }

  async function hold(content: Content): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of content) {
      held += piece.length;
      if (held > MOST_HELD)
        fail('invalid-data', `"${input.path}" holds more than ${MOST_HELD} bytes of pictures; unpack it (\`tar -xzf\`) and give the folder.`);
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }
}

async function bytesAt(input: FileInput, place: string, start: number, size: number): Promise<Uint8Array> {
  const bytes = await input.slice(start, start + size);
  return bytes.length === size
    ? bytes
    : fail('io', `"${place}" ends after ${bytes.length} of ${size} bytes; the archive was changed after it was opened.`);
}
