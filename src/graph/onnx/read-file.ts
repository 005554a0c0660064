// Path of an ONNX file -> Graph, with the tensors that lie in files beside it. Called by imports.
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { GraftError } from '../../core/errors.ts';
import type { Graph } from '../graph.ts';
import { withExternalFiles } from './external-file.ts';
import { type ReadOnnxOptions, readOnnx } from './read.ts';

/**
 * Reads an ONNX model from disk, as {@link readOnnx} does. Tensors that the model keeps in other files are read one by one, so that the model may be of
 * any size; only files within the model's folder are opened, and no link that leads out of it is followed.
 * @throws GraftError `io` when a file cannot be read; `invalid-model` when the model names a file out of its folder, or more bytes than a file has;
 *   and what `readOnnx` throws.
 */
export function readOnnxFile(path: string, options: ReadOnnxOptions = {}): Graph {
  const bytes = bytesOf(path);
  try {
    return withExternalFiles(dirname(path), (externalData) => readOnnx(bytes, { externalData, ...options }));
  } catch (cause) {
    if (!(cause instanceof GraftError)) throw cause;
    throw new GraftError(cause.code, `${path}: ${cause.message}`, { cause });
  }
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new GraftError('io', `Could not read ${path}: ${whyNot(path, cause as NodeJS.ErrnoException)}.`, { cause });
  }
}

/** What went wrong, with what to do. */
function whyNot(path: string, { code, message }: NodeJS.ErrnoException): string {
  const from = isAbsolute(path) ? '' : `; a relative path begins in the working folder, ${process.cwd()}`;
  if (code === 'ENOENT') return `there is no such file. Check the path${from}`;
  if (code === 'EISDIR') return 'it is a folder; name the ONNX file in it, or give the folder of a backbone to `loadBackbone`';
  return message;
}
