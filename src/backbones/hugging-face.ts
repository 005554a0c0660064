// A folder as Hugging Face lays it out -> the record that a package would bring. Called by `loadBackbone`.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { fail, GraftError } from '../core/errors.ts';
import { imageInputOf } from './preprocessor-config.ts';
import { type BackboneRecord, checked, type ImageRecord, type TextRecord } from './record.ts';
import { timmInputOf } from './timm-config.ts';

const MODELS = ['model.onnx', 'onnx/model.onnx'];

const modelConfig = z.looseObject({
  model_type: z.string().optional(),
  hidden_size: z.int().optional(),
  type_vocab_size: z.int().optional(),
  max_position_embeddings: z.int().optional(),
  pretrained_cfg: z.unknown().optional(),
});

/**
 * The record of `config.json`, `preprocessor_config.json` or `tokenizer.json`, and `model.onnx` or `onnx/model.onnx`.
 * @throws GraftError `io` when the folder has no model; `invalid-data` when it says neither how images nor how texts are prepared.
 */
export async function huggingFaceRecord(folder: string): Promise<BackboneRecord> {
  const file =
    MODELS.find((name) => existsSync(join(folder, name))) ??
    fail('io', `"${folder}" has neither model.onnx nor onnx/model.onnx. Export the model to ONNX, for instance with \`optimum-cli export onnx\`.`);
  const config = checked(modelConfig, (await optionalJson(folder, 'config.json')) ?? {}, join(folder, 'config.json'));
  const name = basename(resolve(folder));
  const image = await imageRecord(folder, config);
  if (image) return { name, model: { file }, input: image };
  const text = await textRecord(folder, config);
  if (text) return { name, model: { file }, input: text, ...(config.hidden_size && { width: config.hidden_size }), ...(await poolingOf(folder)) };
  return fail(
    'invalid-data',
    `"${folder}" has no preprocessor_config.json, no tokenizer.json, and no \`pretrained_cfg\` in config.json, so nothing says how its inputs are made. Copy the file from where the model came from, or use \`loadOnnx\`.`,
  );
}

async function imageRecord(folder: string, { pretrained_cfg }: z.infer<typeof modelConfig>): Promise<ImageRecord | undefined> {
  const place = join(folder, 'preprocessor_config.json');
  const preprocessor = await optionalJson(folder, 'preprocessor_config.json');
  if (preprocessor !== undefined) return { kind: 'image', name: 'pixel_values', ...imageInputOf(preprocessor, place) };
  if (pretrained_cfg === undefined) return undefined;
  return { kind: 'image', name: 'pixel_values', ...timmInputOf(pretrained_cfg, `${join(folder, 'config.json')} \`pretrained_cfg\``) };
}

async function textRecord(folder: string, { max_position_embeddings: positions }: z.infer<typeof modelConfig>): Promise<TextRecord | undefined> {
  if (!existsSync(join(folder, 'tokenizer.json'))) return undefined;
  const lengths = z.looseObject({ model_max_length: z.number().optional(), max_seq_length: z.int().nullish() });
  const read = async (file: string) => checked(lengths, (await optionalJson(folder, file)) ?? {}, join(folder, file));
  const { max_seq_length: sentence } = await read('sentence_bert_config.json');
  const { model_max_length: most = Infinity } = await read('tokenizer_config.json');
  const maxLength = sentence ?? Math.min(most, positions ?? 512);
  return { kind: 'text', ids: 'input_ids', mask: 'attention_mask', types: 'token_type_ids', tokenizer: 'tokenizer.json', maxLength };
}

/** What sentence-transformers does with the vectors of the tokens. */
async function poolingOf(folder: string): Promise<Pick<BackboneRecord, 'pooling' | 'unitLength'>> {
  const modes = z.looseObject({ pooling_mode_cls_token: z.boolean().default(false), pooling_mode_mean_tokens: z.boolean().default(false) });
  const stored = await optionalJson(folder, '1_Pooling/config.json');
  if (stored === undefined) return {};
  const place = join(folder, '1_Pooling/config.json');
  const { pooling_mode_cls_token: first, pooling_mode_mean_tokens: mean } = checked(modes, stored, place);
  if (first === mean)
    fail('invalid-data', `${place} asks for another pooling than the mean of the tokens or the first one, which are those that Graft has.`);
  const modules = checked(
    z.array(z.looseObject({ type: z.string() })),
    (await optionalJson(folder, 'modules.json')) ?? [],
    join(folder, 'modules.json'),
  );
  return { pooling: first ? 'first' : 'mean', unitLength: modules.some(({ type }) => type.endsWith('Normalize')) };
}

/** Class names of `config.json`, by index. */
export async function labelsOf(folder: string): Promise<string[] | undefined> {
  const schema = z.looseObject({ id2label: z.record(z.string(), z.string()).optional(), label_names: z.array(z.string()).optional() });
  const place = join(folder, 'config.json');
  const { id2label, label_names: names } = checked(schema, (await optionalJson(folder, 'config.json')) ?? {}, place);
  if (!id2label) return names;
  return Object.keys(id2label).map(
    (_, i) => id2label[i] ?? fail('invalid-data', `${place}: \`id2label\` has ${Object.keys(id2label).length} labels but none for ${i}.`),
  );
}

/** A JSON file of the folder; `undefined` where there is none. @throws GraftError `invalid-data` when it is not JSON. */
export async function optionalJson(folder: string, file: string): Promise<unknown> {
  const path = join(folder, file);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new GraftError('invalid-data', `"${path}" could not be read as JSON: ${(cause as Error).message}.`, { cause });
  }
}
