// A data source whose inputs are what the frozen part of a model makes of another's; and how values become rows of bytes. Used while caching.
import { type ArrayOf, dtypes } from '../../core/dtype.ts';
import { sizeOf, type Tensor, tensor } from '../../core/tensor.ts';
import type { ExampleSource } from '../../data/dataset.ts';
import { type Labels, takeLabels } from '../../data/labels.ts';
import { bytesOf } from '../fingerprint.ts';
import type { Cut, KeptValue } from './cut.ts';
import type { FeatureExamples } from './examples.ts';
import type { Rows } from './rows.ts';

/** `source` behind a cut: what it gives there is read from `rows`. */
export function featureSource(source: ExampleSource, cut: Cut, rows: Rows, labels: Labels | undefined): ExampleSource {
  const first = cut.values[0] as KeptValue;
  // Property by property: what a class has as getters, a spread leaves out.
  const { name, length, classes } = source;
  return {
    name,
    length,
    classes,
    inputShape: first.dims,
    inputDtype: first.dtype,
    labels,
    gather: async (indices): Promise<FeatureExamples> => {
      const content = new Uint8Array(indices.length * cut.bytes);
      await rows.read(indices, content);
      const extras = fromRows(cut, content, indices.length);
      return { inputs: extras[first.name] as Tensor, extras, labels: takeLabels(labels, indices), cut };
    },
  };
}

/** Values `[B, ...]`, in the order of the cut, as rows. */
export function toRows(cut: Cut, values: readonly Tensor[]): Uint8Array<ArrayBuffer> {
  const count = values[0]?.dims[0] ?? 0;
  const rows = new Uint8Array(count * cut.bytes);
  eachColumn(cut, (i, at, bytes) => {
    const content = bytesOf((values[i] as Tensor).data);
    for (let row = 0; row < count; row++) rows.set(content.subarray(row * bytes, (row + 1) * bytes), row * cut.bytes + at);
  });
  return rows;
}

function fromRows(cut: Cut, rows: Uint8Array, count: number): Record<string, Tensor> {
  const values: Record<string, Tensor> = {};
  eachColumn(cut, (i, at, bytes) => {
    const { name, dtype, dims } = cut.values[i] as KeptValue;
    const data = new dtypes[dtype].array(count * sizeOf(dims)) as ArrayOf;
    const content = bytesOf(data);
    for (let row = 0; row < count; row++) content.set(rows.subarray(row * cut.bytes + at, row * cut.bytes + at + bytes), row * bytes);
    values[name] = tensor(dtype, [count, ...dims], data);
  });
  return values;
}

/** The place of each value in a row: its number, where it begins, and its bytes. */
function eachColumn({ values }: Cut, each: (i: number, at: number, bytes: number) => void): void {
  let at = 0;
  values.forEach(({ dtype, dims }, i) => {
    const bytes = dtypes[dtype].bytes * sizeOf(dims);
    each(i, at, bytes);
    at += bytes;
  });
}
