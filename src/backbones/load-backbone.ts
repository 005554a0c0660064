// A backbone by the name of its package or by its folder: what is known of it, its files, and how photos or texts become its inputs.
// Called by users and the CLI, before `loadOnnx` and `replaceHead`. Nothing is ever downloaded.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { fail } from '../core/errors.ts';
import { suggest } from '../core/nearest.ts';
import { imageSteps } from '../data/images/image-input.ts';
import { type ImageReader, imageReader } from '../data/images/image-reader.ts';
import { type Tokeniser, tokeniser } from '../data/tokens/tokeniser.ts';
import { type LoadOnnxOptions, loadOnnx } from '../nn/import/load-onnx.ts';
import type { Model } from '../nn/model.ts';
import { huggingFaceRecord, labelsOf, optionalJson } from './hugging-face.ts';
import { type BackboneRecord, backboneRecord, checked, type ImageRecord, type TextRecord } from './record.ts';

interface Common {
  readonly record: BackboneRecord;
  readonly folder: string;
  /** Path of the ONNX file. */
  readonly modelPath: string;
  /** Class names of the classifier that comes with it, by index. */
  readonly labels: readonly string[] | undefined;
  /** Reads the ONNX file as a model that trains: `loadOnnx` with what the record knows; quantised weights become floats. */
  load(options?: LoadOnnxOptions): Promise<Model>;
}

/** A backbone that reads photos. */
export interface ImageBackbone extends Common {
  readonly kind: 'image';
  readonly input: ImageRecord;
  /** Photos, by path or as bytes, to the model's input `[N, 3, H, W]`. */
  readonly preprocess: ImageReader;
}

/** A backbone that reads texts. */
export interface TextBackbone extends Common {
  readonly kind: 'text';
  readonly input: TextRecord;
  /** Texts to the model's inputs `[N, L]`. */
  readonly tokenise: Tokeniser;
}

/** A pretrained network, ready to be loaded, with what belongs to it. */
export type Backbone = ImageBackbone | TextBackbone;

const SCOPE = '@graft-ml';
/** Packages there are; others of the scope are found as well where they are installed. */
const BUNDLED: readonly string[] = ['efficientnet-lite0', 'all-minilm-l6-v2'];

/**
 * Finds a backbone on this machine.
 * @param nameOrFolder name of a backbone package, its scope left out or not, such as `efficientnet-lite0` or `all-minilm-l6-v2`; or the path of a folder, given
 *   with a slash, that holds `record.json` or is laid out as on Hugging Face: `config.json`, `model.onnx` or `onnx/model.onnx`, and
 *   `preprocessor_config.json` or `tokenizer.json`.
 * @throws GraftError `io` when the package is not installed or the folder is not there, with the command to run; `invalid-argument` for a name that no
 *   package has; `invalid-data` when one of its files
 *   is damaged or asks for something that Graft does not do.
 */
export async function loadBackbone(nameOrFolder: string): Promise<Backbone> {
  const name = nameOrFolder.startsWith(`${SCOPE}/`) ? nameOrFolder.slice(SCOPE.length + 1) : nameOrFolder;
  const folder = /[/\\]|^\.+$/.test(name) ? existingFolder(name) : packageFolder(name);
  const stored = await optionalJson(folder, 'record.json');
  const record = stored === undefined ? await huggingFaceRecord(folder) : backboneRecord(stored, join(folder, 'record.json'));
  const modelPath = within(folder, record.model.file);
  const labels = record.labels === undefined ? await labelsOf(folder) : await labelFile(folder, record.labels);
  const steps = record.input.kind === 'image' ? imageSteps(record.input) : [`tokenise with ${record.name}'s ${record.input.tokenizer}`];
  const common = {
    record,
    folder,
    modelPath,
    labels,
    load: (options: LoadOnnxOptions = {}) =>
      loadOnnx(modelPath, {
        name: record.name,
        dequantise: true,
        ...(record.output !== undefined && { output: record.output }),
        ...(record.features !== undefined && { features: record.features }),
        ...(labels && { classes: labels }),
        preprocessing: { steps },
        ...options,
      }),
  };
  const { input } = record;
  if (input.kind === 'image') return { ...common, kind: 'image', input, preprocess: imageReader(input) };
  const tokenizer = await requiredJson(folder, input.tokenizer);
  const config = await optionalJson(folder, 'tokenizer_config.json');
  return { ...common, kind: 'text', input, tokenise: tokeniser({ tokenizer, config, maxLength: input.maxLength }) };
}

function existingFolder(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return path;
  if (found) fail('io', `"${path}" is a file; a backbone is loaded from the folder that it lies in, an ONNX file alone by \`loadOnnx\`.`);
  const from = isAbsolute(path) ? '' : ` in the working folder, ${process.cwd()}`;
  const name = path.split(/[/\\]/).at(-1) ?? path;
  return fail(
    'io',
    `There is no folder "${path}"${from} to load a backbone from, and Graft downloads nothing. Those that are packages are named without a slash; ${suggest(name, BUNDLED)}`,
  );
}

/** Packages may be installed beside Graft or beside the program that uses it. */
function packageFolder(name: string): string {
  const paths = [dirname(fileURLToPath(import.meta.url)), process.cwd()];
  try {
    return dirname(createRequire(import.meta.url).resolve(`${SCOPE}/${name}/record.json`, { paths }));
  } catch (cause) {
    if (!BUNDLED.includes(name)) {
      return fail(
        'invalid-argument',
        `There is no backbone \`${name}\`; ${suggest(name, BUNDLED)} For a folder, give a path with a slash: \`./${name}\`.`,
      );
    }
    return fail(
      'io',
      `The backbone \`${name}\` is the npm package \`${SCOPE}/${name}\`, which is not installed; run \`npm install ${SCOPE}/${name}\`.`,
      { cause },
    );
  }
}

/** A record may come with a folder from anywhere, so its file names must not lead out of it. */
function within(folder: string, file: string): string {
  if (isAbsolute(file) || file.split(/[/\\]/).includes('..'))
    fail('invalid-data', `"${join(folder, 'record.json')}" names the file "${file}", which is not inside the folder.`);
  return join(folder, file);
}

async function requiredJson(folder: string, file: string): Promise<unknown> {
  const path = within(folder, file);
  return (await optionalJson(folder, file)) ?? fail('io', `"${path}" is missing; install the backbone anew.`);
}

async function labelFile(folder: string, file: string): Promise<string[]> {
  return checked(z.array(z.string()), await requiredJson(folder, file), join(folder, file));
}
