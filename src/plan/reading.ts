// How rows of a table become what a model reads: as data, which is kept with the model, and at work. Made by the parts of the plan, kept by candidates.
import type { ImageBackbone, TextBackbone } from '../backbones/load-backbone.ts';
import type { ExampleSource } from '../data/dataset.ts';
import type { RowsGiven } from './sources.ts';
import type { TableEncoding } from './table-encoder.ts';

/** How rows become inputs, as data. */
export type Reading =
  | { readonly kind: 'image'; readonly backbone: ImageBackbone }
  | {
      readonly kind: 'text';
      readonly backbone: TextBackbone;
      /** Words that are counted too, where a model of them is beside the network. */
      readonly words?: readonly string[];
    }
  | { readonly kind: 'table'; readonly encoding: TableEncoding }
  | { readonly kind: 'sparse'; readonly width: number }
  | { readonly kind: 'words'; readonly vocabulary: readonly string[] };

/** Examples that may have threads behind them. */
export interface ClosableSource extends ExampleSource {
  /** Lets them end. */
  readonly close?: () => Promise<void>;
}

/** A {@link Reading} at work. */
export interface Reader {
  readonly reading: Reading;
  /** Rows of the opened data as examples. */
  sourceOf(rows: RowsGiven): Promise<ClosableSource>;
}
