// What `fit` found -> a folder that runs anywhere: `model.onnx`, `model.json`, a model card and a program that predicts. Called when a run ends.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VERSION } from '../core/version.ts';
import type { DataFit } from '../plan/fit-data.ts';
import { writeFiles } from '../train/durable.ts';
import { exportOnnx, type Samples } from '../train/export-onnx.ts';
import { besideOf, demoPage, demoServer } from './demo-page.ts';
import type { ModelInfo } from './model-info.ts';
import { INFO_FILE, MODEL_FILE, TOKENIZER_FILE } from './predict.ts';
import { exampleOf, packagesOf, predictScript } from './predict-script.ts';

/** What is known of the model besides its values. */
export interface Measured {
  readonly temperature: number;
  readonly unknown?: ModelInfo['unknown'];
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Writes the folder; `model.json` last, so that a folder with it is whole.
 * @param samples that the exported file is checked on.
 * @throws GraftError `io` where it cannot be written; `invalid-model` where the file's scores differ from the model's.
 */
export async function saveModel(folder: string, fitted: DataFit, measured: Measured, samples: Samples): Promise<ModelInfo> {
  const info = infoOf(fitted, measured);
  const { inputs, extras } = samples;
  await exportOnnx(fitted.chosen.model, join(folder, MODEL_FILE), { samples: { inputs, extras } });
  const files = new Map<string, string | Uint8Array>();
  const { reading } = fitted;
  if (reading.kind === 'text') files.set(TOKENIZER_FILE, await readFile(join(reading.backbone.folder, reading.backbone.input.tokenizer)));
  files.set('predict.mjs', predictScript(info));
  files.set('demo.html', demoPage(info));
  files.set('demo.mjs', demoServer(info));
  files.set('README.md', modelCard(info, fitted));
  files.set(INFO_FILE, `${JSON.stringify(info, undefined, 2)}\n`);
  await writeFiles(folder, files);
  return info;
}

function infoOf({ data, chosen, reading, scale }: DataFit, { temperature, unknown, metrics }: Measured): ModelInfo {
  const { input, name } = { input: chosen.model.input, name: data.name };
  const backbone = 'backbone' in reading ? reading.backbone.record : undefined;
  return {
    form: 1,
    graft: VERSION,
    name,
    task: data.task as ModelInfo['task'],
    input: inputOf(reading, data, input.name),
    temperature,
    ...(scale && { scale: { factor: [...scale.factor], offset: [...scale.offset] } }),
    ...(unknown && { unknown }),
    metrics,
    ...(backbone && { backbone: { name: backbone.name, ...(backbone.licence !== undefined && { licence: backbone.licence }) } }),
  };
}

function inputOf(reading: DataFit['reading'], { inputs }: DataFit['data'], name: string): ModelInfo['input'] {
  switch (reading.kind) {
    case 'image':
      return { ...reading.backbone.input, kind: 'image', name } as ModelInfo['input'];
    case 'text': {
      const { ids, mask, types, maxLength } = reading.backbone.input;
      return {
        kind: 'text',
        ids,
        mask,
        ...(types !== undefined && { types }),
        tokenizer: TOKENIZER_FILE,
        maxLength: Math.min(128, maxLength),
        columns: textsOf(inputs),
      };
    }
    case 'words':
      return { kind: 'words', name, vocabulary: [...reading.vocabulary], columns: textsOf(inputs) };
    case 'sparse':
      return { kind: 'sparse', name, width: reading.width };
    case 'table':
      return { kind: 'table', name, columns: reading.encoding as ModelInfo['input'] extends { columns: infer C } ? C : never } as ModelInfo['input'];
  }
}

/** Names of the columns of texts. */
function textsOf(inputs: DataFit['data']['inputs']): string[] {
  return inputs.kind === 'text' ? inputs.texts.map((column) => column.name) : [];
}

const WHAT = { image: 'pictures', text: 'texts', table: 'rows of a table', sparse: 'rows of numbers', words: 'texts' } as const;

function modelCard(info: ModelInfo, { data, chosen, yardstick }: DataFit): string {
  const { task, metrics, backbone, graft, input } = info;
  const predicts =
    task.kind === 'regression'
      ? task.targets.join(', ')
      : `${task.classes.length} classes (${task.classes.slice(0, 10).join(', ')}${task.classes.length > 10 ? ', ...' : ''})`;
  const rows = Object.entries(metrics).map(([name, value]) => `| ${name} | ${Number(value.toPrecision(4))} |`);
  const { train, validation, test } = data.parts;
  return `# ${data.name}

A model for ${task.kind} of ${isPair(input) ? `pairs of texts (${input.columns.join(', ')})` : WHAT[input.kind]}: ${predicts}. Trained with Graft ${graft}.

- **Model**: ${chosen.name}, ${chosen.about}.
- **Data**: ${train.length} examples to learn from, ${validation.length} to choose by, ${test.length} for the test.
- **To beat**: ${yardstick.name}, ${Number(yardstick.metric.toPrecision(4))}.
${backbone ? `- **Began with**: ${backbone.name}${backbone.licence ? `, ${backbone.licence}` : ''}.\n` : ''}
| measure | value |
| --- | --- |
${rows.join('\n')}

## Use

    npm install ${packagesOf(info)}
    node predict.mjs ${exampleOf(info)}

and in a browser

    npm install ${Object.values(besideOf(info)).join(' ')}
    node demo.mjs

\`model.onnx\` gives scores; \`model.json\` says how inputs become its numbers and what the scores mean. ${meaning(info)}
`;
}

function isPair(input: ModelInfo['input']): input is Extract<ModelInfo['input'], { kind: 'text' | 'words' }> {
  return (input.kind === 'text' || input.kind === 'words') && input.columns.length === 2;
}

function meaning({ task, temperature }: ModelInfo): string {
  if (task.kind === 'regression') return 'Amounts are the scores times `scale.factor`, plus `scale.offset`.';
  return `Probabilities are the ${task.kind === 'multi-label' ? 'sigmoid' : 'softmax'} of the scores divided by ${Number(temperature.toPrecision(4))}.`;
}
