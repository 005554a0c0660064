// What `fit` found -> a folder that runs anywhere: `model.onnx`, `model.json`, a model card and a program that predicts. Called when a run ends.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VERSION } from '../core/version.ts';
import type { Inputs } from '../data/open/roles.ts';
import type { Model } from '../nn/model.ts';
import type { DataFit } from '../plan/fit-data.ts';
import { FAMILIARITY, withFamiliarity } from '../plan/looks.ts';
import { BESIDE } from '../plan/mean-of-two.ts';
import type { Reading } from '../plan/reading.ts';
import type { Standard } from '../plan/standardise.ts';
import type { Scale } from '../plan/target-scale.ts';
import { writeFiles } from '../train/durable.ts';
import { exportOnnx, type Samples } from '../train/export-onnx.ts';
import { demoPage, demoServer } from './demo-page.ts';
import { CARD_FILE, modelCard, plain } from './model-card.ts';
import { infoText, type ModelInfo } from './model-info.ts';
import { INFO_FILE, MODEL_FILE, TOKENIZER_FILE } from './predict.ts';
import { predictScript } from './predict-script.ts';

/** What is known of the model besides its values. */
export interface Measured {
  readonly temperature: number;
  /** With the class means, which the graph is to measure distances from. */
  readonly unknown?: ModelInfo['unknown'];
  /** Units that the class means are in; default those of what the head reads. */
  readonly standard?: Standard | undefined;
  readonly metric?: string;
  /** The metric with its interval, and on what it was measured: `measuredFact`. */
  readonly headline?: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** A model to be saved, with all that is said of it. */
export interface Kept {
  readonly name: string;
  readonly task: ModelInfo['task'];
  readonly model: Model;
  readonly reading: Reading;
  /** What the model was trained on, as an example of what it reads. */
  readonly inputs: Inputs;
  /** Columns that the labels were read from. */
  readonly label?: readonly string[] | undefined;
  /** What stood between the labels of a row, where one text held several. */
  readonly labelSeparator?: string | undefined;
  /** How decimals were written in the file, where not with a point. */
  readonly decimal?: 'comma' | undefined;
  readonly scale?: Scale | undefined;
  /** Of the model card, each a line of Markdown. */
  readonly facts: readonly string[];
}

/** What `fit` found, to be saved. */
export function keptOf({ data, chosen, reading, scale, yardstick }: DataFit): Kept {
  const { train, validation, test } = data.parts;
  return {
    name: data.name,
    task: data.task as ModelInfo['task'],
    model: chosen.model,
    reading,
    inputs: data.inputs,
    label: data.labelColumns,
    labelSeparator: data.labelSeparator,
    ...(data.table.facts.decimal === 'comma' && { decimal: 'comma' }),
    scale,
    facts: [
      `**Model**: ${chosen.name}, ${chosen.about}.`,
      `**Data**: ${train.length} examples to learn from, ${validation.length} to choose by, ${test.length} for the test.`,
      `**To beat**: ${plain(yardstick.name)}, ${Number(yardstick.metric.toPrecision(4))}.`,
    ],
  };
}

/**
 * Writes the folder; `model.json` last, so that a folder with it is whole.
 * @param samples that the exported file is checked on.
 * @throws GraftError `io` where it cannot be written; `invalid-model` where the file's scores differ from the model's.
 */
export async function saveModel(folder: string, kept: Kept, measured: Measured, samples: Samples): Promise<ModelInfo> {
  const info = infoOf(kept, measured);
  const { inputs, extras } = samples;
  const { means } = measured.unknown ?? {};
  const model = means ? withFamiliarity(kept.model, kept.reading, means, measured.standard) : kept.model;
  await exportOnnx(model, join(folder, MODEL_FILE), { samples: { inputs, extras } });
  const files = new Map<string, string | Uint8Array>();
  const { reading } = kept;
  if (reading.kind === 'text') files.set(TOKENIZER_FILE, await readFile(join(reading.backbone.folder, reading.backbone.input.tokenizer)));
  files.set('predict.mjs', predictScript(info));
  files.set('demo.html', demoPage(info));
  files.set('demo.mjs', demoServer(info));
  files.set(CARD_FILE, modelCard(info));
  files.set(INFO_FILE, infoText(info));
  await writeFiles(folder, files);
  return info;
}

function infoOf(
  { name, task, model, reading, inputs, label, labelSeparator, decimal, scale, facts }: Kept,
  { temperature, unknown, metric, metrics, headline }: Measured,
): ModelInfo {
  const backbone = 'backbone' in reading ? reading.backbone.record : undefined;
  return {
    form: 1,
    graft: VERSION,
    name,
    task,
    input: inputOf(reading, inputs, model.input.name),
    ...(label && label.length > 0 && { label: [...label] }),
    ...(labelSeparator !== undefined && { labelSeparator }),
    ...(decimal && { decimal }),
    temperature,
    ...(scale && { scale: { factor: [...scale.factor], offset: [...scale.offset] } }),
    ...(unknown && { unknown: inGraph(unknown) }),
    ...(metric !== undefined && { metric }),
    metrics,
    facts: [...facts, ...(headline === undefined ? [] : [headline])],
    ...(backbone && { backbone: { name: backbone.name, ...(backbone.licence !== undefined && { licence: backbone.licence }) } }),
  };
}

/** As `model.json` says it, where the class means lie in the graph. */
function inGraph({ means, ...errors }: NonNullable<ModelInfo['unknown']>): ModelInfo['unknown'] {
  return means ? { ...errors, output: FAMILIARITY } : errors;
}

function inputOf(reading: Reading, inputs: Inputs, name: string): ModelInfo['input'] {
  switch (reading.kind) {
    case 'image':
      return { ...reading.backbone.input, kind: 'image', name, ...(inputs.kind === 'image-array' && { white: inputs.white }) } as ModelInfo['input'];
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
        ...(reading.words && { words: { name: BESIDE, vocabulary: [...reading.words] } }),
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
function textsOf(inputs: Inputs): string[] {
  return inputs.kind === 'text' ? inputs.texts.map((column) => column.name) : [];
}
