// Mean and deviation of the inputs come in, `x * scale + offset` leaves: as a transform, or folded into a dataset's `gather`.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';
import type { Transform } from '../transform.ts';

/** Inputs are fed as `x * scale + offset`; one value for all of an example, or one for each channel `C` of `[N, C, ...]`. */
export interface Normalisation {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/** What is known of the stored values, for {@link normalisation}. */
export interface NormalisationOptions {
  /** Stored value that stands for 1, e.g. 255 for bytes; default 1. */
  readonly range?: number;
  /** Per channel or one for all, in units of `range`; default 0. */
  readonly mean?: readonly number[];
  /** Likewise; default 1. */
  readonly std?: readonly number[];
}

const KINDS: OptionKinds<NormalisationOptions> = { range: 'number', mean: { kind: 'list', like: '[0.5]' }, std: { kind: 'list', like: '[0.5]' } };

/**
 * The {@link Normalisation} `(x / range - mean) / std`.
 * @throws GraftError `invalid-argument` when lengths differ, or when a deviation or the range is not a positive number.
 */
export function normalisation(options: NormalisationOptions = {}): Normalisation {
  knownOptions(options, KINDS, 'normalisation');
  const { range = 1, mean = [0], std = [1] } = options;
  const channels = Math.max(mean.length, std.length);
  const pick = (name: string, values: readonly number[], channel: number): number => {
    const value = values[values.length === 1 ? 0 : channel];
    if (value === undefined) fail('invalid-argument', `\`${name}\` has ${values.length} values for ${channels} channels; give 1 or ${channels}.`);
    if (!Number.isFinite(value)) fail('invalid-argument', `\`${name}\` (=${value}) of channel ${channel} must be a finite number.`);
    return value;
  };
  if (!(range > 0 && range < Infinity)) fail('invalid-argument', `\`range\` (=${range}) must be a positive number.`);
  const scale: number[] = [];
  const offset: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const deviation = pick('std', std, channel);
    if (deviation <= 0) fail('invalid-argument', `\`std\` (=${deviation}) of channel ${channel} must be above 0; leave a constant channel at std 1.`);
    scale.push(1 / (range * deviation));
    offset.push(-pick('mean', mean, channel) / deviation);
  }
  return { scale, offset };
}

/** A transform of `[N, C, ...]` that applies `normalisation(options)`. */
export function normalise(options: NormalisationOptions): Transform {
  const values = normalisation(options);
  return (inputs) => applyNormalisation(inputs, values);
}

/**
 * `inputs * scale + offset` as float32, for `inputs` `[N, C, ...]` of any type of at most 53 bits.
 * @throws GraftError `invalid-shape` when the number of channels differs; `invalid-dtype` for 64-bit integers and 16-bit floats.
 */
export function applyNormalisation(inputs: Tensor, values: Normalisation): Tensor<'float32'> {
  const { data } = inputs;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array || inputs.dtype === 'float16' || inputs.dtype === 'bfloat16') {
    fail('invalid-dtype', `Inputs of type ${inputs.dtype} cannot be normalised; convert them to float32 first.`);
  }
  const channels = values.scale.length;
  if (channels > 1 && channels !== inputs.dims[1]) {
    fail('invalid-shape', `Inputs of shape [${inputs.dims.join(', ')}] have ${inputs.dims[1] ?? 0} channels, but the normalisation has ${channels}.`);
  }
  const out = new Float32Array(data.length);
  const plane = inputs.dims.slice(channels > 1 ? 2 : 1).reduce((product, dim) => product * dim, 1);
  for (let start = 0, channel = 0; start < data.length; start += plane, channel = (channel + 1) % channels) {
    const scale = values.scale[channel] as number;
    const offset = values.offset[channel] as number;
    for (let i = start; i < start + plane; i++) out[i] = (data[i] as number) * scale + offset;
  }
  return tensor('float32', inputs.dims, out);
}
