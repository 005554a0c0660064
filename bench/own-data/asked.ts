// A case -> what the peer is told of it: the rows of each part and their labels as Graft divides and reads them, and the network that both take features from.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Backbone, type Data, exportOnnx, type Inputs, loadBackbone, openData, type Samples, stream, tensor } from '../../src/index.ts';
import { averagedFeatures, extractorOf, headed } from '../../src/plan/headed.ts';
import { TEXT_BLOCKS } from '../../src/plan/pretrained.ts';
import type { OwnCase } from './cases.ts';

/** What peer.py reads; rows count from 0 over the files one after another, without a header. */
export interface Asked {
  readonly kind: Inputs['kind'];
  readonly task: 'classification' | 'regression';
  readonly classes: readonly string[];
  /** Files of the rows, in order. */
  readonly files: readonly string[];
  /** Columns that a model may read, and the one to predict. */
  readonly columns: readonly string[];
  readonly label: string;
  /** For photos, which have no file of rows: theirs by row. */
  readonly photos?: Readonly<Record<number, string>>;
  /** ONNX file from inputs to features, and how inputs are made. */
  readonly features?: string;
  readonly input?: Backbone['input'];
  readonly tokenizer?: string;
  readonly parts: Readonly<Record<'train' | 'validation' | 'test', { readonly rows: readonly number[]; readonly labels: readonly number[] }>>;
  readonly threads: number;
}

const BACKBONES = { image: 'efficientnet-lite0', text: 'all-minilm-l6-v2' } as const;

/** @param folder where files of networks are kept between cases. */
export async function askedOf({ path, data: given, formatOptions = {} }: OwnCase, folder: string, threads: number): Promise<Asked> {
  const data = await openData(path, given, { formatOptions });
  const { inputs, task, parts } = data;
  if (task.kind === 'multi-label') throw new Error(`"${path}" has several labels a row, which the peer does not read.`);
  const part = (rows: Int32Array) => ({ rows: [...rows], labels: labelsOf(data, rows) });
  return {
    kind: inputs.kind,
    task: task.kind,
    classes: task.kind === 'classification' ? task.classes : [],
    files: [path, ...(given.test ? [given.test] : [])],
    columns: columnsOf(inputs),
    label: given.label ?? '',
    ...(inputs.kind === 'image' && { photos: photosOf(inputs, parts) }),
    ...(inputs.kind === 'image' || inputs.kind === 'text' ? await networkOf(inputs.kind, folder) : {}),
    parts: { train: part(parts.train), validation: part(parts.validation), test: part(parts.test) },
    threads,
  };
}

function labelsOf({ labels }: Data, rows: Int32Array): number[] {
  const values = labels instanceof Int32Array ? labels : labels.data;
  return Array.from(rows, (row) => Number(values[row]));
}

function columnsOf(inputs: Inputs): string[] {
  if (inputs.kind === 'table') return inputs.columns.map(({ column }) => column.name);
  return inputs.kind === 'text' ? inputs.texts.map(({ name }) => name) : [];
}

function photosOf({ photos }: Extract<Inputs, { kind: 'image' }>, parts: Data['parts']): Record<number, string> {
  const pathOf = (row: number) => {
    const source = photos.values[row]?.source;
    if (typeof source !== 'string') throw new Error(`Row ${row} is no file, which the peer does not read.`);
    return source;
  };
  return Object.fromEntries([parts.train, parts.validation, parts.test].flatMap((rows) => Array.from(rows, (row) => [row, pathOf(row)])));
}

/** The network up to what Graft's linear model reads, written once. */
async function networkOf(kind: 'image' | 'text', folder: string): Promise<Pick<Asked, 'features' | 'input' | 'tokenizer'>> {
  const backbone = await loadBackbone(BACKBONES[kind]);
  const features = join(folder, `${kind}-features.onnx`);
  if (!existsSync(features)) {
    const model = await backbone.load();
    // The head is not part of the features, whatever it scores.
    const extractor = extractorOf(headed(backbone.kind === 'text' ? averagedFeatures(model, TEXT_BLOCKS) : model, 2));
    await exportOnnx(extractor, features, { samples: backbone.kind === 'text' ? someTexts(backbone) : somePhotos(backbone) });
  }
  return { features, input: backbone.input, ...(backbone.kind === 'text' && { tokenizer: join(backbone.folder, backbone.input.tokenizer) }) };
}

/** Noise of the size that the network reads. */
function somePhotos({ input: { crop = [224, 224] } }: Extract<Backbone, { kind: 'image' }>): Samples {
  const dims = [2, 3, ...crop];
  return { inputs: tensor('float32', dims, new Float32Array(stream(1, 'photos').normals(dims.reduce((product, size) => product * size, 1)))) };
}

function someTexts({ tokenise }: Extract<Backbone, { kind: 'text' }>): Samples {
  const { ids, mask, types } = tokenise(['A text.', 'Another one, longer.', 'A third.']);
  return { inputs: ids, extras: { attention_mask: mask, token_type_ids: types } };
}
