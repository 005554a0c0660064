// How rows of a table become what a model reads: as data, which is kept with the model, and at work. Made by the parts of the plan, kept by candidates.
import type { ImageBackbone, TextBackbone } from '../backbones/load-backbone.ts';
import type { ExampleSource } from '../data/dataset.ts';
import type { RowsGiven } from './sources.ts';
import type { TableEncoding } from './table-encoder.ts';

/** How rows become inputs, as data. */
export type Reading =
  | { readonly kind: 'image'; readonly backbone: ImageBackbone }
  | { readonly kind: 'text'; readonly backbone: TextBackbone }
  | { readonly kind: 'table'; readonly encoding: TableEncoding }
  | { readonly kind: 'sparse'; readonly width: number }
  | { readonly kind: 'words'; readonly vocabulary: readonly string[] };

/** A {@link Reading} at work. */
export interface Reader {
  readonly reading: Reading;
  /** Rows of the opened data as examples; those with a `close` have threads that it lets end. */
  sourceOf(rows: RowsGiven): Promise<ExampleSource & { readonly close?: () => Promise<void> }>;
}
