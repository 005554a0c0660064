// Examples in memory: inputs, labels and class names come in and are checked once; batches leave through `gather`.
// Whatever trains or evaluates sees only `ExampleSource`, so that streaming sources can take a dataset's place.
import { type DType, dtypes } from '../core/dtype.ts';
import { fail } from '../core/errors.ts';
import { firstNotFinite } from '../core/finite.ts';
import { inWords, knownOptions, type OptionKinds } from '../core/known-options.ts';
import { isTensor, sizeOf, type Tensor } from '../core/tensor.ts';
import { checkedClasses, type Labels, labelsFrom, requireLabelEach, takeLabels } from './labels.ts';
import { takeRows } from './rows.ts';
import type { Transform } from './transform.ts';
import { applyNormalisation, type Normalisation } from './transforms/normalise.ts';

/** A few examples, ready to be fed: inputs `[B, ...]` and their labels, `undefined` where the data has none. */
export interface Examples {
  readonly inputs: Tensor;
  /** What a model with several inputs takes besides, by the names of those inputs, `[B, ...]`: an attention mask and the like. */
  readonly extras?: Readonly<Record<string, Tensor>> | undefined;
  readonly labels: Labels | undefined;
}

/** The pass over the data that examples are asked for. */
export interface Pass {
  /** Counted from 0. */
  readonly epoch: number;
  /** Share of all updates that were made before the one that examples are asked for, in [0, 1); left out where no training asks. */
  readonly progress?: number;
}

/** What training reads examples from. `gather` must give the same examples for the same indices and pass, in the order asked for. */
export interface ExampleSource {
  readonly name: string;
  /** Number of examples. */
  readonly length: number;
  /** Sizes of one input, without the batch axis; a name stands for a size that differs from batch to batch, as that of texts does. */
  readonly inputShape: readonly (number | string)[];
  /** Type of the inputs that `gather` gives. */
  readonly inputDtype: DType;
  /** Class names by index; `undefined` for regression and for unlabelled data. */
  readonly classes: readonly string[] | undefined;
  /** All labels, where they are at hand without reading the inputs. */
  readonly labels?: Labels | undefined;
  /** Whether examples come out otherwise in each epoch, as by random augmentation; what a frozen part of a model makes of them is then not kept. */
  readonly varies?: boolean | undefined;
  /**
   * The examples at `indices`, each in [0, length), in this order; one may be asked for more than once.
   * @param pass given by training, so that examples may be changed by chance; without it they come as they are.
   */
  gather(indices: ArrayLike<number>, pass?: Pass): Examples | Promise<Examples>;
  /** Told what `gather` will be asked for next, so that it may be read already. */
  readonly prefetch?: ((indices: ArrayLike<number>, pass?: Pass) => void) | undefined;
}

/** What a {@link Dataset} is made of. */
export interface DatasetParts {
  /** Shown in errors and reports; default `data`. */
  readonly name?: string;
  /** Stored inputs `[N, ...]`; bytes stay bytes here. */
  readonly inputs: Tensor;
  /** Class indices, as any list or array of whole numbers; or real targets, as a tensor. */
  readonly labels?: Labels | ArrayLike<number> | undefined;
  /** Names by class index, all different; default '0', '1', ... up to the highest label. */
  readonly classes?: readonly string[] | undefined;
  /** Applied by `gather`, which then gives float32: images kept as bytes take a quarter of the memory. */
  readonly normalisation?: Normalisation | undefined;
}

const KINDS: OptionKinds<DatasetParts> = {
  name: 'string',
  inputs: 'any',
  labels: 'any',
  classes: 'any',
  normalisation: { kind: 'object', like: 'normalisation({ range: 255 })' },
};

/** Parts that were checked. */
interface AssembledParts extends DatasetParts {
  readonly name: string;
  readonly labels?: Labels | undefined;
}

/** An {@link ExampleSource} in memory. */
export interface Dataset extends ExampleSource {
  readonly inputs: Tensor;
  readonly labels: Labels | undefined;
  readonly normalisation: Normalisation | undefined;
  /**
   * As in {@link ExampleSource}, at once: copied, and normalised where the dataset is.
   * @throws GraftError `invalid-argument` for an index out of range.
   */
  gather(indices: ArrayLike<number>): Examples;
}

/**
 * Makes a dataset over the given arrays without copying them.
 * @throws GraftError `invalid-data` when there are no examples or classes, when inputs and labels differ in number, when a label is not
 *   one of the classes, or when a value is NaN or infinite; `invalid-shape` when the normalisation does not fit the channels.
 */
