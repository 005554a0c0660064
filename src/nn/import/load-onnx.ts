// An ONNX file -> a model that trains. Called by users, by backbones and by the CLI.
import { basename } from 'node:path';
import { isFloat } from '../../core/dtype.ts';
import type { Tensor } from '../../core/tensor.ts';
import { type ReadOnnxOptions, readOnnx } from '../../graph/onnx/read.ts';
import { readOnnxFile } from '../../graph/onnx/read-file.ts';
import type { Model } from '../model.ts';
import { type ImportOptions, modelOf } from './model-of.ts';

/** How {@link loadOnnx} reads a file, and what of it is taken as what. */
export interface LoadOnnxOptions extends ImportOptions, Omit<ReadOnnxOptions, 'kindOf'> {}

/**
 * Reads an ONNX model and makes it trainable: what trains, which parameters are shared, where the features end and which blocks there are is found;
 * `inspect` shows it, options change it. The batch is freed where the file fixes it.
 * @param source Path of the file, or its bytes.
 * @throws GraftError `io` when the file cannot be read; `invalid-model` when it is no ONNX model or nothing in it can train; `unsupported-op` for what
 *   Graft cannot read.
 */
export async function loadOnnx(source: string | Uint8Array, options: LoadOnnxOptions = {}): Promise<Model> {
  const reading: ReadOnnxOptions = { ...options, kindOf: (_, { dtype }: Tensor) => (isFloat(dtype) ? 'parameter' : 'constant') };
  if (typeof source !== 'string') return modelOf(readOnnx(source, reading), options);
  return modelOf(readOnnxFile(source, reading), { name: basename(source).replace(/\.onnx$/, ''), ...options });
}
