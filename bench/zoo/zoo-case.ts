// What export.py or export_keras.py left of one architecture: its record, its golden tensors. Read by the comparison and by the list of rows.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '../../src/index.ts';
import { readSafetensors } from '../../src/train/safetensors.ts';

/** What an exporter made, or why it did not. */
interface ZooExport {
  readonly error?: string;
  readonly file?: string;
  readonly nodes?: number;
  /** ONNX Runtime's outputs in Python against PyTorch's, relative; absent where it refuses the file. */
  readonly outputError?: number;
  readonly ortError?: string;
}

/** `case.json`. */
export interface ZooCase {
  readonly name: string;
  /** In the order of the model's arguments. */
  readonly inputs: readonly string[];
  readonly loss: number;
  /** Those that reach the loss and train, by the exporter's names. */
  readonly parameters: readonly string[];
  /** Variables that the exporter folded into others, by TensorFlow's names. */
  readonly folded?: readonly string[];
  /** The others. */
  readonly idle?: readonly string[];
  /** Further names of shared parameters -> the one in `parameters`. */
  readonly ties: Readonly<Record<string, string>>;
  readonly buffers: readonly string[];
  /** Elements of all parameters. */
  readonly numbers: number;
  /** Present where batch norm was also compared in training mode. */
  readonly train?: { readonly loss: number };
  readonly exports: Readonly<Partial<Record<Exporter, ZooExport>>>;
  /** Present where the model was also exported as a user would, unprepared, folded and merged. */
  readonly default?: {
    readonly lr: number;
    readonly loss: number;
    readonly exports: Readonly<Partial<Record<`${Exporter}_default`, ZooExport>>>;
  };
}

export const exporters = ['torchscript', 'dynamo', 'tf2onnx'] as const;
export type Exporter = (typeof exporters)[number];
/** What is compared: gradients with batch norm frozen or training, or a step of SGD on a default export. */
export type Mode = 'frozen' | 'train' | 'default';

/** Where they write to. */
export const zooFolder = process.env.GRAFT_ZOO ?? '/tmp/graft-zoo';

/** Names of the architectures that were exported. */
export function zooNames(): string[] {
  if (!existsSync(zooFolder)) return [];
  return readdirSync(zooFolder)
    .filter((name) => existsSync(join(zooFolder, name, 'case.json')))
    .toSorted();
}

export function readCase(name: string): ZooCase {
  return JSON.parse(readFileSync(join(zooFolder, name, 'case.json'), 'utf8')) as ZooCase;
}

export function readGolden(name: string, file: 'golden' | 'default' = 'golden'): Map<string, Tensor> {
  const path = join(zooFolder, name, `${file}.safetensors`);
  return readSafetensors(readFileSync(path), path).tensors;
}