export function dataset(parts: DatasetParts): Dataset {
  knownOptions(parts, KINDS, 'dataset');
  const { name = 'data', inputs } = parts;
  if (!isTensor(inputs)) {
    const remedy = "give a tensor: `tensor('float32', [N, ...sizes], values)`";
    fail('invalid-data', `The inputs of \`${name}\` are ${inWords(inputs)}; ${remedy}.`);
  }
  const labels = labelsFrom(name, parts.labels);
  checkNormalisation(name, parts.normalisation);
  const length = inputs.dims[0] ?? 0;
  if (sizeOf(inputs.dims) === 0 || inputs.dims.length === 0) {
    fail('invalid-data', `\`${name}\` is empty: its inputs have shape [${inputs.dims.join(', ')}]; give at least one example.`);
  }
  requireLabelEach(name, labels, length, 'inputs');
  checkFinite(name, 'inputs', inputs);
  if (labels && !(labels instanceof Int32Array)) checkFinite(name, 'labels', labels);
  return assemble({ ...parts, name, labels, classes: checkedClasses(name, labels, parts.classes) });
}

/**
 * The examples `indices` as a dataset of their own, copied.
 * @throws GraftError `invalid-argument` when an index is not one of the examples; `invalid-data` when there are none.
 */
export function subset(source: Dataset, indices: ArrayLike<number>, name = source.name): Dataset {
  if (indices.length === 0) fail('invalid-data', `The subset \`${name}\` of \`${source.name}\` is empty; choose at least one example.`);
  return assemble({ ...source, name, inputs: takeRows(source.inputs, indices), labels: takeLabels(source.labels, indices) });
}

/**
 * A dataset whose float32 inputs have gone, normalised, through `transforms` once, in the order given.
 * @throws GraftError `invalid-dtype` when the inputs are not float32 and have no normalisation; `invalid-data` when the transforms alter the
 *   number of examples or give NaN or infinity.
 */
export function mapInputs(source: Dataset, ...transforms: readonly Transform[]): Dataset {
  const start = feed(source.inputs, source.normalisation);
  if (start.dtype !== 'float32') {
    fail('invalid-dtype', `\`${source.name}\` holds ${start.dtype}, but transforms work on float32; give the dataset a \`normalisation\`.`);
  }
  const inputs = transforms.reduce(
    (values, transform, i) => {
      if (typeof transform !== 'function')
        return fail(
          'invalid-argument',
          `Transform ${i + 1} for \`${source.name}\` is ${inWords(transform)}, not a function such as \`resize([28, 28])\`.`,
        );
      const mapped = transform(values);
      if (isTensor(mapped)) return mapped;
      return fail('invalid-data', `Transform ${i + 1} for \`${source.name}\` gave ${inWords(mapped)}, not a tensor [N, ...].`);
    },
    start as Tensor<'float32'>,
  );
  if (inputs.dims[0] !== source.length) {
    fail(
      'invalid-data',
      `The transforms made ${inputs.dims[0] ?? 'a scalar'} of the ${source.length} examples of \`${source.name}\`; they must keep their number.`,
    );
  }
  return dataset({ name: source.name, inputs, labels: source.labels, classes: source.classes });
}

/** What `normalisation(...)` makes, not what it takes. */
function checkNormalisation(name: string, given: Normalisation | undefined): void {
  if (given === undefined || (Array.isArray(given.scale) && Array.isArray(given.offset))) return;
  fail('invalid-argument', `\`normalisation\` of \`${name}\` is ${inWords(given)}; make it by \`normalisation({ range, mean, std })\`.`);
}

function assemble({ name, inputs, labels, classes, normalisation }: AssembledParts): Dataset {
  const [length = 0, ...inputShape] = inputs.dims;
  const gather = (indices: ArrayLike<number>): Examples => ({
    inputs: feed(takeRows(inputs, indices), normalisation),
    labels: takeLabels(labels, indices),
  });
  const { dtype: inputDtype } = gather([0]).inputs;
  return { name, length, inputShape, inputDtype, classes, inputs, labels, normalisation, gather };
}

function feed(inputs: Tensor, values: Normalisation | undefined): Tensor {
  return values ? applyNormalisation(inputs, values) : inputs;
}

function checkFinite(name: string, what: string, values: Tensor): void {
  const at = findNotFinite(values);
  if (at < 0) return;
  const example = Math.floor(at / sizeOf(values.dims.slice(1)));
  const place = [];
  for (let axis = values.dims.length - 1, rest = at; axis >= 0; axis--) {
    const dim = values.dims[axis] as number;
    place.unshift(rest % dim);
    rest = Math.floor(rest / dim);
  }
  const value = values.dtype.includes('16') ? 'NaN or infinity' : String(values.data[at]);
  fail('invalid-data', `The ${what} of \`${name}\` hold ${value} at [${place.join(', ')}] (example ${example}); repair or leave out that example.`);
}

function findNotFinite({ dtype, data }: Tensor): number {
  // A 16-bit float is not finite when all the bits of its exponent are set.
  const exponent = dtype === 'float16' ? 0x7c00 : 0x7f80;
  if (dtype === 'float16' || dtype === 'bfloat16') return (data as Uint16Array).findIndex((bits) => (bits & exponent) === exponent);
  return dtypes[dtype].kind === 'float' ? firstNotFinite(data as Float64Array) : -1;
}
