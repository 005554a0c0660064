// A file's bytes as text, and that as lines: the encoding is found out or given. Called by the formats that are text.
import chardet from 'chardet';
import { fail } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import type { FileInput } from './file-input.ts';

/** A file as text, piece by piece. */
export interface TextStream {
  /** As `TextDecoder` names it: `utf-8`, `windows-1252`, `utf-16le`. */
  readonly encoding: string;
  readonly pieces: AsyncIterable<string>;
}

/** A line without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

type Decoder = InstanceType<typeof TextDecoder>;

/** What is looked at to find out the encoding. */
const HEAD = 2 ** 16;
/** A longer line is no line. */
const LONGEST_LINE = 2 ** 26;

/**
 * Decodes a file; a byte order mark is left out.
 * @param encoding a name that `TextDecoder` knows, or `auto`: by the byte order mark, as UTF-8 where that fits, else by what the bytes are like.
 * @throws GraftError `invalid-argument` for an encoding that there is not; while reading, `invalid-data` where bytes do not fit the encoding or are
 *   binary, with the place and what to do.
 */
export async function textStream(input: FileInput, encoding: string): Promise<TextStream> {
  const head = await input.head(HEAD);
  const chosen = encoding === 'auto' ? encodingOf(head, input.path) : encoding;
  const decoder = decoderOf(chosen, input.path);
  return { encoding: decoder.encoding, pieces: decoded(input, decoder) };
}

/** The same text with LF for each line end, whether it was LF, CR LF or CR. */
export async function* withLineFeeds(pieces: AsyncIterable<string>): AsyncGenerator<string, void, void> {
  let held = '';
  for await (const piece of pieces) {
    const text = held + piece;
    // Whether a CR at the end of a piece is followed by an LF, the next piece says.
    held = text.endsWith('\r') ? '\r' : '';
    const complete = held === '' ? text : text.slice(0, -1);
    if (complete !== '') yield complete.includes('\r') ? complete.replace(/\r\n?/g, '\n') : complete;
  }
  if (held !== '') yield '\n';
}

/** The lines of a text, some at a time, whether they end in LF, CR LF or CR; an empty last one is none. */
export async function* linesOf({ pieces }: TextStream, path: string): AsyncGenerator<readonly Line[], void, void> {
  let number = 0;
  let rest = '';
  for await (const piece of withLineFeeds(pieces)) {
    const text = rest + piece;
    const complete: Line[] = [];
    let start = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', start)) {
      complete.push({ number: ++number, text: text.slice(start, at) });
      start = at + 1;
    }
    if (complete.length > 0) yield complete;
    rest = text.slice(start);
    if (rest.length > LONGEST_LINE)
      fail('invalid-data', `"${path}": line ${number + 1} is longer than ${LONGEST_LINE} characters; is it a text file?`);
  }
  if (rest !== '') yield [{ number: ++number, text: rest }];
}

async function* decoded(input: FileInput, decoder: Decoder): AsyncGenerator<string, void, void> {
  let bytes = 0;
  const checked = (part: Uint8Array | undefined): string => {
    try {
      const text = decoder.decode(part, { stream: part !== undefined });
      if (text.includes('\0')) fail('invalid-data', `"${input.path}" holds a NUL character near byte ${bytes}; it is no text file, or damaged.`);
      return text;
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      const remedy = `give its \`encoding\`, such as windows-1252, or repair it`;
      return fail('invalid-data', `"${input.path}" is not ${decoder.encoding} from about byte ${bytes} on; ${remedy}.`, { cause });
    }
  };
  for await (const part of input.stream()) {
    const text = checked(part);
    bytes += part.length;
    if (text !== '') yield text;
  }
  const last = checked(undefined);
  if (last !== '') yield last;
}

function encodingOf(head: Uint8Array, path: string): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (isUtf8(head)) return 'utf-8';
  if (head.includes(0)) fail('invalid-data', `"${path}" begins with binary data; it is no text file.`);
  const guess = chardet.detect(head);
  return guess === null || /^(ascii|utf-8)$/i.test(guess) || !isEncoding(guess) ? 'windows-1252' : guess;
}

/** Whether there is such an encoding: some that are guessed, such as those of mainframes, `TextDecoder` does not know. */
function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

/** Whether bytes are UTF-8, but for a character that is cut off at their end. */
function isUtf8(head: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function decoderOf(encoding: string, path: string): Decoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    const common = ['utf-8', 'windows-1252', 'iso-8859-1', 'iso-8859-15', 'utf-16le', 'utf-16be', 'shift_jis', 'euc-jp', 'gb18030', 'big5', 'koi8-r'];
    return fail('invalid-argument', `"${path}": there is no encoding \`${encoding}\`; ${suggest(encoding, common)}`, { cause });
  }
}
