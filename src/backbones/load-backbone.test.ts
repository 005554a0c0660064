import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { inspect } from '../nn/import/inspect.ts';
import { loadBackbone } from './load-backbone.ts';

const packages = fileURLToPath(new URL('../../packages/', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'graft-backbones-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder with these JSON files, and a link to the model of a package. */
function folder(name: string, files: Readonly<Record<string, unknown>>, model?: { from: string; as: string }): string {
  const path = join(root, name);
  mkdirSync(join(path, 'onnx'), { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(path, file, '..'), { recursive: true });
    writeFileSync(join(path, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  if (model) symlinkSync(join(packages, model.from, 'model.onnx'), join(path, model.as));
  return path;
}

describe.each(['efficientnet-lite0', 'all-minilm-l6-v2'])('%s', (name) => {
  it('is what its record says', async () => {
    const { record, modelPath, load, labels } = await loadBackbone(name);
    const bytes = readFileSync(modelPath);
    expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([record.model.bytes, record.model.sha256]);
    const model = await load();
    expect(model.groups.map((group) => group.name)).toEqual(record.groups);
    expect(model.features.name).toBe(record.features);
    expect(model.features.shape.at(-1)).toBe(record.width);
    expect(model.classes).toEqual(labels);
    expect(inspect(model).constants).toEqual([]);
    expect(readFileSync(join(packages, name, 'LICENSE'), 'utf8')).toContain('Apache License');
  });
});

describe('a Hugging Face folder', () => {
  it('of a vision model loads', async () => {
    const preprocessor = {
      do_resize: true,
      size: { shortest_edge: 256 },
      resample: 3,
      do_center_crop: true,
      crop_size: 224,
      image_mean: [0.5],
      image_std: [0.5],
    };
    const config = { model_type: 'efficientnet', id2label: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [i, `class ${i}`])) };
    const path = folder(
      'vision',
      { 'config.json': config, 'preprocessor_config.json': preprocessor },
      { from: 'efficientnet-lite0', as: 'onnx/model.onnx' },
    );
    const backbone = await loadBackbone(path);
    expect(backbone.record).toMatchInlineSnapshot(`
      {
        "input": {
          "crop": [
            224,
            224,
          ],
          "cropRounding": "down",
          "interpolation": "bicubic",
          "kind": "image",
          "mean": [
            0.5,
          ],
          "name": "pixel_values",
          "rescale": 0.00392156862745098,
          "resize": {
            "shorterSide": 256,
          },
          "std": [
            0.5,
          ],
        },
        "model": {
          "file": "onnx/model.onnx",
        },
        "name": "vision",
      }
    `);
    const model = await backbone.load();
    expect([model.classes?.[999], model.preprocessing?.steps[0]]).toEqual(['class 999', 'resize bicubic shorter side 256']);
  });

  it('of a timm model loads', async () => {
    const half = [0.5, 0.5, 0.5];
    const pretrained_cfg = { input_size: [3, 224, 224], crop_pct: 0.875, interpolation: 'bicubic', mean: half, std: half };
    const config = { architecture: 'tf_efficientnet_lite0', pretrained_cfg };
    const backbone = await loadBackbone(folder('timm', { 'config.json': config }, { from: 'efficientnet-lite0', as: 'model.onnx' }));
    const bundled = await loadBackbone('efficientnet-lite0');
    expect({ ...backbone.input, name: 'image' }).toEqual(bundled.input);
  });

  it('of a sentence encoder loads', async () => {
    const path = folder(
      'sentences',
      {
        'config.json': { model_type: 'bert', hidden_size: 384, max_position_embeddings: 512 },
        'tokenizer_config.json': { model_max_length: 512 },
        'sentence_bert_config.json': { max_seq_length: 256 },
        '1_Pooling/config.json': { pooling_mode_mean_tokens: true },
        'modules.json': [{ type: 'sentence_transformers.models.Transformer' }, { type: 'sentence_transformers.models.Normalize' }],
      },
      { from: 'all-minilm-l6-v2', as: 'model.onnx' },
    );
    copyFileSync(join(packages, 'all-minilm-l6-v2/tokenizer.json'), join(path, 'tokenizer.json'));
    const [backbone, bundled] = [await loadBackbone(path), await loadBackbone('all-minilm-l6-v2')];
    expect(backbone.input).toEqual(bundled.input);
    const { width, pooling, unitLength } = bundled.record;
    expect(backbone.record).toMatchObject({ width, pooling, unitLength });
  });
});

it('takes the name of a package with its scope too', async () => {
  expect((await loadBackbone('@graft-ml/all-minilm-l6-v2')).record).toEqual((await loadBackbone('all-minilm-l6-v2')).record);
});

it('names what is missing, and the remedy', async () => {
  const refused = async (path: string) => expect((await loadBackbone(path).catch((error: Error) => error.message)).toString().replaceAll(root, ''));
  (await refused('efficientnet-lite')).toMatchInlineSnapshot(
    `"There is no backbone \`efficientnet-lite\`; did you mean \`efficientnet-lite0\`? For a folder, give a path with a slash: \`./efficientnet-lite\`."`,
  );
  (await refused('@graft-ml/efficientnet-lite')).toMatch(/^There is no backbone `efficientnet-lite`; did you mean `efficientnet-lite0`\?/);
  (await refused(join(root, 'nowhere'))).toMatchInlineSnapshot(
    `"There is no folder "/nowhere" to load a backbone from, and Graft downloads nothing. Those that are packages are named without a slash; known are \`efficientnet-lite0\`, \`all-minilm-l6-v2\`."`,
  );
  (await refused(folder('empty', {}))).toMatchInlineSnapshot(
    `""/empty" has neither model.onnx nor onnx/model.onnx. Export the model to ONNX, for instance with \`optimum-cli export onnx\`."`,
  );
  const model = { from: 'efficientnet-lite0', as: 'model.onnx' };
  (await refused(folder('mute', { 'config.json': {} }, model))).toMatchInlineSnapshot(
    `""/mute" has no preprocessor_config.json, no tokenizer.json, and no \`pretrained_cfg\` in config.json, so nothing says how its inputs are made. Copy the file from where the model came from, or use \`loadOnnx\`."`,
  );
  (await refused(folder('broken', { 'config.json': '{' }, model))).toMatchInlineSnapshot(
    `""/broken/config.json" could not be read as JSON: Expected property name or '}' in JSON at position 1."`,
  );
  (await refused(folder('odd', { 'preprocessor_config.json': { do_pad: true, size: 224 } }, model))).toMatchInlineSnapshot(
    `"/odd/preprocessor_config.json asks for do_pad, which Graft does not do; prepare the images yourself and feed the model directly."`,
  );
  (await refused(folder('filter', { 'preprocessor_config.json': { resample: 5, size: 224 } }, model))).toMatchInlineSnapshot(
    `"/filter/preprocessor_config.json: \`resample\` (=5) is not one of 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic."`,
  );
  const record = { name: 'x', model: { file: '../../etc/passwd' }, input: { kind: 'image', name: 'image' } };
  (await refused(folder('escape', { 'record.json': record }))).toMatchInlineSnapshot(
    `""/escape/record.json" names the file "../../etc/passwd", which is not inside the folder."`,
  );
  (await refused(folder('wrong', { 'record.json': { ...record, input: { kind: 'image', crop: 3 } } }))).toMatchInlineSnapshot(
    `"/wrong/record.json is not as expected: \`input.name\`: Invalid input: expected string, received undefined; \`input.crop\`: Invalid input: expected tuple, received number."`,
  );
});
