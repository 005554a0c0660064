// The JSONL log of a run: one event a line. A resumed run cuts it back to where its checkpoint was made, so that no line stands twice.
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GraftError } from '../core/errors.ts';
import type { FitEvent } from './events.ts';

/** Characters that are held back before they are written. */
const HELD = 1 << 16;

export class EventLog {
  readonly #path: string;
  readonly #file: FileHandle;
  #bytes: number;
  #held = '';

  /**
   * Opens or makes the log at `path`; what stands behind `end` bytes is cut off, without `end` nothing is.
   * @throws GraftError `io`.
   */
  static async open(path: string, end?: number): Promise<EventLog> {
    try {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(path, 'a');
      const { size } = await file.stat();
      if (end !== undefined && size > end) await file.truncate(end);
      return new EventLog(path, file, Math.min(size, end ?? size));
    } catch (cause) {
      throw failed(path, cause);
    }
  }

  private constructor(path: string, file: FileHandle, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.#bytes = bytes;
  }

  async write(event: FitEvent): Promise<void> {
    this.#held += `${JSON.stringify(event)}\n`;
    if (this.#held.length >= HELD) await this.flush();
  }

  /** Hands everything to the disk. @returns the file's length in bytes. */
  async flush(): Promise<number> {
    const bytes = Buffer.from(this.#held);
    this.#held = '';
    try {
      await this.#file.appendFile(bytes);
      await this.#file.datasync();
    } catch (cause) {
      throw failed(this.#path, cause);
    }
    this.#bytes += bytes.length;
    return this.#bytes;
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#file.close();
    }
  }
}

function failed(path: string, cause: unknown): GraftError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const remedy = code === 'ENOSPC' ? 'The disk is full; free some space' : 'Check that it may be written';
  return new GraftError('io', `Could not write the log ${path}: ${message}. ${remedy}, or choose another \`log\`.`, { cause });
}
