// An ONNX file -> a model that trains. Called by users, by backbones and by the CLI.
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFloat } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import { inWords, knownOptions, type OptionKinds } from '../../core/known-options.ts';
import type { Tensor } from '../../core/tensor.ts';
import { type ReadOnnxOptions, readOnnx } from '../../graph/onnx/read.ts';
import { readOnnxFile } from '../../graph/onnx/read-file.ts';
import type { Model } from '../model.ts';
import { IMPORT_KINDS, type ImportOptions, modelOf } from './model-of.ts';

/** How {@link loadOnnx} reads a file, and what of it is taken as what. */
export interface LoadOnnxOptions extends ImportOptions, Omit<ReadOnnxOptions, 'kindOf'> {}

const KINDS: OptionKinds<LoadOnnxOptions> = {
  ...IMPORT_KINDS,
  externalData: 'function',
  sizes: 'object',
  floats: ['float32', 'stored'],
  dequantise: 'boolean',
};

/**
 * Reads an ONNX model and makes it trainable: what trains, which parameters are shared, where the features end and which blocks there are is found;
 * `inspect` shows it, options change it. The batch is freed where the file fixes it.
 * @param source Path or file URL of the file, or its bytes. Class names and preprocessing that `exportOnnx` wrote are read back.
 * @throws GraftError `io` when the file cannot be read; `invalid-model` when it is no ONNX model or nothing in it can train; `unsupported-op` for what
 *   Graft cannot read.
 */
export async function loadOnnx(source: string | URL | Uint8Array | ArrayBuffer, options: LoadOnnxOptions = {}): Promise<Model> {
  knownOptions(options, KINDS, 'loadOnnx', { kindOf: 'say what trains with `parameters` and `constants`.' });
  const { externalData, sizes, floats, dequantise, ...importing } = options;
  const reading: ReadOnnxOptions = {
    kindOf: (_, { dtype }: Tensor) => (isFloat(dtype) ? 'parameter' : 'constant'),
    ...(externalData && { externalData }),
    ...(sizes && { sizes }),
    ...(floats && { floats }),
    ...(dequantise !== undefined && { dequantise }),
  };
  if (source instanceof Uint8Array) return modelOf(readOnnx(source, reading), importing);
  if (source instanceof ArrayBuffer) return modelOf(readOnnx(new Uint8Array(source), reading), importing);
  if (/^https?:/.test(String(source)))
    return fail('invalid-argument', `Graft downloads nothing: fetch ${String(source)} yourself and give its bytes.`);
  if (source instanceof URL) return loadOnnx(fileURLToPath(source), options);
  if (typeof source !== 'string') return fail('invalid-argument', `\`loadOnnx\` takes the path of a file or its bytes, not ${inWords(source)}.`);
  return modelOf(readOnnxFile(source, reading), { name: basename(source).replace(/\.onnx$/, ''), ...importing });
}
