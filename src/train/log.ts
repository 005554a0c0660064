// The JSONL log of a run: one event a line. A resumed run cuts off what it wrote after its checkpoint, so that no line stands twice; lines of
// others stay.
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GraftError } from '../core/errors.ts';
import type { FitEvent } from './events.ts';
import { hashOf } from './fingerprint.ts';

/** Characters that are held back before they are written. */
const HELD = 1 << 16;
/** Bytes before a mark by which the file is known again. */
const KNOWN = 1024;

/** Where a log ended. */
export interface LogMark {
  readonly bytes: number;
  /** Hash of what stands before it. */
  readonly before: string;
}

export class EventLog {
  readonly #path: string;
  readonly #file: FileHandle;
  #held = '';

  /**
   * Opens or makes the log at `path`. What `run` itself wrote behind `mark` is cut off, if this is the file that the mark was made in.
   * @throws GraftError `io`.
   */
  static async open(path: string, run: string, mark?: LogMark): Promise<EventLog> {
    try {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(path, 'a+');
      if (mark && (await isOwn(file, run, mark))) await file.truncate(mark.bytes);
      return new EventLog(path, file);
    } catch (cause) {
      throw failed(path, cause);
    }
  }

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  async write(event: FitEvent): Promise<void> {
    this.#held += `${JSON.stringify(event)}\n`;
    if (this.#held.length >= HELD) await this.flush();
  }

  /** Hands everything to the disk. @returns where the file ends. */
  async flush(): Promise<LogMark> {
    const bytes = Buffer.from(this.#held);
    this.#held = '';
    try {
      await this.#file.appendFile(bytes);
      await this.#file.datasync();
      const { size } = await this.#file.stat();
      return { bytes: size, before: await hashBefore(this.#file, size) };
    } catch (cause) {
      throw failed(this.#path, cause);
    }
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#file.close();
    }
  }
}

/** Whether a file is the one that was marked, and no other run has written behind the mark. */
async function isOwn(file: FileHandle, run: string, { bytes, before }: LogMark): Promise<boolean> {
  const { size } = await file.stat();
  if (size < bytes || (await hashBefore(file, bytes)) !== before) return false;
  const behind = (await read(file, bytes, size)).toString();
  // The last line may have been cut off by a crash.
  const starts = behind.split('\n').filter((line) => line.startsWith('{"type":"start"'));
  return starts.every((line) => line.includes(`"run":"${run}"`));
}

async function hashBefore(file: FileHandle, end: number): Promise<string> {
  return hashOf(await read(file, Math.max(0, end - KNOWN), end));
}

async function read(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
  return buffer.subarray(0, bytesRead);
}

function failed(path: string, cause: unknown): GraftError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const remedy = code === 'ENOSPC' ? 'The disk is full; free some space' : 'Check that it may be written';
  return new GraftError('io', `Could not write the log ${path}: ${message}. ${remedy}, or choose another \`log\`.`, { cause });
}
