// Sources and target in the same features, and how a linear model of these becomes one that runs anywhere: one view for each way of reading the data.
// Called by the plan of adaptation.
import type { Tensor } from '../../core/tensor.ts';
import type { AugmentationOptions } from '../../data/augment/augmentation.ts';
import type { Unlabelled } from '../../data/open/data.ts';
import type { LinearModel } from '../../methods/probes/linear.ts';
import type { Model } from '../../nn/model.ts';
import type { DataFitEvent } from '../events.ts';
import type { ClosableSource, Reader } from '../reading.ts';
import type { RowsGiven } from '../sources.ts';
import type { Units } from '../standardise.ts';

/** Data of one domain, of whose labels nothing is known here. */
export type DomainData = Pick<Unlabelled, 'name' | 'table' | 'inputs'>;

/** What all views are made of. */
export interface Domain {
  /** In the order of the features' rows: those of the first source first. */
  readonly sources: readonly DomainData[];
  readonly target: DomainData;
  readonly classes: readonly string[];
  /** Pretrained network, by name; `auto` is the bundled one. */
  readonly backbone: string;
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

/** All rows in the same features. */
export interface FeatureView {
  readonly name: string;
  /** Default `own`: each feature is brought to mean 0 and deviation 1, whatever its unit. Those of a network are `alike`. */
  readonly units?: Units | undefined;
  /** Default no: what lies far outside of all other values of a feature is brought nearer, where the units are `own`. */
  readonly bounded?: boolean;
  /** Of each source, `[N, D]`. */
  readonly sources: readonly Tensor<'float32'>[];
  /** `[M, D]`. */
  readonly target: Tensor<'float32'>;
}

/** Features, and what they are read from. */
export interface View extends FeatureView {
  /** What a linear model reads, for people: `1,280 features of efficientnet-lite0`. */
  readonly about: string;
  /** What each feature is, in words; left out where they are those of a network. */
  readonly featureNames?: readonly string[];
  /** Features of more data, such as rows of the target that adaptation did not see. */
  read(data: DomainData): Promise<Tensor<'float32'>>;
  /** The model that gives the scores of `linear` on these features. */
  modelOf(linear: LinearModel): Promise<Model>;
  /** Turns rows of the target, or of data like it, into what the model reads. */
  readonly reader: Reader;
  /** Where the features are those of a pretrained network: what training that takes. */
  readonly network?: TunableNetwork;
  /** Lets what the reader opened end. */
  close(): Promise<void>;
}

/** A pretrained network that can learn on; its model is that of the view. */
export interface TunableNetwork {
  /** Rows of all sources and, after them, of the target, as examples; those of pictures changed by chance in training where `augment` says so. Close it. */
  examplesOf(rows: RowsGiven, augment?: AugmentationOptions): ClosableSource;
  /** Changes for training. */
  readonly augment?: AugmentationOptions | undefined;
  /** Learning rate from a trained head on. */
  readonly lr: number;
  /** Seconds of computing one example's features. */
  readonly passSeconds: number;
}

/** Makes views, telling how far it is. */
export type Views = AsyncGenerator<DataFitEvent, View[], void>;

/** All rows of data. */
export function allRows({ name, table }: DomainData): { readonly name: string; readonly rows: Int32Array } {
  return { name, rows: Int32Array.from({ length: table.length }, (_, i) => i) };
}
