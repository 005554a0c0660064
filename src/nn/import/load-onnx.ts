// An ONNX file -> a model that trains. Called by users, by backbones and by the CLI.
import { basename } from 'node:path';
import { isFloat } from '../../core/dtype.ts';
import { type ReadOnnxOptions, readOnnx } from '../../graph/onnx/read.ts';
import { readOnnxFile } from '../../graph/onnx/read-file.ts';
import type { Model } from '../model.ts';
import { type ImportOptions, modelOf } from './model-of.ts';

/** How {@link loadOnnx} reads a file, and what of it is taken as what. */
export interface LoadOnnxOptions extends ImportOptions, Omit<ReadOnnxOptions, 'kindOf'> {}

/**
 * Reads an ONNX model and makes it trainable: what trains, which parameters are shared, where the features end and which blocks there are is found;
 * `inspect` shows it, options change it. The batch is freed where the file fixes it.
 * @param source Path of the file, beside which it may keep tensors in others; or its bytes.
 * @throws GraftError `io` when the file cannot be read; `invalid-model` when it is no ONNX model or nothing in it can train; `unsupported-op` for what
 *   Graft cannot read.
 */
export async function loadOnnx(source: string | Uint8Array, options: LoadOnnxOptions = {}): Promise<Model> {
  const name = typeof source === 'string' ? basename(source).replace(/\.onnx$/, '') : undefined;
  const reading: ReadOnnxOptions = { ...options, kindOf: (_, { dtype }) => (isFloat(dtype) ? 'parameter' : 'constant') };
  const graph = typeof source === 'string' ? readOnnxFile(source, reading) : readOnnx(source, reading);
  return modelOf(graph, { ...(name !== undefined && { name }), ...options });
}
