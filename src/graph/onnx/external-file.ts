// The files beside a model that hold its larger tensors: opened only within the model's folder, read range by range. Called by readOnnxFile.
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import { fail, GraftError } from '../../core/errors.ts';
import type { ExternalData } from './tensor-proto.ts';

interface Open {
  readonly descriptor: number;
  readonly size: number;
}

/** One system call reads at most this much. */
const CHUNK = 2 ** 30;

/**
 * Lets `read` have ranges of the files in `folder`, which are closed when it returns. The same range is read once. A model may not ask for more
 * than twice what its files hold, whatever ranges it names.
 */
export function withExternalFiles<T>(folder: string, read: (data: ExternalData) => T): T {
  const files = new Map<string, Open>();
  const ranges = new Map<string, Uint8Array>();
  let total = 0;
  const data: ExternalData = (location, offset, length) => {
    const file = files.get(location) ?? open(folder, location);
    files.set(location, file);
    const key = `${offset}:${length}:${location}`;
    const known = ranges.get(key);
    if (known) return known;
    if (offset + length > file.size) {
      fail('invalid-model', `The model asks for ${length} bytes from ${offset} on of \`${location}\`, which has ${file.size}. Is the file complete?`);
    }
    total += length;
    const held = [...files.values()].reduce((sum, { size }) => sum + size, 0);
    if (total > 2 * held) fail('invalid-model', `The model's tensors overlap in \`${location}\`: they ask for more than twice what its files hold.`);
    const bytes = readRange(file.descriptor, offset, length, location);
    ranges.set(key, bytes);
    return bytes;
  };
  try {
    return read(data);
  } finally {
    for (const { descriptor } of files.values()) closeSync(descriptor);
  }
}

/** Opens a plain file that lies in the folder, whatever links lead there. */
function open(folder: string, location: string): Open {
  const parts = location.split(/[\\/]/);
  if (location === '' || location.includes('\0') || isAbsolute(location) || /^[A-Za-z]:/.test(location) || parts.includes('..')) {
    fail('invalid-model', `The model keeps tensors in \`${location}\`; only files within its own folder are read.`);
  }
  try {
    const [root, path] = [realpathSync(folder), realpathSync(join(folder, location))];
    if (path !== root && !path.startsWith(root.endsWith(sep) ? root : root + sep)) {
      fail(
        'invalid-model',
        `The model keeps tensors in \`${location}\`, a link out of its folder to ${path}. Copy that file in its place if you trust it.`,
      );
    }
    // The path holds no links any more; one put there since is not followed, and a pipe does not block.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stat = fstatSync(descriptor);
    if (stat.isFile()) return { descriptor, size: stat.size };
    closeSync(descriptor);
    return fail('invalid-model', `The model keeps tensors in \`${location}\`, which is no plain file.`);
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    throw new GraftError('io', `Could not read \`${location}\`, where the model keeps tensors: ${(cause as Error).message}.`, { cause });
  }
}

function readRange(descriptor: number, offset: number, length: number, location: string): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const count = readSync(descriptor, bytes, done, Math.min(CHUNK, length - done), offset + done);
    if (count === 0) fail('io', `The file \`${location}\` became shorter while it was read.`);
    done += count;
  }
  return bytes;
}
